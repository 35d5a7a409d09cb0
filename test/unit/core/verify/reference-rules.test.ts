// Digests that lead nowhere, place by place: what stays outside a bundle does so at its own place alone, and nothing
// below or behind that place is let pass with it.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { canonicalize, digestOf, type Json } from '#core/canonical.ts';
import { OUTSIDE, references } from '#core/verify/references.ts';
import { jsonBytes, readJson, type TrueBundle } from '#test/support/forged-bundles.ts';
import { renewedBundle } from '#test/support/renewed-bundles.ts';
import { says } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await renewedBundle([true]);
});

/** Digests in the true bundle. */
const AS_THEY_ARE = 177;
const NOBODYS = digestOf('what nobody has');
const HEX = NOBODYS.slice('sha256:'.length);
const withFile = (name: string, value: object): BundleFiles => new Map(truth.files).set(name, jsonBytes(value));
const enveloped = (payload: Json, keyid: string) => ({
  payloadType: 'application/vnd.in-toto+json',
  payload: Buffer.from(canonicalize(payload)).toString('base64'),
  signatures: [{ keyid, sig: 'AAAA' }],
});
const names = (at: string, digest = NOBODYS) => `fails: ${at} names ${digest}, which nothing in the bundle has`;

describe('a digest', () => {
  const holds = (n: number) => `holds: ${n} digests are of files here, or of what stays outside by design`;
  const known = (): string => readJson<{ keys: { id: string }[] }>(truth.files, 'trust-root.json').keys[0]!.id;
  says(() => truth, references, [
    ['as they are', () => ({}), holds(AS_THEY_ARE)],
    ['that nobody has', () => withFile('more.json', { a: [{ b: NOBODYS }] }), names('more.json#/a/0/b')],
    ['in bare hex', () => withFile('more.json', { a: HEX }), names('more.json#/a')],
    ['in a longer word', () => withFile('more.json', { a: `x${HEX}`, b: `${HEX}x` }), holds(AS_THEY_ARE)],
    ['of a file', () => withFile('more.json', { a: digestOf(truth.files.get('plan.json')!) }), holds(AS_THEY_ARE + 1)],
    ['of a key', () => withFile('more.json', { a: known() }), holds(AS_THEY_ARE + 1)],
    [
      'in an envelope',
      () => withFile('more.dsse.json', enveloped({ a: NOBODYS }, known())),
      names('more.dsse.json#/a'),
    ],
    ['of who signed', () => withFile('more.dsse.json', enveloped({}, NOBODYS)), names('more.dsse.json#/keyid')],
    ['in a file that is no JSON', () => new Map(truth.files).set('more.txt', Buffer.from(NOBODYS)), holds(AS_THEY_ARE)],
    ['nothing', () => withFile('more.json', { a: null, b: 1, c: 'word' }), holds(AS_THEY_ARE)],
    [
      'in a bundle of the first form',
      () => withFile('bundle.json', { ...readJson<object>(truth.files, 'bundle.json'), kind: 'quittance-bundle/v1' }),
      'not-checked: a bundle of the first form leaves earlier attempts and re-certifications out',
    ],
  ]);
});

/** A place of each kind that leads outside. */
const PLACES: readonly string[] = [
  'model-signing.dsse.json#/predicate/resources/0/digest',
  'model.json#/files/weights/digest',
  'plan.json#/base',
  'attempts/1/run.json#/manifest/base',
  'recipe.json#/base',
  'attempts/1/run.json#/recorded/recipe',
  'log/0001.json#/event/previous',
  'tables-before.json#/model',
  'certificate.dsse.json#/predicate/residualCopies/0/digest',
  'tables.json#/suite/digest',
  'plan.json#/asked/suite',
  'plan.json#/side/moments',
  'log/0001.json#/event/trainingManifest',
  'plan.json#/gatheredBy/plan',
  'recertifications/1/plan.json#/digest',
  'log/0001.json#/event/commitment',
  'log/0001.json#/event/shown',
  'approval.dsse.json#/predicate/approval/revealed/asked',
  'log/0001.json#/event/agent/document',
  'log/0001.json#/event/requestDigest',
  'log/0001.json#/event/calendarDigest',
  'log/0001.json#/event/found',
];

describe('a place that leads outside', () => {
  it.each(PLACES.map((place, i) => [place, OUTSIDE[i]!] as const))('%s is on the list', (place, outside) => {
    expect(outside.at.test(place)).toBe(true);
    expect(OUTSIDE).toHaveLength(PLACES.length);
  });

  says(
    () => truth,
    references,
    PLACES.map((place) => [
      `${place}, and not behind it`,
      () => withFile(`${place}/more.json`, { a: NOBODYS }),
      names(`${place}/more.json#/a`),
    ]),
  );
});
