// An AWS on this machine that holds nothing, behind AWS_ENDPOINT_URL, for handlers that read their own environment; it
// counts what it was asked.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VARIABLES } from '#infra/variables.ts';

export interface SilentAws {
  /** Method and path of each request. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Variables of a Lambda with every port, before its module is loaded. */
export const lambdaEnvironment = async (variables: Readonly<Record<string, string>>): Promise<SilentAws> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method!} ${request.url!}`);
    request.resume().on('end', () => response.writeHead(request.method === 'GET' ? 404 : 200).end('{}'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, VARIABLES, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
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
