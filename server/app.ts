// The app of `quittance serve`: portal and API with people's own sign-in, and the deployed models behind the OpenAI
// API's shapes.
// Trap: on an address that others can reach, the models' API asks for a person's token too.
import type { Hono } from 'hono';
import type { Intake } from '#core/intake.ts';
import type { Ports } from '#core/ports.ts';
import type { Embedded } from '#entry/embedded.ts';
import { api, type ApiContext } from '#functions/api.ts';
import type { Env } from '#functions/api/context.ts';
import { identify } from '#functions/api/guard.ts';
import { intakeRoutes } from '#functions/api/intake/routes.ts';
import { completionRoutes, type Completions } from './completions.ts';
import type { Reach } from './reach.ts';
import type { SignIn } from './sign-in.ts';

export const appFor = async (
  people: SignIn,
  { ports, policy }: Pick<Embedded, 'policy'> & { readonly ports: Ports },
  completions: Completions,
  { loopback, servesHost }: Reach,
  { publicPages = false, intake }: { readonly publicPages?: boolean; readonly intake?: Intake | undefined } = {},
): Promise<Hono<Env>> => {
  const context: ApiContext = {
    ...people,
    ports,
    policy: await policy(),
    servesHost,
    publicPages,
    ...(intake && { intake: intakeRoutes(intake) }),
  };
  return api(context, (app) => {
    people.routes(app, context);
    if (!loopback) app.use('/v1/*', identify(context));
    completionRoutes(app, completions, () => ports.clock.now());
  });
};
