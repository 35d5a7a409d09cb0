// `quittance webhook`: what may be added, what is shown of it, a try of a receiver, and the end of one.
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { z } from 'zod';
import { localStores } from '#adapters/local/index.ts';
import { execute, parse } from '#cli/command.ts';
import { webhook } from '#cli/webhook.ts';
import { captured } from '#test/support/captured.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
let server: Server;
let status = 204;
let url = '';
beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url = `http://${address}/in`;
  writeFileSync(join(dir, 'installation.json'), JSON.stringify({ webhooksInside: [address] }));
  localStores(dir).close();
});
afterAll(() => (server.closeAllConnections(), server.close(), remove()));

const printed = captured();
const run = (...argv: string[]) => execute(webhook, parse(webhook, [...argv, '--dir', dir, '--json'], {}));
const Added = z.object({ id: z.string(), key: z.string() });
const added = async (...argv: string[]) => {
  printed.out = '';
  expect(await run('add', ...argv)).toBe(0);
  return Added.parse(JSON.parse(printed.out));
};

it.each([
  ['USAGE', ['add']],
  ['USAGE', ['add', 'https://hooks.example/', '--signing', 'v2']],
  ['USAGE', ['add', 'https://hooks.example/', '--events', 'recieved']],
  ['WEBHOOK_ADDRESS', ['add', 'https://127.0.0.1/']],
  ['WEBHOOK_ADDRESS', ['add', 'http://8.8.8.8/']],
  ['WEBHOOK_ADDRESS', ['add', 'https://me:secret@8.8.8.8/']],
  ['WEBHOOK_ADDRESS', ['add', 'hooks.example']],
  ['WEBHOOK_ADDRESS', ['add', 'https://8.8.8.8:0/']],
  ['USAGE', ['add', 'https://8.8.8.8/', '--events', 'closed,received,closed']],
  ['USAGE', ['list', '--events', 'closed']],
  ['NOT_FOUND', ['remove', 'wh-00000000']],
  ['USAGE', ['pause', 'wh-00000000']],
])('%s for %j, and nothing is kept', async (code, argv) => {
  await expect(run(...argv)).rejects.toMatchObject({ code });
  await run('list');
  expect(JSON.parse(printed.out)).toEqual([]);
});

it('is added with a key for its receiver, tried, rotated and taken away', async () => {
  const { id, key } = await added(url, '--events', 'received,closed');
  expect(key).toMatch(/^whpk_/);
  for (const again of [url, url.replace('http', 'HTTP')])
    await expect(run('add', again)).rejects.toMatchObject({
      ...{ code: 'INVALID_INPUT', message: `${id} is told at this address already` },
      hint: expect.stringContaining(`webhook rotate ${id}`),
    });
  printed.out = '';
  expect(await run('test', id)).toBe(0);
  expect(JSON.parse(printed.out)).toMatchObject({ status: 204, taken: true });
  status = 500;
  expect(await run('test', id)).toBe(1);
  printed.out = '';
  expect(await run('rotate', id)).toBe(0);
  expect(Added.parse(JSON.parse(printed.out)).key).not.toBe(key);
  printed.out = '';
  await run('list');
  expect(JSON.parse(printed.out)).toMatchObject([{ id, url, events: ['received', 'closed'], ended: null }]);
  expect(await run('remove', id)).toBe(0);
  await expect(run('test', id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('by a secret shows the secret when it is added, and no list has it', async () => {
  const { id, key } = await added(url, '--signing', 'v1');
  expect(Buffer.from(key.replace(/^whsec_/, ''), 'base64')).toHaveLength(32);
  printed.out = '';
  await run('list');
  expect(printed.out).toContain(id);
  expect(printed.out).not.toContain(key);
});
