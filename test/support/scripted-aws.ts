// AWS as a script: the SDK's own clients over a request handler that answers from a function, so that serialisation,
// repeats and error parsing are the real ones and only the wire is ours. A reply can be an answer, an error by name, a
// silence (time-out), or an answer that is lost after it took effect.
import { Readable } from 'node:stream';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { awsClients, type AwsClients, type Wire } from '#adapters/aws/clients.ts';

export interface Call {
  /** `Service.Operation` for the JSON protocols, `METHOD path` for the REST ones. */
  readonly operation: string;
  readonly body: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

export type Reply =
  | { readonly status?: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | {
      readonly error: string;
      readonly status?: number;
      readonly with?: Readonly<Record<string, unknown>>;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'silence'
  | 'reset';

export type Script = (call: Call, count: number) => Reply;

export interface ScriptedAws {
  readonly clients: AwsClients;
  readonly calls: Call[];
  /** Operations in order, without their service. */
  readonly operations: () => string[];
}

export const scriptedAws = (script: Script): ScriptedAws => {
  const calls: Call[] = [];
  const handle = async (request: Sent): Promise<{ response: unknown }> => {
    const call = await callOf(request);
    calls.push(call);
    const same = calls.filter(({ operation }) => operation === call.operation).length;
    return { response: await responseOf(script(call, same), isS3(call)) };
  };
  const clients = awsClients(
    { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    {
      requestHandler: { handle, metadata: { handlerProtocol: 'h1' } } as unknown as Wire['requestHandler'],
      retryStrategy: (attempts) => new ConfiguredRetryStrategy(attempts, () => 1),
    },
  );
  return { clients, calls, operations: () => calls.map(({ operation }) => operation.split('.').at(-1) ?? '') };
};

interface Sent {
  method: string;
  path: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: unknown;
}

const callOf = async ({ method, path, query = {}, headers, body }: Sent): Promise<Call> => {
  const target = headers['x-amz-target'];
  return { operation: target ?? `${method} ${path}`, headers, query, body: parse(await textOf(body)) };
};

const textOf = async (body: unknown): Promise<string> => {
  if (body === undefined || body === null) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8');
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
};

const parse = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
};

const isS3 = ({ headers }: Call) => /(^|\.)s3\./.test(headers['host'] ?? '');

const responseOf = async (reply: Reply, xml: boolean) => {
  if (reply === 'silence') throw Object.assign(new Error('no answer'), { name: 'TimeoutError' });
  if (reply === 'reset') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  if ('error' in reply && xml) return responseOf(xmlError(reply.error, reply.status ?? 400), xml);
  if ('error' in reply) return errorResponse(reply);
  const { status = 200, body, headers = {} } = reply;
  return wire(
    status,
    headers,
    typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body ?? {}),
  );
};

/** Each JSON protocol's own way to name an error, all in one answer. */
const errorResponse = ({ error, status = 400, with: fields = {}, headers = {} }: Extract<Reply, { error: string }>) =>
  wire(
    status,
    { 'x-amzn-errortype': error, 'content-type': 'application/x-amz-json-1.0', ...headers },
    JSON.stringify({ __type: error, code: error, message: 'injected', ...fields }),
  );

/** S3 answers errors in XML. */
export const xmlError = (code: string, status: number): Reply => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>injected</Message></Error>`,
  headers: { 'content-type': 'application/xml' },
});

const wire = (statusCode: number, headers: Readonly<Record<string, string>>, body: string | Uint8Array) => ({
  statusCode,
  headers: { ...headers },
  body: Readable.from([Buffer.from(body)]),
});
