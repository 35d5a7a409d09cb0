// What a bundle may cost, at the edge of each bound: as much as is allowed is looked at, one more is refused. How a
// whole bundle beyond them is answered: hostile.test.ts.
import { describe, expect, it } from '@jest/globals';
import { MOST, MOST_STEPS, outOfBounds } from '#core/verify/bounds.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const bundle = (files: Readonly<Record<string, string | Uint8Array>>) =>
  new Map(
    Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? bytes(content) : content]),
  );
const many = (count: number, name: (i: number) => string) =>
  bundle(Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), ''])));
const beyond = (files: Readonly<Record<string, string | Uint8Array>>) => outOfBounds(bundle(files));

/** So many values by the count of the verifier: a bracket, and every comma. */
const values = (count: number) => `[0${',0'.repeat(count - 1)}]`;
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const envelope = (payload: string) => JSON.stringify({ payload: Buffer.from(payload).toString('base64') });
/** Of the envelope itself: a brace and a colon. */
const OF_ENVELOPE = 2;

it('the bounds are what docs/verify.md says', () => {
  expect(MOST).toEqual({ files: 2_000, events: 500, bytes: 25_165_824, values: 200_000, depth: 64 });
  expect(MOST_STEPS).toBe(30_000_000);
});

describe('as much as is allowed is looked at, one more is refused by name', () => {
  it('files', () => {
    expect(outOfBounds(many(MOST.files, (i) => `x${i}`))).toBeUndefined();
    expect(outOfBounds(many(MOST.files + 1, (i) => `x${i}`))).toMatch(/files/);
  });

  it('events, which are the JSON files in log/', () => {
    expect(outOfBounds(many(MOST.events, (i) => `log/${i}.json`))).toBeUndefined();
    expect(outOfBounds(many(MOST.events + 1, (i) => `log/${i}.json`))).toMatch(/events/);
    for (const other of [
      (i: number) => `log/${i}.txt`,
      (i: number) => `a/log/${i}.json`,
      (i: number) => `log/${i}.jsonl`,
    ])
      expect(outOfBounds(many(MOST.events + 1, other))).toBeUndefined();
  });

  it('bytes, of all files together', () => {
    const half = MOST.bytes / 2;
    expect(beyond({ a: new Uint8Array(half), b: new Uint8Array(half) })).toBeUndefined();
    expect(beyond({ a: new Uint8Array(half), b: new Uint8Array(half + 1) })).toMatch(/bytes/);
  });

  it('depth', () => {
    expect(beyond({ 'a.json': nested(MOST.depth) })).toBeUndefined();
    expect(beyond({ 'a.json': nested(MOST.depth + 1) })).toMatch(/^a\.json is nested/);
    expect(beyond({ 'a.json': `[${'[],'.repeat(MOST.depth)}0]` })).toBeUndefined(); // beside each other, not within
    expect(beyond({ 'a.json': `[${'{}'.repeat(MOST.depth)}${nested(MOST.depth)}]` })).toMatch(/nested/);
  });

  it('values, of all JSON files together', () => {
    expect(beyond({ 'a.json': values(MOST.values) })).toBeUndefined();
    expect(beyond({ 'a.json': values(MOST.values + 1) })).toMatch(/values .* with a\.json$/);
    const half = values(MOST.values / 2);
    expect(beyond({ 'a.json': half, 'b.json': half })).toBeUndefined();
    expect(beyond({ 'a.json': half, 'b.json': values(MOST.values / 2 + 1) })).toMatch(/values .* with b\.json$/);
  });

  it('and each kind of value is one: members of lists and objects, lists and objects themselves', () => {
    const rest = MOST.values - 4;
    expect(beyond({ 'a.json': values(rest), 'b.json': '{"a":[],"b"' })).toBeUndefined();
    expect(beyond({ 'a.json': values(rest), 'b.json': '{"a":[],"b":1}' })).toMatch(/values/);
    expect(beyond({ 'a.json': values(rest), 'b.json': '{"a":{},"b":1}' })).toMatch(/values/);
  });
});

describe('what is no value and no level', () => {
  it('lies in a file that is not JSON', () =>
    expect(beyond({ 'a.txt': nested(MOST.depth + 1), 'a.json.bak': values(MOST.values + 1) })).toBeUndefined());

  it('lies in a string, however its quotes are written', () => {
    const inside = '[{,:'.repeat(MOST.depth + 1);
    for (const text of [inside, `\\"${inside}`, `\\\\\\"${inside}`, `${inside}\\\\`])
      expect(beyond({ 'a.json': `["${text}"]` })).toBeUndefined();
  });

  it('and what follows a string counts again', () => {
    const inside = nested(MOST.depth + 1);
    for (const text of ['', 'a', '\\\\', '\\"', '\\\\\\"'])
      expect(beyond({ 'a.json': `{"${text}":${inside}}` })).toMatch(/nested/);
  });
});

describe('what an envelope signs counts as well', () => {
  it('its depth', () => {
    expect(beyond({ 'a.dsse.json': envelope(nested(MOST.depth)) })).toBeUndefined();
    expect(beyond({ 'a.dsse.json': envelope(nested(MOST.depth + 1)) })).toMatch(/^a\.dsse\.json is nested/);
  });

  it('its values, beside those of the envelope', () => {
    expect(beyond({ 'a.dsse.json': envelope(values(MOST.values - OF_ENVELOPE)) })).toBeUndefined();
    expect(beyond({ 'a.dsse.json': envelope(values(MOST.values - OF_ENVELOPE + 1)) })).toMatch(/values/);
  });

  it('where its slashes are escaped, too, which a parser undoes', () => {
    const payload = `"${'?'.repeat(99)}",${nested(MOST.depth + 1)}`; // base64 of ??? is Pz8/
    const escaped = envelope(payload).replaceAll('/', '\\/');
    expect(escaped).toContain('\\/');
    expect(beyond({ 'a.dsse.json': escaped })).toMatch(/nested/);
  });

  it('with or without its padding', () => {
    for (const spaces of ['', ' ', '  '])
      expect(beyond({ 'a.dsse.json': envelope(spaces + nested(MOST.depth + 1)) })).toMatch(/nested/);
  });

  it('and is looked for nowhere else', () =>
    expect(beyond({ 'a.json': envelope(nested(MOST.depth + 1)) })).toBeUndefined());
});
