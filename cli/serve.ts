// `quittance serve`: portal, API and the deployed models in one process over one data folder, with everything that the workflows need running.
// Trap: it listens on this machine alone unless told otherwise; the models' API asks for a token as soon as others can reach it.
import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { auditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { api } from '#functions/api.ts';
import type { Env } from '#functions/api/context.ts';
import { identify } from '#functions/api/guard.ts';
import { type Arguments, type Command } from './command.ts';
import { backend } from './engine.ts';
import { reportHtml } from '#report/html.ts';
import { completionRoutes, type Completions } from '#server/completions.ts';
import { servedModels } from '#server/served-models.ts';
import { admitPeople, signIn, type NewPerson, type SignIn } from '#server/sign-in.ts';
import { integer } from './values.ts';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];

export const serve: Command = {
  name: 'serve',
  summary: 'portal and API in one process',
  usage: '[--port N] [--host ADDRESS] [--principal NAME=ROLE …]',
  options: {
    port: { kind: 'value', value: 'N', summary: 'port to listen on (default 8080; 0: any that is free)' },
    host: { kind: 'value', value: 'ADDRESS', summary: 'address to listen on (default 127.0.0.1: this machine alone)' },
    principal: {
      kind: 'many',
      value: 'NAME=ROLE',
      summary: 'let a person in (roles filer, approver, auditor; comma between two) and print their token',
    },
  },
  example: 'quittance serve --port 8080 --principal legal.filer=filer --principal privacy.officer=approver',
  async run(args) {
    if (args.positionals.length > 0) throw usageError('serve takes no words, only options');
    const [port, host] = [integer(args, 'port', 8080, 0), args.value('host') ?? '127.0.0.1'];
    await backend(); // the probe of a deployed model runs in this process
    mkdirSync(args.dir, { recursive: true });
    const embedded = await openEmbedded(args.dir);
    try {
      const added = admitPeople(args.dir, args.many('principal'));
      await listenUntilStopped(args, embedded, { port, host, added });
    } finally {
      await embedded.close();
    }
    return 0;
  },
};

interface Listening {
  readonly port: number;
  readonly host: string;
  readonly added: readonly NewPerson[];
}

const listenUntilStopped = async (args: Arguments, embedded: Embedded, { port, host, added }: Listening) => {
  const models = servedModels(args.dir, embedded.ports);
  const app = await appFor(args.dir, embedded, models, LOOPBACK.includes(host));
  const server = createAdaptorServer({ fetch: app.fetch }) as Server;
  try {
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${await listen(server, port, host)}`;
    args.print({ url, added }, () => [`listening on ${url}`, ...added.map(personLine)].join('\n'));
    await stopped();
  } finally {
    server.closeAllConnections();
    server.close();
    models.close();
  }
};

const personLine = ({ principal, roles, token }: NewPerson): string =>
  `${principal} (${roles.join(', ')}) signs in with the token ${token}`;

/** The whole app; on an address that others can reach the models' API needs a person's token too. */
export const appFor = async (
  dir: string,
  embedded: Pick<Embedded, 'policy'> & { readonly ports: Ports },
  completions: Completions,
  loopback: boolean,
): Promise<Hono<Env>> => {
  const { ports } = embedded;
  const now = () => ports.clock.now();
  const people: SignIn = signIn(dir, now);
  const context = {
    ports,
    policy: await embedded.policy(),
    authenticate: people.authenticate,
    signInPath: people.path,
    signOutPath: people.signOutPath,
    formKey: people.formKey,
    renderReport: async (ticketId: string) => reportHtml(auditReport(await gatherReport(ports, ticketId))),
  };
  return api(context, (app) => {
    people.routes(app);
    if (!loopback) app.use('/v1/*', identify(context));
    completionRoutes(app, completions, now);
  });
};

/** The port that it got. */
const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new QuittanceError('INVALID_INPUT', {
          message: `cannot listen on ${host}:${port}`,
          cause,
          hint: 'choose another --port',
        }),
      ),
    );
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
