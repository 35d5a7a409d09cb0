// The command line beside `quittance serve` on one data folder: the server owns the folder, and commands ask it.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeSmall, quittance, type Small } from './small.ts';

const MAIN = new URL('../../cli/main.ts', import.meta.url).pathname;

let small: Small;
let dir: string;
let server: ChildProcess;
let url: string;

const serve = async (): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--json', '--dir', dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = await new Promise<string>((resolve) =>
    child.stdout.once('data', (line: Buffer) => resolve(String(line))),
  );
  ({ url } = JSON.parse(ready) as { url: string });
  return child;
};
const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

beforeAll(async () => {
  small = makeSmall();
  dir = small.copy();
  server = await serve();
});
afterAll(() => {
  server.kill('SIGKILL');
  small.remove();
});

const ask = (...args: readonly string[]) => quittance(...args, '--dir', dir);
const note = () => JSON.parse(readFileSync(join(dir, 'server.json'), 'utf8')) as { url: string; socket: string };

describe('while the server runs', () => {
  it('its door is for this user alone, and the folder says where it is', () => {
    expect(note().url).toBe(url);
    expect(statSync(dirname(note().socket)).mode & 0o077).toBe(0);
    expect(statSync(join(dir, 'server.json')).mode & 0o077).toBe(0);
  });

  it('its door stands when a command dies half-way through its question', async () => {
    const { socket } = note();
    const half = connect(socket);
    await new Promise((sent) => half.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"ask"', sent));
    const whole = () => {
      const asked = connect(socket, () =>
        asked.end('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\n{'),
      );
      return text(asked);
    };
    // an answer to one that came later: the half question has been read by then
    expect(await whole()).toContain('"refused"');
    half.destroy();
    expect(await whole()).toContain('"refused"');
    expect(server.exitCode).toBe(null);
  });

  it('a command is refused as it would be without a server', () => {
    const own = ask('ticket', 'approve', small.ticketId, '--as', 'legal.filer');
    expect([own.status, own.stderr]).toEqual([1, expect.stringContaining('[ACCESS_DENIED]')]);
    const unknown = ask('ticket', 'hold', 'T-0000000000', '--as', 'legal.filer', '--reason', 'litigation');
    expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('[TICKET_NOT_FOUND]')]);
  });

  it('the encrypted request is read by command, and a filing is tried', () => {
    const read = ask('ticket', 'request', small.ticketId, '--as', 'privacy.officer');
    expect([read.status, read.stdout]).toEqual([0, expect.stringContaining('that you read it is logged')]);
    expect(ask('ticket', 'show', small.ticketId).stdout).toContain('request-viewed');
    const tried = ask('ticket', 'file', join(small.root, 'second.json'), '--dry-run');
    expect([tried.status, tried.stdout]).toEqual([0, expect.stringContaining('nothing was stored')]);
  });

  it('a ticket is approved by command, and the command waits for its end', () => {
    const approved = ask('ticket', 'approve', small.ticketId, '--as', 'privacy.officer');
    expect([approved.status, approved.stdout]).toEqual([0, expect.stringContaining('is PURGED')]);
    const bundle = join(small.root, 'bundle-beside');
    expect(ask('ticket', 'bundle', small.ticketId, bundle).status).toBe(0);
    expect(quittance('verify', bundle).status).toBe(0);
  });

  it('a ticket is filed by command, under a policy of its own', () => {
    const policy = join(small.root, 'policy.json');
    const filed = ask('ticket', 'file', join(small.root, 'second.json'), '--policy', policy, '--no-wait', '--json');
    expect([filed.status, filed.stderr]).toEqual([0, '']);
    const { id } = JSON.parse(filed.stdout) as { id: string };
    expect(ask('ticket', 'list').stdout).toContain(id);
    const withdrawn = ask('ticket', 'withdraw', id, '--as', 'legal.filer');
    expect([withdrawn.status, withdrawn.stderr]).toEqual([0, '']);
  });

  it('a model is imported by command', () => {
    const imported = ask('model', 'import', join(small.root, 'base'), '--name', 'other');
    expect([imported.status, imported.stderr]).toEqual([0, expect.not.stringContaining('STORE_LOCKED')]);
    expect(ask('model', 'list').stdout).toContain('other');
  });

  it('a second server is told where the first one is', () => {
    const second = ask('serve', '--port', '0');
    expect([second.status, second.stderr]).toEqual([2, expect.stringContaining('[STORE_LOCKED]')]);
    expect(second.stderr).toContain(url);
  });
});

describe('afterwards', () => {
  it('a server that was killed is no obstacle, although its note is still there', async () => {
    const gone = ended(server);
    server.kill('SIGKILL');
    await gone;
    expect(existsSync(join(dir, 'server.json'))).toBe(true);
    const refused = ask('ticket', 'approve', small.ticketId, '--as', 'privacy.officer');
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('[APPROVAL_REPLAYED]')]);
  });

  it('one that is told to stop takes its note and its door along', async () => {
    server = await serve();
    const { socket } = note();
    const gone = ended(server);
    server.kill('SIGTERM');
    expect(await gone).toBe(0);
    expect([existsSync(join(dir, 'server.json')), existsSync(socket)]).toEqual([false, false]);
  });
});
