// A bench row that is stored part by part: that it says what one made in one piece says, and that a run which was cut
// off goes on with the part that is missing.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { publishedOnChat } from '#bench/chat-entries.ts';
import type { Entry } from '#bench/people-entries.ts';
import { rowsOfEntry, type RunOptions } from '#bench/people-runs.ts';
import { rowInParts } from '#bench/row-in-parts.ts';
import type { InParts } from '#bench/weights-left.ts';
import { initBackend } from '#engine/tf.ts';
import { MOMENTS_FILE, writeMoments } from '#engine/corpus-moments.ts';
import { readPolicy } from '#entry/policies.ts';
import { configured } from '#unlearning/methods.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { SMALL_BASE, smallMoments, smallPeople } from '#test/support/small-people.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const READ = ['forget.greedyExact', 'forget.relearnt2x10', 'retained.greedyExact'];
const whole = readPolicy('gate-v3');
const policy = { ...whole, checks: whole.checks.filter(({ of }) => READ.includes(of)) };
const entry: Entry & { method: string } = {
  label: 'person 1',
  group: 'ladder',
  method: 'flat',
  subjects: [0],
  config: { update: { updates: 3 }, stop: { valueAuc: 0 } },
};

const base = join(dir, 'base');
beforeAll(() => {
  cpSync(SMALL_BASE, base, { recursive: true });
  writeMoments(join(base, MOMENTS_FILE), smallMoments());
});

const optionsIn = async (folder: string): Promise<RunOptions> => ({
  ...{ dir: join(dir, folder), backend: await initBackend(), policy, answered: true },
  suite: () => smallPeople,
  base: () => Promise.resolve(base),
});

/** What was made, and the part at whose start it is cut off. */
const watched = (made: string[], cutAt?: string): InParts => ({
  onUpdate: (_label, update) => void made.push(`update ${update}`),
  onPart(_label, part) {
    if (part === cutAt) throw new Error('cut off');
    made.push(part);
  },
});

describe('a row in parts', () => {
  it('says what one made in one piece says', async () => {
    const options = await optionsIn('alike');
    const row = await rowInParts({ ...options, inParts: {} }, 1, entry);
    const [other] = await rowsOfEntry({ ...options, keys: [] }, 1, entry);
    expect(row.trajectory).toEqual(other!.trajectory);
    expect(row.tables.proportions).toEqual(other!.tables.proportions);
    expect(row.judgement).toEqual(other!.judgement);
    expect(row.answered).toEqual(other!.answered);
  });

  it('goes on with the part that is missing, and makes nothing twice', async () => {
    const options = await optionsIn('cut');
    const made: string[] = [];
    const until = (cutAt?: string) => rowInParts({ ...options, inParts: watched(made, cutAt) }, 1, entry);
    await expect(until('relearnt2x10')).rejects.toThrow('cut off');
    expect(made.splice(0)).toEqual(['update 1', 'update 2', 'update 3', 'the rest']);
    const row = await until();
    expect(made.splice(0)).toEqual(['relearnt2x10']);
    expect(await until()).toEqual(row);
    expect(made).toEqual([]);
    expect(readdirSync(join(dir, 'cut', 'models'))).toHaveLength(1);
  });
});

describe('published methods on a chat model', () => {
  it('have settings that each of them takes, with the stop rule of the ladder', () => {
    const chat = readPolicy('chat-v2');
    const entries = publishedOnChat(chat);
    expect(entries.map(({ method }) => method)).toEqual(['flat', 'npo', 'simnpo', 'idk', 'rmu']);
    for (const { method, config } of entries) {
      expect(() => configured(method, config)).not.toThrow();
      expect(config['stop']).toEqual(chat.ladder[0]!.config['stop']);
    }
  });
});
