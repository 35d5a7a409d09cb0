// The whole app against its own document, asked by schemathesis over a socket: no fault of the server, no status, type
// or form of an answer that the document does not have, no request taken that it forbids.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, expect, it } from '@jest/globals';
import { appOf } from '#test/support/api-callers.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { walkedToEnd } from '#test/support/hand-walked.ts';
import { findings, schemathesis } from '#test/support/schemathesis.ts';
import { describeWith } from '#test/support/shared.ts';

const installed = schemathesis();
const program = 'program' in installed ? installed.program : undefined;
const { dir, remove } = temporaryFolder();
afterAll(remove);

describeWith(program, 'the API by its document', 'missing' in installed ? installed.missing : '', (found) => {
  it('is as schemathesis is told', async () => {
    const app = appOf(await walkedToEnd(), () => true);
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      expect(await findings(found, dir, `http://127.0.0.1:${port}`, 'all')).toBe('');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
