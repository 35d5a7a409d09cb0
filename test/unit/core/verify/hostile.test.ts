// Bundles made to harm whoever checks them: too large to look at, too much to compute, and 300 seeded mutations of a
// true one, of which none is accepted and none makes the verifier throw.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { MOST } from '#core/verify/bounds.ts';
import { verifyBundle } from '#core/verify.ts';
import { spend, withinWork } from '#core/work.ts';
import { isQuittanceError } from '#core/errors.ts';
import { forged, jsonBytes, readJson, relisted, trueBundle, type TrueBundle } from '#test/support/forged-bundles.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});
const verify = (files: BundleFiles) => verifyBundle(files, { now: truth.now, trustRoot: truth.trustRoot });

describe('a bundle beyond its bounds', () => {
  const brackets = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
  const values = (count: number) => Buffer.from(`[${'{},'.repeat(count)}0]`);
  const envelope = (payload: Uint8Array) =>
    jsonBytes({ payload: Buffer.from(payload).toString('base64'), payloadType: 'x', signatures: [] });
  const hostile: Readonly<Record<string, [RegExp, (files: BundleFiles) => void]>> = {
    'nested deeply': [/nested/, (all) => all.set('tables.json', brackets(MOST.depth + 1))],
    'nested very deeply': [/nested/, (all) => all.set('run.json', brackets(1e6))],
    'many values': [/values/, (all) => all.set('tables.json', values(MOST.values))],
    'many values in what an envelope signs': [/values/, (all) => all.set('a.dsse.json', envelope(values(MOST.values)))],
    'many files': [/files/, (all) => Array.from({ length: MOST.files }, (_, i) => all.set(`x${i}`, new Uint8Array()))],
    'many bytes': [/bytes/, (all) => all.set('README.txt', new Uint8Array(MOST.bytes))],
    'many events': [
      /events/,
      (all) => Array.from({ length: MOST.events }, (_, i) => all.set(`log/9${i}.json`, jsonBytes({}))),
    ],
  };
  it.each(Object.entries(hostile))('%s is refused by name, before anything is read', (_name, [why, change]) => {
    const files = new Map(truth.files);
    change(files);
    const { ok, checks } = verify(files);
    expect([ok, checks.map(({ id }) => id)]).toEqual([false, ['bounds']]);
    expect(checks[0]?.detail).toMatch(why);
  });

  it('with tables that exact tests would take minutes for, is refused by the work they are', async () => {
    const tables = readJson<EvaluationTables>(truth.files, 'tables.json');
    const wide = Object.entries(tables.histograms).map(([key, histogram]) => {
      const counts = histogram.counts.map(() => 0);
      return [key, { ...histogram, counts: counts.map((_, i) => (i < 2 ? 2_700 : 0)) }] as const;
    });
    const files = await forged(truth, {
      artefacts: { 'tables.json': { ...tables, histograms: Object.fromEntries(wide) } },
    });
    const { ok, checks: found } = verify(files);
    expect(ok).toBe(false);
    expect(found.find(({ id }) => id === 'statistics')?.detail).toMatch(/more work than is allowed/);
  });
});

describe('a budget of work', () => {
  it('holds for all that runs inside, is not larger for being asked for twice, and ends with it', () => {
    const refused = (act: () => void) => {
      try {
        act();
      } catch (error) {
        return isQuittanceError(error, 'INPUT_TOO_LARGE');
      }
      return false;
    };
    withinWork(10, () => {
      withinWork(100, () => spend(6));
      expect(refused(() => spend(6))).toBe(true);
    });
    expect(refused(() => spend(1e12))).toBe(false);
  });
});

describe('300 mutations of a true bundle', () => {
  /** Mulberry32: the same mutations every time. */
  const generator = (seed: number) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const random = generator(20260301);
  const below = (n: number) => Math.floor(random() * n);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const HOSTILE: readonly unknown[] = [null, -1, 9e15, 0.5, '', 'x'.repeat(300), [], {}, true, 'sha256:00', [[[[]]]]];

  /** One value of a document exchanged for a hostile one. */
  const exchanged = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Object.keys(value).length === 0 || random() < 0.2)
      return pick(HOSTILE);
    const key = pick(Object.keys(value));
    const changed = exchanged((value as Record<string, unknown>)[key]);
    return Array.isArray(value)
      ? value.map((one: unknown, i) => (String(i) === key ? changed : one))
      : { ...value, [key]: changed };
  };
  const spliced = (bytes: Uint8Array, from: number, gone: number, put: Uint8Array) =>
    Buffer.concat([bytes.subarray(0, from), put, bytes.subarray(from + gone)]);

  const mutations: Readonly<Record<string, (files: BundleFiles, name: string) => void>> = {
    flip: (files, name) => {
      const bytes = Uint8Array.from(files.get(name)!);
      bytes[below(bytes.length)]! ^= 1 << below(8);
      files.set(name, bytes);
    },
    cut: (files, name) => files.set(name, files.get(name)!.subarray(0, below(files.get(name)!.length))),
    insert: (files, name) =>
      files.set(
        name,
        spliced(files.get(name)!, below(files.get(name)!.length), 0, Buffer.from(pick(['0', '\n', '{}', '"']))),
      ),
    remove: (files, name) => files.delete(name),
    swap: (files, name) => {
      const other = pick([...files.keys()].filter((one) => one !== name));
      const [a, b] = [files.get(name)!, files.get(other)!];
      files.set(name, b).set(other, a);
    },
    add: (files, name) => files.set(`${name}~`, files.get(name)!),
    exchange: (files, name) => {
      if (name.endsWith('.json')) files.set(name, jsonBytes(exchanged(readJson(files, name))));
      else files.delete(name);
    },
  };

  it('are refused, each of them', () => {
    const names = [...truth.files.keys()];
    let made = 0;
    for (let i = 0; made < 300; i++) {
      const [kind, name, listed] = [pick(Object.keys(mutations)), pick(names), random() < 0.5];
      const files = new Map(truth.files);
      const own = !/^bundle\./.test(name);
      if (listed && own)
        relisted(files, (all) => mutations[kind]!(all, name)).forEach((bytes, key) => files.set(key, bytes));
      else mutations[kind]!(files, name);
      const same =
        files.size === truth.files.size &&
        [...files].every(([key, bytes]) => Buffer.from(bytes).equals(truth.files.get(key) ?? Buffer.alloc(0)));
      if (same) continue;
      made++;
      expect([i, kind, name, listed, verify(files).ok]).toEqual([i, kind, name, listed, false]);
    }
  });
});

it.each<[string, string, string, RegExp]>([
  [
    'no JSON',
    'tables.json',
    '{\n"a": 1,\n,}',
    /^tables.json is no JSON in which each key stands once: line 3, column 1$/,
  ],
  ['a key twice', 'plan.json', '{"a":1,"a":2}', /^plan.json is no JSON in which each key stands once$/],
  ['another form', 'run.json', '{}', /^run.json does not have its form: expected kind: one of quittance-run\/v1$/],
  ['no checkpoint', 'checkpoint', 'x', /^checkpoint: /],
])('%s: the file is named, and where in it', (_name, file, content, why) => {
  const { checks } = verify(new Map(truth.files).set(file, Buffer.from(content)));
  const details = checks.filter(({ state }) => state === 'fails').map(({ detail }) => detail);
  expect(details).toContainEqual(expect.stringMatching(why));
  expect(details.join()).not.toMatch(/malformed|SyntaxError|ZodError/);
});
