// `quittance serve` as a process: it comes up on an empty folder, lets its people in, answers, and goes down when told.
// Where a Chromium is installed, the pages are drawn in it, and what it complains about fails the test.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

interface Ready {
  url: string;
  added: { principal: string; token: string }[];
}

const BIN = new URL('../../cli/bin.mjs', import.meta.url).pathname;
const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

let dir: string;
let child: ChildProcess;
let ready: Ready;

const firstLine = (process: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    let errors = '';
    process.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    process.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    process.once('exit', (code) => reject(new Error(`serve ended with ${String(code)}: ${errors}`)));
  });

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'quittance-e2e-'));
  child = spawn(process.execPath, [BIN, 'serve', '--dir', dir, '--port', '0', '--json']);
  ready = JSON.parse(await firstLine(child)) as Ready;
});
afterAll(() => {
  child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const bearer = () => ({ authorization: `Bearer ${ready.added[0]!.token}` });
/**
 * On a connection of its own: while a test waits for a command this process does not see a kept one being closed by the
 * server, whose patience is five seconds.
 */
interface Asked {
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly body?: URLSearchParams;
  readonly redirect?: 'manual';
}
const ask = (path: string, { headers = {}, ...init }: Asked = {}) =>
  fetch(ready.url + path, { ...init, headers: { ...headers, connection: 'close' } });
const status = async (path: string, headers: Record<string, string> = {}) => (await ask(path, { headers })).status;

describe('quittance serve', () => {
  it('listens on this machine alone and prints who may sign in', () => {
    expect(ready.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(ready.added.map(({ principal }) => principal)).toEqual(['legal.filer', 'privacy.officer']);
  });

  it('answers: health to all, tickets to its people', async () => {
    expect(await status('/health')).toBe(200);
    expect(await status('/tickets.json')).toBe(401);
    expect(await status('/tickets.json', bearer())).toBe(200);
    expect(await status('/v1/models')).toBe(200);
    expect(await status('/tickets/T-0000000000', bearer())).toBe(404);
  });

  it('keeps a second process out of its folder', () => {
    const second = spawnSync(process.execPath, [BIN, 'serve', '--dir', dir, '--port', '0'], { encoding: 'utf8' });
    expect(second.stderr).toContain('[STORE_LOCKED]');
    expect(second.status).toBe(2);
  });

  it('lets people in and out, and ends sessions, while it runs', async () => {
    const people = (...args: string[]) => {
      const { stdout, stderr } = spawnSync(process.execPath, [BIN, 'people', ...args, '--dir', dir, '--json'], {
        encoding: 'utf8',
      });
      expect(stderr).toBe('');
      return JSON.parse(stdout) as unknown;
    };
    const { added } = people('add', 'auditor.ann=auditor') as Ready;
    expect(people('list')).toContainEqual({ principal: 'auditor.ann', roles: ['auditor'] });
    const begin = async () => {
      const body = new URLSearchParams({ token: added[0]!.token });
      const response = await ask('/sign-in', { method: 'POST', body, redirect: 'manual' });
      return { cookie: response.headers.get('set-cookie')?.split(';')[0] ?? '' };
    };
    const [one, other] = [await begin(), await begin()];
    expect([await status('/tickets.json', one), await status('/tickets.json', other)]).toEqual([200, 200]);
    const open = people('sessions') as { session: string; principal: string }[];
    expect(open.map(({ principal }) => principal)).toEqual(['auditor.ann', 'auditor.ann']);
    expect(people('end', open[0]!.session)).toEqual({ ended: 1 });
    const left = [await status('/tickets.json', one), await status('/tickets.json', other)];
    expect(left.sort()).toEqual([200, 401]);
    expect(people('remove', 'auditor.ann')).toEqual({ removed: 'auditor.ann' });
    expect(await status('/tickets.json', other)).toBe(401);
    expect(await status('/tickets.json', { authorization: `Bearer ${added[0]!.token}` })).toBe(401);
    expect(people('sessions')).toEqual([]);
  });

  (chromium ? it : it.skip)(
    `draws its pages in a browser without a complaint${chromium ? '' : ' (skipped: no chromium is installed)'}`,
    async () => {
      const ledger = join(dir, 'ledger.html');
      const headers = { ...bearer(), accept: 'text/html' };
      const page = await (await ask('/ledger', { headers })).text();
      writeFileSync(ledger, page.replaceAll('"/style.css"', `"${ready.url}/style.css"`));
      for (const address of [`${ready.url}/sign-in`, `file://${ledger}`]) {
        const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--enable-logging=stderr', '--dump-dom'];
        const profile = `--user-data-dir=${join(dir, 'chromium')}`;
        const drawn = spawnSync(chromium!, [...flags, profile, address], { encoding: 'utf8' });
        expect(drawn.stdout).toContain('<main id="main">');
        expect(drawn.stderr).not.toMatch(/CONSOLE.*(error|refused|violat)/i);
      }
    },
  );

  it('goes down when it is told to, with nothing left open', async () => {
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
