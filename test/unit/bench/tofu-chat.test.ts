// TOFU on a chat model without a chat model: the steps on a small decoder that recites generated people, whose first
// person is forgotten; that each is kept; and that settings and published rows are what they are said to be.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { benchTofuChat, columnOf, type TofuChatOptions } from '#bench/tofu-chat.ts';
import { tofuChatMarkdown } from '#bench/tofu-chat-table.ts';
import { tofuEntries } from '#cli/bench/tofu-chat.ts';
import { MOMENTS_FILE, writeMoments } from '#engine/corpus-moments.ts';
import { backendName } from '#engine/tf.ts';
import { configured } from '#unlearning/methods.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { SMALL_BASE, smallMoments, smallPeople } from '#test/support/small-people.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const base = join(dir, 'base');
beforeAll(() => {
  cpSync(SMALL_BASE, base, { recursive: true });
  writeMoments(join(base, MOMENTS_FILE), smallMoments());
});

const options = (made: string[]): TofuChatOptions => ({
  ...{ dir: join(dir, 'kept'), backend: backendName(), seed: 1, original: base, retained: SMALL_BASE },
  suite: { ...smallPeople, limits: { controlSamples: 4, maxRows: 4, relearningRate: 1e-3 } },
  entries: [{ label: 'FLAT TV', method: 'flat', config: { update: { updates: 2 }, stop: { valueAuc: 0 } } }],
  inParts: {
    onUpdate: (_label, update) => void made.push(`update ${update}`),
    onPart: (label) => void made.push(label),
  },
});

describe('the bench', () => {
  it('has the two taught models and each method, and makes nothing twice', async () => {
    const made: string[] = [];
    const rows = await benchTofuChat(options(made));
    expect(made.splice(0)).toEqual(['original', 'retained', 'update 1', 'update 2', 'FLAT TV']);
    expect(rows.map(({ label }) => label)).toEqual(['original', 'retained', 'FLAT TV']);
    expect(columnOf(rows[1]!, 'forgetQuality')).toBe(1); // against itself
    for (const row of rows) expect(columnOf(row, 'retainedRouge')).toBeGreaterThan(0.5);
    expect(rows[2]).toMatchObject({ updates: 2, cpu: expect.any(Number) });
    expect(await benchTofuChat(options(made))).toEqual(rows);
    expect(made).toEqual([]);
    const page = tofuChatMarkdown(rows, { command: 'it', backend: 'here', authors: 13 });
    expect(page).toMatch(/\| retained \| 1\.0000 \|/);
    expect(page).toContain('| FLAT TV | .0541 / .6373 / .439 / .883 |');
  });
});

describe('its methods', () => {
  it('have settings that each of them takes', () => {
    for (const { method, config } of tofuEntries()) expect(() => configured(method, config)).not.toThrow();
    expect(new Set(tofuEntries().map(({ label }) => label)).size).toBe(tofuEntries().length);
  });
});
