// What is uploaded as a Lambda: small, whole, and saying the same as what it was made of.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { holidayCalendar } from '#adapters/aws/holiday-calendar.ts';
import { bundleLambda } from '#infra/bundle.ts';
import { bundleCode, type Code } from '#infra/stacks.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
let code: Code;
beforeAll(async () => void (code = await bundleCode(dir, 'DE-BE')));
afterAll(remove);

/** What a fresh Node prints for a script that has the bundle's exports as `bundle`. */
const inNode = (folder: string, script: string, env: Record<string, string> = {}): string => {
  const source = `const bundle = await import(${JSON.stringify(pathToFileURL(join(folder, 'index.mjs')).href)}); ${script}`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', source], {
    env: { PATH: process.env['PATH'] ?? '', AWS_REGION: 'eu-central-1', ...env },
    encoding: 'utf8',
  });
};

describe('a bundle', () => {
  it.each(['steps', 'api', 'operations'] as const)('of the %s is under 2 MB', (name) => {
    expect(statSync(join(code[name], 'index.mjs')).size).toBeLessThan(2_000_000);
  });

  it('is the same bytes when made again, so that nothing is uploaded that did not change', async () => {
    const made = await Promise.all(
      ['first', 'second'].map((name) => bundleLambda(join(dir, name), 'DE-BE', 'entry/lambda-operations.ts')),
    );
    const [first, second] = made.map(({ folder }) => readFileSync(join(folder, 'index.mjs')));
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
  });

  it('refuses a malformed event by code, and throws no stack that could quote it', () => {
    const script = `await bundle.handler({ ticketId: 'T-secret-secret!' }).catch((e) => console.log(JSON.stringify([e.name, e.stack, e.cause ?? null])));`;
    const [name, stack, cause] = JSON.parse(
      inNode(code.steps, script, { QUITTANCE_STEP: 'locate-ticket' }),
    ) as string[];
    expect(name).toBe('INVALID_INPUT');
    expect(stack).toMatch(/^INVALID_INPUT: /);
    expect([stack?.includes('secret'), stack?.includes('\n'), cause]).toEqual([false, false, null]);
  });

  it('of another step than it was deployed for does not start', () => {
    expect(() => inNode(code.steps, '', { QUITTANCE_STEP: 'grant-everything' })).toThrow(/no step is called/);
  });

  it('knows the same holidays as the package it was cut from', async () => {
    const { folder } = await bundleLambda(join(dir, 'calendar'), 'DE-BE', 'adapters/aws/holiday-calendar.ts');
    const script = `const c = bundle.holidayCalendar({ region: 'DE-BE', timeZone: 'Europe/Berlin' });
      console.log(JSON.stringify(await c.around(new Date('2026-11-21T00:00:00Z'))));`;
    const own = await holidayCalendar({ region: 'DE-BE', timeZone: 'Europe/Berlin' }).around(
      new Date('2026-11-21T00:00:00Z'),
    );
    expect(JSON.parse(inNode(folder, script))).toEqual(own);
    expect(own.holidays).toContain('2026-03-08'); // Women's Day is a holiday in Berlin and not in all of Germany
  });
});
