// An AWS on this machine that holds nothing, behind AWS_ENDPOINT_URL, for handlers that read their own environment; it counts what it was asked.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SilentAws {
  /** Method and path of each request. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Of all ports. */
const PORTS = {
  ...Object.fromEntries(
    ['TICKETS', 'VAULT', 'LOG_HEAD', 'RESULTS', 'MODELS', 'SERVING', 'KEYS'].map((t) => [`QUITTANCE_${t}_TABLE`, t]),
  ),
  ...Object.fromEntries(['VAULT', 'ARTIFACTS', 'LEDGER'].map((b) => [`QUITTANCE_${b}_BUCKET`, b.toLowerCase()])),
  QUITTANCE_VAULT_KEY: 'alias/vault',
  QUITTANCE_SIGNER_ALIASES: 'alias/quittance',
  QUITTANCE_KMS_SIGNERS: '["log"]',
  QUITTANCE_STATE_MACHINES: '{}',
  QUITTANCE_EVENT_BUS: 'default',
  QUITTANCE_MAIL_FROM: 'desk@example.org',
  QUITTANCE_MAIL_ADDRESSES: '{"default":"desk@example.org"}',
  QUITTANCE_REGION: 'DE-BE',
  QUITTANCE_TIME_ZONE: 'Europe/Berlin',
};

/** Variables of a Lambda with every port, before its module is loaded. */
export const lambdaEnvironment = async (variables: Readonly<Record<string, string>>): Promise<SilentAws> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method!} ${request.url!}`);
    request.resume().on('end', () => response.writeHead(request.method === 'GET' ? 404 : 200).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...PORTS,
    ...variables,
  });
  return {
    asked,
    close: () => (server.closeAllConnections(), new Promise((resolve) => server.close(() => resolve()))),
  };
};

export type Handler = (event: unknown) => Promise<unknown>;

/** What comes out of a handler, with all that Lambda would log or keep of an error. */
export const told = async (handler: Handler, event: unknown): Promise<{ name: string; text: string }> => {
  try {
    return { name: 'answered', text: JSON.stringify(await handler(event)) };
  } catch (error) {
    const { name, message, stack, ...rest } = error as Error;
    return { name, text: JSON.stringify({ name, message, stack, ...rest, cause: (error as Error).cause }) };
  }
};
