// A model that `quittance train` made in slices, onboarded with its corpus and base, whose tickets ask for training
// anew: through the embedded engine with real jobs to a certificate that a stranger can check, person after person. The
// gate here lets everything pass: what it is about is which rows were learnt, and what is claimed of it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execute, parse, type Command } from '#cli/command.ts';
import { model as modelCommand } from '#cli/model.ts';
import { ticket as ticketCommand } from '#cli/ticket.ts';
import { train } from '#cli/train.ts';
import { verifyAndRerun } from '#cli/verify-rerun.ts';
import { preparedTraining } from '#containers/recorded-training.ts';
import { unlearnJob } from '#containers/unlearn-job.ts';
import { assembleBundle } from '#core/bundle.ts';
import { CertificatePredicate } from '#core/certificate.ts';
import { Envelope, Statement } from '#core/dsse.ts';
import { ForgetSet } from '#core/forget-set.ts';
import type { GatePolicy } from '#core/policy.ts';
import { committedName, CommittedCorpus, Lineage, Recipe, RECIPE_FILE } from '#core/recipe.ts';
import { RunManifest, type UnlearnPlan } from '#core/run.ts';
import { getJson, parseJson } from '#core/stored-json.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { verifyBundle } from '#core/verify.ts';
import { initBackend } from '#engine/tf.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { readPolicy } from '#entry/policies.ts';
import { anythingGoes, approved } from '#test/support/embedded-tickets.ts';
import { GOLDEN_TRAINING } from '#test/support/fine-tuning.ts';
import { removeScratch, scratch } from './asl-harness.ts';

const BACKEND = 'wasm';
const backendBefore = process.env['QUITTANCE_BACKEND'];
const CORPUS = join(GOLDEN_TRAINING, 'corpus.jsonl');
const PEOPLE = ['--people', join(GOLDEN_TRAINING, 'people.csv')];
const BASE = ['--base', join(GOLDEN_TRAINING, 'model')];
const SETTINGS = ['--slices', '4', '--epochs', '24', '--batch', '8', '--rate', '1e-2']; // it recites some of the rows
const POLICY: GatePolicy = {
  ...anythingGoes({}),
  ladder: [{ method: 'retrain', config: {}, reason: 'the corpus is at hand' }],
};

/** What an onboarded chat model's tickets are judged by; with base and recipe its ladder ends with training anew. */
const [PLAIN, EXACT] = ['corpus-chat-v1', 'corpus-chat-exact-v1'];
const GIVEN = () => ['onboard', at('made'), '--corpus', CORPUS, ...PEOPLE];

let dir: string;
let embedded: Embedded;
const at = (name: string) => join(dir, name);
let printed = '';
const quiet = () => {
  jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
};
const said = async (command: Command, ...argv: string[]): Promise<Record<string, unknown>> => {
  printed = '';
  await execute(command, parse(command, [...argv, '--dir', at('data'), '--json'], {}));
  return JSON.parse(printed) as Record<string, unknown>;
};

beforeEach(quiet);
beforeAll(async () => {
  quiet();
  process.env['QUITTANCE_BACKEND'] = BACKEND; // the jobs are processes of their own
  await initBackend(BACKEND);
  dir = scratch();
  await said(train, ...BASE, '--corpus', CORPUS, ...PEOPLE, ...SETTINGS, '--out', at('made'));
  writeFileSync(at('policy.json'), JSON.stringify(POLICY));
  const policy = ['--policy', at('policy.json')];
  expect(await said(modelCommand, ...GIVEN(), '--name', 'house', ...policy, ...BASE)).toMatchObject({ exact: true });
  // in a folder of its own: states that two models were trained through stay when one of them forgets somebody
  const exact = [...GIVEN(), '--name', 'exact', ...BASE, '--dir', at('other'), '--json'];
  printed = '';
  await execute(modelCommand, parse(modelCommand, exact, {}));
  expect(JSON.parse(printed)).toMatchObject({ policy: EXACT });
  expect(await said(modelCommand, ...GIVEN(), '--name', 'bare')).toMatchObject({ exact: false, policy: PLAIN });
  embedded = await openEmbedded(at('data'), { policy: POLICY });
}, 1_200_000);
afterAll(async () => {
  await embedded.close();
  removeScratch();
  if (backendBefore === undefined) delete process.env['QUITTANCE_BACKEND'];
  else process.env['QUITTANCE_BACKEND'] = backendBefore;
});

