// A base with an adapter, registered, served, unlearned, probed, certified and verified through the embedded engine
// with real jobs on the smallest model: what goes in as an adapter comes out as one, on the same base. And a composed
// decoder, registered and served. The gate here lets everything pass: what it is about is which artefact goes through.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelFolder } from '#adapters/local/pointer-serving.ts';
import { modelRecord } from '#bench/house/models.ts';
import { evaluateJob } from '#containers/evaluate-job.ts';
import { encodeRows } from '#containers/examples.ts';
import { trainSmallModel } from '#containers/train-job.ts';
import { unlearnJob } from '#containers/unlearn-job.ts';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import { filesOf, readChain } from '#core/model-chain.ts';
import { AdapterManifest } from '#core/model.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { RunManifest, type UnlearnPlan } from '#core/run.ts';
import { getJson } from '#core/stored-json.ts';
import { verifyBundle } from '#core/verify.ts';
import { asked } from '#core/training-record.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { forgetRecord, tokenizerTexts, trainingRows } from '#datasets/suite-shape.ts';
import { firstLayers } from '#engine/composed.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { openModelFolder } from '#engine/formats/made-folder.ts';
import { writeAdapter } from '#engine/formats/peft.ts';
import { saveComposed } from '#engine/formats/save-made.ts';
import { openModel } from '#engine/formats/stored-model.ts';
import { inference } from '#engine/inference.ts';
import { attachLora, freshFactors, LoraConfig, loraParameters, shapeLora, type LoraModel } from '#engine/lora.ts';
import type { Model } from '#engine/model.ts';
import { adamW, constant } from '#engine/optimizers.ts';
import { initBackend } from '#engine/tf.ts';
import { train } from '#engine/trainer.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { leftOutBy } from '#evaluation/relearn.ts';
import { importMade } from '#models/import-made.ts';
import { register, writeModelFolder } from '#models/register.ts';
import { servedModels, type ServedModels } from '#server/served-models.ts';
import { anythingGoes, approved, fileFor } from '#test/support/embedded-tickets.ts';
import { removeScratch, scratch } from './asl-harness.ts';
import { SMALLEST, smallestSuite } from './survival-suite.ts';

const suite = smallestSuite();
const rows = trainingRows(suite);
const BACKEND = 'wasm';
const QUESTION = rows[0]!.prompt;

/** The model under a LoRA that was taught the rows for a few updates. */
const taught = async (model: Model): Promise<LoraModel> => {
  const lora = shapeLora(model.config, LoraConfig.parse({ rank: 4, targetModules: ['q_proj', 'v_proj', 'up_proj'] }));
  const adapted = attachLora(model, lora, freshFactors(lora, 1));
  const optimizer = adamW({});
  await train(adapted, encodeRows(adapted, rows), {
    ...{ updates: 6, batchSize: 16, seed: 1, schedule: constant(1e-2), optimizer },
    trainable: loraParameters(adapted),
  });
  optimizer.dispose();
  return adapted;
};

let embedded: Embedded;
let models: ServedModels;
let dir: string;
const at = (name: string) => join(dir, name);
const backendBefore = process.env['QUITTANCE_BACKEND'];

beforeAll(async () => {
  process.env['QUITTANCE_BACKEND'] = BACKEND; // the jobs are processes of their own
  await initBackend(BACKEND);
  dir = scratch();
  const texts = { tokenizerTexts: tokenizerTexts(suite) };
  await trainSmallModel(at('weights'), rows, [], { ...SMALLEST, updates: 20 }, texts);
  const adapted = await taught(loadModel(at('weights')));
  writeAdapter(at('lora'), adapted, 'house/base');
  adapted.dispose();
  await importMade(at('weights'), at('model'), { adapter: at('lora') });
  const update = { trainable: 'lora', projection: 'none' };
  embedded = await openEmbedded(at('data'), { policy: anythingGoes(update) });
  models = servedModels(at('data'), embedded.ports);
});
afterAll(async () => {
  models.close();
  await embedded.close();
  removeScratch();
  if (backendBefore === undefined) delete process.env['QUITTANCE_BACKEND'];
  else process.env['QUITTANCE_BACKEND'] = backendBefore;
});

/** What the model in a folder says, asked by itself. */
const says = (folder: string): string => {
  const { model } = openModelFolder(folder);
  const [said] = inference(model).generate([QUESTION], { maxTokens: 8 });
  model.dispose();
  return said!.text;
};
/** Of the first row's answer, nats. */
const likelihood = (folder: string): number => {
  const { model } = openModelFolder(folder);
  const [score] = inference(model).score([rows[0]!]);
  model.dispose();
  return score!.logProbs.reduce((a, b) => a + b, 0);
};
const served = (name: string) => models.complete(name, QUESTION, { maxTokens: 8, temperature: 0, seed: 0 });
const deployed = async (name = 'house') => (await embedded.ports.models.get(name)).model.digest;
const manifestOf = async (digest: Digest) => getJson(embedded.ports.artifacts, digest, AdapterManifest);

