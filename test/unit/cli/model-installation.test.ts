// `quittance model … --installation PREFIX` where there is no such installation, or no way to it: named before the
// model is so much as looked at.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execute, parse } from '#cli/command.ts';
import { model } from '#cli/model.ts';
import { temporaryFolder } from '#test/support/folders.ts';

/** As CloudFormation answers for a stack that does not exist. */
const ABSENT = `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
<Code>ValidationError</Code><Message>Stack with id nowhere-app does not exist</Message></Error></ErrorResponse>`;

const { dir, remove } = temporaryFolder();
const asked: string[] = [];
let server: Server;
const before = { ...process.env };
beforeAll(async () => {
  server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => asked.push(chunk.toString()));
    request.on('end', () => response.writeHead(400, { 'content-type': 'text/xml' }).end(ABSENT));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' });
});
afterAll(() => {
  process.env = before;
  server.close();
  remove();
});

const quittance = (...argv: string[]) => execute(model, parse(model, argv, {}));
const NOWHERE = ['--installation', 'nowhere'];
const OUT = join(dir, 'out', 'model');

describe('a registry in an installation that does not exist', () => {
  it.each([
    ['import', ['import', join(dir, 'no-model'), '--name', 'house', ...NOWHERE]],
    ['list', ['list', ...NOWHERE]],
    ['show', ['show', 'house', ...NOWHERE]],
    ['export', ['export', 'house', OUT, ...NOWHERE]],
  ])('is named by %s, before any work', async (_verb, argv) => {
    await expect(quittance(...argv)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: "there is no installation 'nowhere' in this account and region",
    });
    expect(existsSync(join(dir, 'out'))).toBe(false);
  });

  it('is looked for by its app stack', () => {
    expect(new Set(asked.flatMap((body) => new URLSearchParams(body).get('StackName')))).toEqual(
      new Set(['nowhere-app']),
    );
  });

  it('is not looked for beside a data folder', async () => {
    await expect(quittance('list', '--dir', dir, ...NOWHERE)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('is not looked for where no region is said', async () => {
    delete process.env['AWS_REGION'];
    await expect(quittance('list', ...NOWHERE)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('AWS_REGION'),
    });
  });
});