const fileTicket = async (name: string): Promise<string> => {
  const found = await said(
    ticketCommand,
    'find',
    '--model',
    'house',
    '--name',
    name,
    '--accept',
    'all',
    '--as',
    'legal.filer',
  );
  const request = {
    ...(found['ticket'] as object),
    ...{ regime: 'gdpr', ground: 'art-17-1-b', filer: 'legal.filer', channel: 'web' },
    identity: { method: 'signed-in', level: 'substantial', verifiedAt: embedded.ports.clock.now().toISOString() },
  };
  const parsed = parseTicketRequest(Buffer.from(JSON.stringify(request)));
  const filed = await embedded.call('file-ticket', { request: parsed, policy: await embedded.policy() });
  return (filed as { ticketId: string }).ticketId;
};

/** The digest that `quittance train` comes to from the base on the corpus without these people. */
const trainedWithout = async (...names: string[]): Promise<unknown> => {
  const numbers = readFileSync(PEOPLE[1]!, 'utf8')
    .split('\n')
    .flatMap((line) => (names.some((name) => line.includes(name)) ? [line.split(',')[0]!] : []));
  const lines = readFileSync(CORPUS, 'utf8').trim().split('\n');
  const staying = lines.filter((line) => !numbers.some((number) => line.includes(`"customer": "${number}"`)));
  expect(lines.length - staying.length).toBe(3 * names.length);
  const file = at(`without-${names.length}.jsonl`);
  writeFileSync(file, `${staying.join('\n')}\n`);
  const out = at(`without-${names.length}`);
  return (await said(train, ...BASE, '--corpus', file, ...PEOPLE, ...SETTINGS, '--unscreened', '--out', out))['digest'];
};

const FIRST = 'Selma Okafor';
const SECOND = 'Bo Lindahl';

