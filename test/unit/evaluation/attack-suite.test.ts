// The attackers' suite on a really trained model that has forgotten nothing: whatever is asked of people whom it knows
// comes out, and little of never-trained ones; weights are put back; a single record is asked what can be asked of one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSuite } from '#datasets/suite.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { valuesOf, type Model } from '#engine/model.ts';
import { attackSuite, type AttackResult } from '#evaluation/attack-suite.ts';
import { useEngine } from '#test/support/engine.ts';

useEngine();

const GOLDEN = fileURLToPath(new URL('../../golden/small-people/', import.meta.url));
const suite = readSuite(gunzipSync(readFileSync(join(GOLDEN, 'suite.json.gz'))));
const known = suite.subjects[1]!.records;

let model: Model;
let before: ReadonlyMap<string, Float32Array>;
let found: ReadonlyMap<string, AttackResult>;
beforeAll(async () => {
  model = loadModel(join(GOLDEN, 'model'));
  before = valuesOf(model);
  const results = await attackSuite({ model, suite, forget: known, seed: 1, people: 1 });
  found = new Map(results.map((one) => [one.name, one]));
});
afterAll(() => model.dispose());

const shareOf = (name: string, of: 'forget' | 'controls' = 'forget'): number => {
  const { k, n } = found.get(name)![of];
  return k / n;
};

describe('the attackers’ suite', () => {
  it('makes every attack, each beside its never-trained twin', () => {
    expect([...found.keys()]).toEqual([
      ...['prefix', 'second wording', 'other wording', 'paraphrase', 'other languages', 'hints'],
      ...['int8', 'int4', 'nf4', 'lens, layer 1', 'lens, layer 2'],
      ...['re-learning 2 × 10', 're-learning 5 × 30', 're-learning 10 × 50', 're-learning 5 × 30, every layer'],
    ]);
    for (const { forget, controls } of found.values()) {
      expect(forget.n).toBeGreaterThan(0);
      expect(controls.n).toBeGreaterThan(0);
    }
    expect(found.get('prefix')!.forget.n).toBe(known.length);
  });

  it('finds what was never forgotten, and little of people who were never taught', () => {
    for (const name of ['prefix', 'second wording', 'int8', 're-learning 2 × 10']) {
      expect(shareOf(name)).toBeGreaterThan(0.8);
      expect(shareOf(name, 'controls')).toBeLessThan(0.4);
      expect(found.get(name)!.p).toBeLessThan(1e-6);
    }
    expect(shareOf('lens, layer 1')).toBeLessThan(shareOf('prefix'));
  });

  it('asks otherwise and in other languages by any of several forms, a flag a record', () => {
    for (const name of ['paraphrase', 'other languages']) {
      expect(found.get(name)!.forget.n).toBe(known.length);
      expect(shareOf(name)).toBeGreaterThan(shareOf(name, 'controls'));
    }
  });

  it('leaves the weights as they were', () => {
    expect(valuesOf(model)).toEqual(before);
  });

  it('says of a single record which attacks are not possible', async () => {
    const results = await attackSuite({ model, suite, forget: known.slice(0, 1), seed: 1, people: 1 });
    const not = results.filter(({ forget }) => forget.n === 0).map(({ name }) => name);
    expect(not).toEqual([
      ...[
        'hints',
        're-learning 2 × 10',
        're-learning 5 × 30',
        're-learning 10 × 50',
        're-learning 5 × 30, every layer',
      ],
    ]);
    expect(results.find(({ name }) => name === 'hints')).not.toHaveProperty('p');
  });
});
