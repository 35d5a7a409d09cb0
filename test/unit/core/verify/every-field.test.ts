// Every field of every document and statement of a bundle, one after the other, says something else than it did; and
// whoever holds every private key makes all the rest agree with it again. What no check notices is listed here with the
// reason: of these fields the bundle holds one side only.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#core/canonical.ts';
import {
  failedChecks,
  forged,
  leavesOf,
  payloadOf,
  readJson,
  trueBundle,
  type Forgery,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';

/** Places, written `file#/path`, that may say anything, and why. */
const UNSEEN: readonly { readonly at: RegExp; readonly why: string }[] = [
  { at: /^run\.json#\/trajectory\//, why: 'how the run went; what is judged is measured on what it made' },
  {
    at: /^tables(-before)?\.json#\/suite\/(name|version)$/,
    why: 'what the suite is called; its digest counts, and the suite stays outside',
  },
  {
    at: /^tables-before\.json#\/(histograms|peopleMeans|proportions|sums|notAvailable)\//,
    why: 'the model from before, for comparison: nothing is judged by it',
  },
  {
    at: /^tables-before\.json#\/sampling\/seed$/,
    why: "made with the first attempt's seed, and kept for the later ones",
  },
  {
    at: /^received#\/event\/(claim|receivedAt|requestDigest|subjectDigest)/,
    why: "the filer's word, and keyed digests of it",
  },
  { at: /^received#\/event\/calendarDigest$/, why: "of what the ticket's row has; the store's own steps compare it" },
  {
    at: /^received#\/event\/counting\//,
    why: "how the law's periods were counted when it was filed; whether something was late is not judged here",
  },
  { at: /^identity-verified#\/event\/identity\/verified(At|By)$/, why: 'seen by a person, at a desk' },
  {
    at: /#\/event\/(counts\/thirdPartiesAffected|protection\/.*)$/,
    why: 'found in the records, which nobody else sees',
  },
  { at: /^forget-set-admitted#\/event\/(people|trainingManifest)$/, why: 'found in records and training rows' },
  { at: /^output-suppressed#\/event\/ruleId$/, why: 'the name of a rule that was lifted' },
  { at: /^notified#\/event\/template$/, why: 'which letter was sent' },
  { at: /^purged#\/at$/, why: 'a millisecond later, and still before the checkpoint' },
  { at: /^(approved#\/event\/decision|certified#\/event\/certificate)$/, why: 'made to agree again by the forger' },
  { at: /#\/predicate\/residualCopies\//, why: 'models from before that still exist: the controller knows where' },
  { at: /#\/predicate\/scope\/(swept|notLookedAt)\/0$/, why: "the controller's words on what was looked at" },
  { at: /#\/predicate\/statementsMade\/-$/, why: 'one claim fewer' },
  { at: /#\/predicate\/(cosignatures|timestamps)\/\+$/, why: 'set beside the certificate by others; read elsewhere' },
];

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

type Path = readonly string[];

/** Leaves of a document; of a list its first member, and the list with one member fewer (`-`) or one at all (`+`). */
const places = (value: unknown, at: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null) return [at];
  const members = Object.entries(value) as [string, unknown][];
  if (members.length === 0) return [[...at, '+']];
  const looked = Array.isArray(value) ? members.slice(0, 1) : members;
  const fewer = Array.isArray(value) ? [[...at, '-']] : [];
  return [...fewer, ...looked.flatMap(([key, member]) => places(member, [...at, key]))];
};

const other = (value: Json): Json => {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return typeof value === 'string' ? otherText(value) : 0;
};
const otherText = (text: string): string => {
  if (/^(sha256:)?[0-9a-f]{64}$/.test(text)) return text.replace(/.{64}$/, '7'.repeat(64));
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return new Date(Date.parse(text) + 1).toISOString();
  if (/^[A-Za-z0-9+/]{20,}={0,2}$/.test(text)) return Buffer.alloc(32, 7).toString('base64');
  return `${text}x`;
};

/** The document with another value at the place. */
const changed = <T>(value: T, path: Path): T => changedAt(value as Json, path) as T;
const changedAt = (value: Json, [key, ...rest]: Path): Json => {
  if (key === undefined) return other(value);
  if (Array.isArray(value)) return changedIn(value as readonly Json[], key, rest);
  const members = value as Readonly<Record<string, Json>>;
  return key === '+' ? { x: 1 } : { ...members, [key]: changedAt(members[key] ?? null, rest) };
};
const changedIn = (list: readonly Json[], key: string, rest: Path): Json => {
  if (key === '-') return list.slice(0, -1);
  return key === '+' ? ['x'] : list.map((one, i) => (String(i) === key ? changedAt(one, rest) : one));
};

/** Places that no check notices and no reason covers. */
const unnoticed = async (name: string, document: unknown, forgery: (path: Path) => Forgery): Promise<string[]> => {
  const unseen: string[] = [];
  for (const path of places(document)) {
    const at = `${name}#/${path.join('/')}`;
    if (failedChecks(truth, await forged(truth, forgery(path))).length === 0) unseen.push(at);
  }
  for (const at of unseen) for (const one of UNSEEN) if (one.at.test(at)) met.add(one);
  return unseen.filter((at) => !UNSEEN.some((one) => one.at.test(at)));
};
const met = new Set<(typeof UNSEEN)[number]>();

describe('a field that says something else', () => {
  it.each(['policy', 'plan', 'run', 'tables', 'judgement', 'model', 'tables-before'])('of %s.json', async (file) => {
    const name = `${file}.json`;
    const document = readJson<Json>(truth.files, name);
    expect(await unnoticed(name, document, (path) => ({ artefacts: { [name]: changed(document, path) } }))).toEqual([]);
  });

  it('of an event of the log', async () => {
    const unseen: string[] = [];
    for (const [place, leaf] of leavesOf(truth.files).entries()) {
      const forgery = (path: Path): Forgery => ({
        leaves: (all) => all.map((one, i) => (i === place ? changed(one, path) : one)),
      });
      unseen.push(...(await unnoticed(leaf.event.type, leaf, forgery)));
    }
    expect(unseen).toEqual([]);
  });

  it('of a statement that was signed, its subject included', async () => {
    // one attestation is as good as another: one rule reads them
    for (const name of ['certificate.dsse.json', 'attestations/received.dsse.json']) {
      const forgery = (path: Path): Forgery => ({
        statement: (one, file) => (file === name ? changed(one, path) : one),
      });
      expect(await unnoticed(name, payloadOf(truth.files, name), forgery)).toEqual([]);
    }
  });

  it('is noticed wherever no reason is given, and no reason is given that no field has', () =>
    expect(UNSEEN.filter((one) => !met.has(one)).map(({ at }) => String(at))).toEqual([]));
});
