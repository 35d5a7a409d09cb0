// Both protocols of intake, for the composition root that has them. Trap: the app itself does not import them, since
// the API's Lambda has neither and would read them at each start.
import type { Intake } from '#core/intake.ts';
import type { ApiContext } from '../context.ts';
import { drpRoutes } from './drp-routes.ts';
import { dsrRoutes } from './dsr-routes.ts';

export const intakeRoutes =
  (intake: Intake): NonNullable<ApiContext['intake']> =>
  (app, context) => {
    drpRoutes(app, context, intake);
    dsrRoutes(app, context, intake);
  };