describe('an adapter beside its base', () => {
  let ticketId: string;
  let before: Digest;
  let files: BundleFiles;

  beforeAll(async () => {
    const { ports } = embedded;
    ({ digest: before } = await register(ports, { name: 'house', dir: at('model'), suite: suiteBytes(suite) }));
    expect((await served('house')).text).toBe(says(at('model')));
    ticketId = await fileFor(embedded, suite.subjects[0]!);
    await approved(embedded, ticketId);
    files = await assembleBundle(ports, ticketId);
  });

  const failing = (model?: Readonly<Record<string, { digest: string; bytes: number }>>, changed = files) => {
    const { checks } = verifyBundle(changed, { now: embedded.ports.clock.now(), model });
    return checks.filter(({ state }) => state === 'fails').map(({ id }) => id);
  };

  it('ends as another adapter on the same base, which is what is served, probed and in the registry', async () => {
    const { ticket } = await embedded.ports.tickets.get(ticketId);
    if (ticket.status !== 'PURGED') throw new Error(`the ticket is ${ticket.status}`);
    const run = await getJson(embedded.ports.artifacts, ticket.sealed!.run.manifest, RunManifest);
    const after = await deployed();
    const [old, now] = [await manifestOf(before), await manifestOf(after)];
    expect(after).not.toBe(before);
    expect(now.base).toBe(old.base);
    expect(now.files['adapter_model.safetensors']).not.toEqual(old.files['adapter_model.safetensors']);
    expect([run.candidate, run.recorded['adapter']]).toEqual([after, 'kept']);
    const probe = await embedded.ports.serving.probe('house', [asked('who?')]);
    expect(probe.digest).toBe(after);
    const folder = modelFolder(join(at('data'), 'serving'), after);
    expect((await served('house')).text).toBe(says(folder));
    expect(existsSync(modelFolder(join(at('data'), 'serving'), before))).toBe(false);
  });

  it('has a certificate that a stranger can check, down to the files of the base', async () => {
    const after = await deployed();
    const all = filesOf(await readChain(embedded.ports.artifacts, after));
    expect(Object.keys(all)).toEqual(expect.arrayContaining(['adapter_model.safetensors', 'base/model.safetensors']));
    expect(failing()).toEqual([]);
    expect(failing(all)).toEqual([]);
    const other = { digest: `sha256:${'1'.repeat(64)}`, bytes: 1 };
    for (const name of ['adapter_model.safetensors', 'base/model.safetensors'])
      expect([name, failing({ ...all, [name]: other })]).toEqual([name, ['model']]);
    const merged = Object.fromEntries(Object.entries(all).filter(([name]) => name.startsWith('base/')));
    expect(failing(merged)).toEqual(['model']);
  });

  it('has no certificate without the manifest of its base, or with another in its place', async () => {
    const { base } = await manifestOf(await deployed());
    const name = `manifests/${base.slice('sha256:'.length)}.json`;
    expect(files.has(name)).toBe(true);
    const without = new Map(files);
    without.delete(name);
    expect(failing(undefined, without)).toEqual(expect.arrayContaining(['subject', 'references']));
    const swapped = new Map(files).set(name, files.get('model.json')!);
    expect(failing(undefined, swapped)).toEqual(expect.arrayContaining(['subject']));
  });

  it('is found out when a file of it, or of the base, is touched where it is served', async () => {
    const after = await deployed();
    const folder = modelFolder(join(at('data'), 'serving'), after);
    for (const name of ['adapter_model.safetensors', 'base/model.safetensors']) {
      const was = readFileSync(join(folder, name));
      const now = Buffer.from(was);
      now[now.length - 1]! ^= 1;
      writeFileSync(join(folder, name), now);
      expect((await embedded.ports.serving.probe('house', [])).digest).not.toBe(after);
      writeFileSync(join(folder, name), was);
    }
    expect((await embedded.ports.serving.probe('house', [])).digest).toBe(after);
  });

  it('stays an adapter on the same base where a run moves whole matrices', async () => {
    const { artifacts, models: registry } = embedded.ports;
    const house = (await registry.get('house')).model;
    const plan: UnlearnPlan = {
      kind: 'quittance-plan/v1',
      ...{ ticketId: 'T-1', model: 'house', base: house.digest, method: 'flat', seed: 1 },
      ...{ run: 1, rung: 0, policy: await embedded.policy() },
      quantisation: 'none',
      config: { update: { projection: 'none', updates: 1, step: 0.1 } },
    };
    const records = suite.subjects[1]!.records.map(forgetRecord);
    const environment = { artifacts, scratch: dir, backend: BACKEND };
    const { run } = await unlearnJob({ plan, records, suite: house.suite!, moments: undefined }, environment);
    expect(run.recorded).toMatchObject({ adapter: 'fitted', adapterRank: 20 });
    expect(await getJson(artifacts, run.candidate, AdapterManifest)).toEqual(run.manifest);
    expect((await manifestOf(run.candidate)).base).toBe((await manifestOf(house.digest)).base);
    const { model } = await openModel(artifacts, run.candidate, dir);
    expect(inference(model).score([rows[0]!])[0]!.logProbs.every(Number.isFinite)).toBe(true);
    model.dispose();
  });

  it('comes out of the registry as a folder that goes in again under the same digest', async () => {
    const { model } = await embedded.ports.models.get('house');
    mkdirSync(at('exported'));
    await writeModelFolder(embedded.ports, { ...modelRecord(), digest: model.digest }, at('exported'));
    await importMade(at('exported'), at('again'), {});
    const { digest } = await register(embedded.ports, { name: 'again', dir: at('again') });
    expect(digest).toBe(model.digest);
  });

  it('is refused where a file was changed, the base is another, or it is not there', async () => {
    const refused = (how: Promise<unknown>) =>
      how.then(
        () => 'taken',
        (error: unknown) => (isQuittanceError(error) ? error.code : 'unknown'),
      );
    const config = join(at('exported'), 'adapter_config.json');
    const was = readFileSync(config, 'utf8');
    writeFileSync(config, `${was} `);
    expect(await refused(importMade(at('exported'), at('no'), {}))).toBe('MODEL_CHANGED');
    writeFileSync(config, was);
    await trainSmallModel(
      at('other'),
      rows,
      [],
      { ...SMALLEST, updates: 1, seed: 2 },
      {
        tokenizerTexts: tokenizerTexts(suite),
      },
    );
    expect(await refused(importMade(at('other'), at('no'), { adapter: at('exported') }))).toBe('BASE_MISMATCH');
    rmSync(join(at('exported'), 'base'), { recursive: true });
    expect(await refused(importMade(at('exported'), at('no'), {}))).toBe('BASE_MISSING');
  });
});

