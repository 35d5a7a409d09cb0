// A bundle of a ticket that took two attempts and was re-certified twice: every digest that any of its documents names
// leads to a file in it, or is of something that stays outside for a stated reason; and it says so itself.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import { digestJson, digestOf } from '#core/canonical.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { QUANTITIES } from '#core/quantities.ts';
import { summarise } from '#core/summaries.ts';
import { OUTSIDE } from '#core/verify/references.ts';
import { verifyBundle } from '#core/verify.ts';
import { findStep } from '#functions/steps.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { RECORDS, SUBJECT } from '#bench/house/requests.ts';
import { jsonBytes, readJson, relisted } from '#test/support/forged-bundles.ts';
import { walkedToEnd } from '#test/support/hand-walked.ts';

let files: BundleFiles;
let now: Date;

beforeAll(async () => {
  const { harness, ticketId } = await walkedToEnd({ good: (run) => run > 1 });
  for (const execution of ['first', 'second']) {
    const check = await harness.call(findStep('check-continuity'), { model: 'house', trigger: 'manual', execution });
    const { job, planDigest } = check as { job: string; planDigest: string };
    await harness.ports.jobs.submit({ name: job, definition: 'recertify', parameters: { job, planDigest } });
    await harness.call(findStep('record-recertification'), { model: 'house', check });
    harness.clock.advance(86_400);
  }
  await harness.call(sequenceLog, {});
  files = await assembleBundle(harness.ports, ticketId);
  now = harness.ports.clock.now();
});

/** Every digest in a text, with the text around it for whoever reads a failure; what envelopes sign is read as well. */
const digestsIn = (text: string): { digest: string; around: string }[] =>
  [...text.matchAll(/[0-9a-f]{64}/g)].map(({ 0: hex, index }) => ({
    digest: `sha256:${hex}`,
    around: text.slice(Math.max(0, index - 60), index),
  }));
const textsOf = (all: BundleFiles): [string, string][] =>
  [...all].flatMap(([name, bytes]): [string, string][] => {
    const text = Buffer.from(bytes).toString('utf8');
    if (!name.endsWith('.json')) return [];
    const payload = name.endsWith('.dsse.json') ? (JSON.parse(text) as { payload: string }).payload : '';
    return [
      [name, text],
      ...(payload ? [[name, Buffer.from(payload, 'base64').toString('utf8')] as [string, string]] : []),
    ];
  });

describe('a bundle', () => {
  it('has earlier attempts, the tables from before and the re-certifications as files', () => {
    const names = [...files.keys()];
    for (const name of ['plan', 'run', 'tables', 'judgement', 'evidence'])
      expect(names).toContain(`attempts/1/${name}.json`);
    expect(names).toEqual(expect.arrayContaining(['tables-before.json', 'recertifications/1/evidence.json']));
    // the attempt that was approved stands at the top
    expect(names.filter((name) => name.startsWith('attempts/2'))).toEqual([]);
    expect(new Set([...files.values()].map((bytes) => digestOf(bytes))).size).toBe(files.size);
  });

  it('resolves every digest that its documents name, but those of what stays outside', () => {
    const runs = [...files]
      .filter(([name]) => name.endsWith('run.json'))
      .map(([name]) => readJson<{ config: object; manifest: object }>(files, name));
    const known = new Set([
      ...[...files.values()].map((bytes) => digestOf(bytes)),
      ...readJson<{ keys: { id: string }[] }>(files, 'trust-root.json').keys.map(({ id }) => id),
      ...runs.flatMap(({ config, manifest }) => [digestJson(config as never), digestJson(manifest as never)]),
    ]);
    // by the word before the digest: base, suite and its controls, weights, moments, training manifests, calendar,
    // commitment
    const outside =
      /"(base|previous|suite|commitment|requestDigest|subjectDigest|calendarDigest|trainingManifest|moments|digest|model|sha256|whitening|stop|gate)":"(sha256:)?$/;
    const strange = textsOf(files).flatMap(([name, text]) =>
      digestsIn(text)
        .filter(({ digest, around }) => !known.has(digest) && !outside.test(around))
        .map(({ digest, around }) => `${name}: …${around}${digest}`),
    );
    expect(strange).toEqual([]);
  });

  it('passes its own check of that, and every other', () => {
    const { ok, checks } = verifyBundle(files, { now });
    expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
    expect(ok).toBe(true);
    expect(checks.find(({ id }) => id === 'references')!.detail).toMatch(/^\d{2,} digests/);
  });

  it('fails that check when a file that a document names is taken out, whichever it is', () => {
    for (const name of [...files.keys()].filter((one) => /^(attempts|recertifications)\//.test(one))) {
      const { checks } = verifyBundle(
        relisted(files, (all) => all.delete(name)),
        { now },
      );
      expect([name, checks.find(({ id }) => id === 'references')]).toMatchObject([name, { ok: false }]);
    }
  });

  it('fails it for a digest in a place that is not on the list', () => {
    const judgement = { ...readJson<object>(files, 'judgement.json'), also: digestOf('what nobody has') };
    const { checks } = verifyBundle(
      relisted(files, (all) => all.set('judgement.json', jsonBytes(judgement)).delete('README.txt')),
      { now },
    );
    expect(checks.find(({ id }) => id === 'references')).toEqual({
      ...{ id: 'references', ok: false, state: 'fails' },
      detail: expect.stringMatching(/names sha256:[0-9a-f]{64}, which nothing in the bundle has/),
    });
  });

  it('says of each thing that stays outside why, and needs each of them somewhere', () => {
    for (const { why } of OUTSIDE) expect(why).toMatch(/\w{4}/);
  });

  it('shows every quantity before and after, with n and interval or the reason', () => {
    for (const name of ['tables.json', 'tables-before.json']) {
      const tables = EvaluationTables.parse(readJson(files, name));
      for (const { key } of QUANTITIES) {
        const found = summarise(tables, key);
        expect([key, 'notAvailable' in found ? found.notAvailable : found.method]).toEqual([
          key,
          expect.stringMatching(/\w{3}/),
        ]);
      }
    }
  });

  it('holds no word of the request, in old attempts neither', () => {
    const text = [...files.values()].map((bytes) => Buffer.from(bytes).toString('utf8')).join('\n');
    for (const secret of [SUBJECT, ...RECORDS.flatMap(({ question, answer }) => [question, answer])])
      expect(text).not.toContain(secret);
  });
});
