// A step's Lambda that meets what nobody foresaw: what it throws has a code and a reference, and the one line that it
// logs has the place, the ticket and the service's name for it.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { VARIABLES } from '#infra/variables.ts';
import { told, type Handler } from '#test/support/silent-aws.ts';

const WORDS = JSON.stringify({ __type: 'ValidationException', message: 'Ottoline Marchbanks, Quillgate 7' });
let server: Server;
let handler: Handler;
beforeAll(async () => {
  server = createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(WORDS));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, VARIABLES, { AWS_ENDPOINT_URL, QUITTANCE_STEP: 'locate-ticket' });
  ({ handler } = await import('#entry/lambda.ts'));
});
afterAll(() => void server.close());

it('logs it once, and quotes nothing of it', async () => {
  const written: string[] = [];
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const { name, text } = await told(handler, { ticketId: 'T-00000001' });
  jest.restoreAllMocks();
  const lines = written.map((line) => JSON.parse(line) as { fault: string });
  expect(lines).toMatchObject([
    { where: 'step locate-ticket', ticketId: 'T-00000001', code: 'INTERNAL', cause: { error: 'ValidationException' } },
  ]);
  expect(name).toBe('INTERNAL');
  expect(text).toContain(lines[0]?.fault);
  expect(written.join('') + text).not.toMatch(/Ottoline|Quillgate/);
});