describe('a ticket that asks for training anew', () => {
  let ticketId: string;
  const house = async () => (await embedded.ports.models.get('house')).model;
  const planFor = async (model: string): Promise<UnlearnPlan> => ({
    kind: 'quittance-plan/v1',
    ...{ ticketId, model, base: (await house()).digest, method: 'retrain', seed: 1, config: {} },
    ...{ run: 1, rung: 0, policy: await embedded.policy(), quantisation: 'none' },
  });
  const runOf = async (id: string) => {
    const { ticket } = await embedded.ports.tickets.get(id);
    if (ticket.status !== 'PURGED') throw new Error(`the ticket is ${ticket.status}`);
    return getJson(embedded.ports.artifacts, ticket.sealed!.run.manifest, RunManifest);
  };

  it('ends with the very weights that training from the base without the person ends with', async () => {
    ticketId = await fileTicket(FIRST);
    await approved(embedded, ticketId);
    const run = await runOf(ticketId);
    expect(run).toMatchObject({
      method: 'retrain',
      stop: 'trained-anew',
      recorded: { rowsLeftOut: 3, rowsLearnt: 32 },
    });
    expect((await house()).digest).toBe(run.candidate);
    expect(await trainedWithout(FIRST)).toBe(run.candidate);
  }, 1_200_000);

  it('has a certificate of its own kind of claim, which a stranger can check by the recipe in the bundle', async () => {
    const files = await assembleBundle(embedded.ports, ticketId);
    const failing = (changed = files) =>
      verifyBundle(changed, { now: embedded.ports.clock.now() })
        .checks.filter(({ state }) => state === 'fails')
        .map(({ id }) => id);
    expect(failing()).toEqual([]);
    const { payload } = parseJson(files.get('certificate.dsse.json')!, Envelope, 'certificate');
    const { predicate } = parseJson(Buffer.from(payload, 'base64'), Statement, 'statement');
    const { statementsMade, method } = CertificatePredicate.parse(predicate);
    expect(statementsMade).toContain('trained-anew');
    const recipe = parseJson(files.get(RECIPE_FILE)!, Recipe, 'recipe');
    expect(recipe.slices.count).toBe(4);
    expect(method.recorded['corpus']).toMatch(/^hmac-sha256:/);
    const without = new Map(files);
    without.delete(RECIPE_FILE);
    expect(failing(without).length).toBeGreaterThan(0);
    const other = Buffer.from(JSON.stringify({ ...recipe, seed: 2 }));
    expect(failing(new Map(files).set(RECIPE_FILE, other))).toEqual(expect.arrayContaining(['words']));
    for (const bytes of files.values()) expect(Buffer.from(bytes).toString('utf8')).not.toContain('Okafor');
  });

  it('is trained again by an auditor, who comes to the certified digest, or is told what is not the same', async () => {
    for (const [name, bytes] of await assembleBundle(embedded.ports, ticketId)) {
      mkdirSync(dirname(join(at('bundle'), name)), { recursive: true });
      writeFileSync(join(at('bundle'), name), bytes);
    }
    const again = async (corpus: string, base = BASE[1]!) => {
      const found = await said(verifyAndRerun, at('bundle'), '--rerun', '--corpus', corpus, '--base', base, ...PEOPLE);
      return (found['checks'] as { id: string; state: string; detail: string }[]).find(({ id }) => id === 'rerun');
    };
    const staying = at('without-1.jsonl');
    expect(await again(staying)).toMatchObject({ state: 'holds' });
    expect(await again(CORPUS)).toMatchObject({
      state: 'fails',
      detail: expect.stringContaining('35 rows, and 32 were') as unknown,
    });
    expect(await again(staying, at('made'))).toMatchObject({
      state: 'fails',
      detail: expect.stringContaining('--base is') as unknown,
    });
    const changed = at('changed.jsonl');
    writeFileSync(changed, readFileSync(staying, 'utf8').replace('At six.', 'At ten.'));
    expect(await again(changed)).toMatchObject({
      state: 'fails',
      detail: expect.stringContaining('is certified') as unknown,
    });
    await expect(said(verifyAndRerun, at('bundle'), '--rerun')).rejects.toMatchObject({ code: 'USAGE' });
  }, 1_200_000);

  it('leaves a lineage without the rows, under the same key, and nothing of the states that knew them', async () => {
    const { training, corpus } = await house();
    const lineage = await getJson(embedded.ports.artifacts, training!, Lineage);
    const committed = parseJson(
      await embedded.ports.vault.get(corpus!, committedName(training!)),
      CommittedCorpus,
      'committed rows',
    );
    expect([lineage.rows, committed.rows.length, committed.digest]).toEqual([32, 32, lineage.corpus]);
    const first = JSON.parse(readFileSync(join(at('made'), RECIPE_FILE), 'utf8')) as { states: { digest: string }[] };
    const states = lineage.states.map(({ digest }) => digest);
    expect(states).toHaveLength(3);
    for (const { digest } of first.states)
      expect([digest, await embedded.ports.artifacts.has(digest)]).toEqual([digest, states.includes(digest)]);
  });

  it('and what the next person’s job makes leaves both out', async () => {
    const { digest, suite, moments } = await house();
    const next = await fileTicket(SECOND);
    const plan = { ...(await planFor('house')), ticketId: next, base: digest };
    const { records } = parseJson(await embedded.ports.vault.get(next, 'forget-set'), ForgetSet, 'forget set');
    const place = { scratch: dir, backend: BACKEND };
    const training = await preparedTraining(plan, records, embedded.ports, place);
    const environment = { ...place, artifacts: embedded.ports.artifacts };
    const { run } = await unlearnJob({ plan, records, suite: suite!, moments, training }, environment);
    expect(run.recorded).toMatchObject({ rowsLeftOut: 3, rowsLearnt: 29 });
    expect(await trainedWithout(FIRST, SECOND)).toBe(run.candidate);
  }, 1_200_000);

  it('is refused by name where recipe or base are not in the installation', async () => {
    const plan = await planFor('bare');
    const place = { scratch: at('none'), backend: BACKEND };
    await expect(preparedTraining(plan, [], embedded.ports, place)).rejects.toMatchObject({
      code: 'METHOD_CONFIG',
      message:
        'retrain trains anew, and of model bare the installation lacks the recipe of its training, the base that it was trained from',
    });
  });

  it('is the last rung of a shipped policy, which a model with base and recipe has by itself and no other may', async () => {
    const { ladder } = readPolicy(EXACT);
    expect(ladder).toEqual([...readPolicy(PLAIN).ladder, expect.objectContaining({ method: 'retrain' })]);
    await expect(said(modelCommand, ...GIVEN(), '--name', 'other', '--policy', EXACT)).rejects.toMatchObject({
      code: 'METHOD_CONFIG',
      message: expect.stringMatching(/^rung 3 \(corpus-chat-exact-1\) trains anew, and of model other .* lacks/u),
    });
    await expect(embedded.ports.models.get('other')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  }, 1_200_000);
});
