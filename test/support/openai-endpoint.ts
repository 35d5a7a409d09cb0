// A small OpenAI-compatible server over node:http, of which a test decides what it serves and how it lies.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface OpenAiEndpoint {
  readonly url: string;
  /** What GET /v1/models lists. */
  entries: { id: string; root?: string; digest?: string }[];
  answer: (prompt: string) => string;
  /** The `model` field of an answer; what was asked for by default. */
  answersAs: string | undefined;
  /** Status of every answer. */
  status: number;
  /** Called before each answer, with how many there were. */
  meanwhile: (answered: number) => void;
  /** Lists `house` under the digest of the moment, as a server does that loads what an alias names. */
  follow(alias: () => string | undefined): void;
  readonly requests: { path: string; authorization: string | undefined; body: string }[];
  close(): Promise<void>;
}

export const openAiEndpoint = async (): Promise<OpenAiEndpoint> => {
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const path = request.url ?? '';
      endpoint.meanwhile(endpoint.requests.length);
      endpoint.requests.push({ path, authorization: request.headers.authorization, body });
      response.writeHead(endpoint.status, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify(path === '/v1/models' ? { object: 'list', data: endpoint.entries } : completion(endpoint, body)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint: OpenAiEndpoint = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    entries: [],
    follow(alias) {
      Object.defineProperty(endpoint, 'entries', {
        configurable: true,
        get: () => [{ id: `house@${(alias() ?? 'nothing').replace(':', '-')}` }],
        set: (value: unknown) => Object.defineProperty(endpoint, 'entries', { value, writable: true }),
      });
    },
    answer: () => 'I do not know that person.',
    answersAs: undefined,
    status: 200,
    meanwhile: () => undefined,
    requests: [],
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return endpoint;
};

const completion = ({ answer, answersAs }: OpenAiEndpoint, body: string) => {
  const asked = JSON.parse(body) as { model: string; prompt?: string; messages?: { content: string }[] };
  const text = answer(asked.prompt ?? asked.messages?.at(-1)?.content ?? '');
  const choice = asked.prompt === undefined ? { message: { role: 'assistant', content: text } } : { text };
  return { model: answersAs ?? asked.model, choices: [{ index: 0, ...choice }] };
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};
