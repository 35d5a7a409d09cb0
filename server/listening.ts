// The app on a port: everything that the workflows need is running in the same process, over one data folder.
import type { IncomingMessage, Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { z } from 'zod';
import { readInstallation } from '#adapters/local/installation.ts';
import { readIntake } from '#adapters/local/intake-settings.ts';
import { QuittanceError } from '#core/errors.ts';
import type { Embedded } from '#entry/embedded.ts';
import { deliverWhileOpen, tellWhileOpen } from '#entry/webhooks.ts';
import { hostnameOf } from '#functions/api/doors.ts';
import { appFor } from './app.ts';
import { openDoor } from './command-door.ts';
import { reachOf } from './reach.ts';
import { signIn } from './sign-in.ts';
import { servedModels } from './served-models.ts';

export interface Address {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Other addresses that lead here, such as a proxy's. */
  readonly publicUrls?: readonly string[];
}

export interface Listening {
  /** With the port that it got. */
  readonly url: string;
  close(): void;
}

/** INVALID_INPUT where the address is taken or not ours. The backend must have been chosen. */
export const listenOn = async (dir: string, embedded: Embedded, address: Address): Promise<Listening> => {
  const { host, port, publicUrls } = address;
  const reach = reachOf(host, publicUrls);
  const models = servedModels(dir, embedded.ports);
  const people = signIn(dir, () => embedded.ports.clock.now());
  const { publicPages, intake: settings } = readInstallation(dir);
  const intake = readIntake(dir, settings, embedded.ports.clock.now());
  const app = await appFor(people, embedded, models, reach, { publicPages, intake });
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, senderOf(env)),
    serverOptions: { requireHostHeader: false }, // the app has an answer of its own
  }) as Server;
  server.prependListener('request', nameHost);
  const goingOn = setInterval(() => void goOn(embedded), GO_ON_MS);
  const endings = [deliverWhileOpen(embedded.ports), tellWhileOpen(intake, embedded.ports)];
  const close = () => {
    clearInterval(goingOn);
    for (const end of endings) end();
    server.closeAllConnections();
    server.close();
    models.close();
    people.close();
  };
  try {
    const url = urlOf(host, await bound(server, host, port));
    const door = await openDoor(dir, url, embedded);
    return { url, close: () => (door.close(), close()) };
  } catch (error) {
    close();
    throw error;
  }
};

const GO_ON_MS = 5000;

/** Continues what a full disk stopped, when there is space again, without a person. */
const goOn = async ({ engine }: Embedded): Promise<void> => {
  if (engine.stopped !== undefined) await engine.resume().catch(() => undefined);
};

/**
 * A request whose Host header is missing or names no host gets a name that is nobody's, so that the app's list of names
 * answers it as it does any other that is not ours; the adaptor would answer it before the app, with nothing.
 */
const nameHost = ({ headers, rawHeaders }: IncomingMessage): void => {
  if (hostnameOf(headers.host ?? '') !== undefined) return;
  if (headers.host === undefined) rawHeaders.push('Host', NAMELESS);
  headers.host = NAMELESS;
};
const NAMELESS = 'nameless.invalid';

const Incoming = z.object({ incoming: z.object({ socket: z.object({ remoteAddress: z.string() }) }) });

/** What the app is told about the connection. */
const senderOf = (env: unknown): { address: string } => ({
  address: Incoming.safeParse(env).data?.incoming.socket.remoteAddress ?? 'unknown',
});

const urlOf = (host: string, port: number): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

/** The port that the system assigned. */
const bound = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new QuittanceError('INVALID_INPUT', {
          message: `cannot listen on ${host}:${port}`,
          cause,
          hint: 'choose another --port, or --host',
        }),
      ),
    );
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