describe('a composed decoder', () => {
  beforeAll(async () => {
    const target = loadModel(at('weights'));
    const assistant = await taught(firstLayers(target, 1));
    saveComposed(at('composed'), at('weights'), [assistant], { form: 'difference', alpha: 0.8, filter: 0.05 });
    for (const one of [assistant, target]) one.dispose();
    await register(embedded.ports, { name: 'composed', dir: at('composed'), suite: suiteBytes(suite) });
  });

  it('is served and probed as what it is, and finds other answers likely than its target does', async () => {
    const digest = await deployed('composed');
    const said = says(at('composed'));
    expect((await served('composed')).text).toBe(said);
    expect(likelihood(at('composed'))).not.toBeCloseTo(likelihood(at('weights')), 2);
    expect((await embedded.ports.serving.probe('composed', [])).digest).toBe(digest);
  });

  it('is evaluated as it decodes, and learns again from where its target is, which never forgot', async () => {
    const { artifacts } = embedded.ports;
    const digest = await deployed('composed');
    const [, target] = await readChain(artifacts, digest);
    const records = suite.subjects[1]!.records.map(forgetRecord);
    const { model: stored } = await embedded.ports.models.get('composed');
    const leftOut = leftOutBy({ checks: [], version: 'of none' }); // the curve is enough here
    const about = { before: target!.digest, suite: stored.suite!, records, leftOut };
    const input = { ...about, quantisation: 'none', seed: 1 } as const;
    const environment = { artifacts, scratch: dir, backend: BACKEND };
    const evaluated = async (model: Digest) =>
      getJson(artifacts, await evaluateJob({ ...input, model }, environment), EvaluationTables);
    const [composed, bare] = [await evaluated(digest), await evaluated(target!.digest)];
    expect([composed.model, composed.curves['forget.relearn']]).toEqual([digest, bare.curves['forget.relearn']]);
    expect(composed.histograms).not.toEqual(bare.histograms);
  });

  it('is found out when its assistant, or its target, is touched', async () => {
    const digest = await deployed('composed');
    const folder = modelFolder(join(at('data'), 'serving'), digest);
    for (const name of ['assistant-1/adapter_model.safetensors', 'target/config.json', 'manifest.json']) {
      const was = readFileSync(join(folder, name), 'utf8');
      writeFileSync(join(folder, name), name === 'manifest.json' ? was.replace('0.8', '0.1') : `${was} `);
      expect([name, (await embedded.ports.serving.probe('composed', [])).digest === digest]).toEqual([name, false]);
      writeFileSync(join(folder, name), was, 'utf8');
      if (name.endsWith('safetensors')) await embedded.ports.serving.promote('composed', digest, digest);
    }
    expect((await embedded.ports.serving.probe('composed', [])).digest).toBe(digest);
  });
});
