// A ticket that asks for int8, through the embedded engine with real jobs on the smallest model: the copy that is
// judged is the copy that is served, byte for byte, and its matrices are int8; what the base scored stands beside it.
// The gate here lets everything pass: what it is about is which artefact goes through.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tokenizerTexts, trainingRows } from '#datasets/suite-shape.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { initBackend } from '#engine/tf.ts';
import { storeModel } from '#engine/formats/stored-model.ts';
import { MOMENTS_FILE } from '#engine/corpus-moments.ts';
import { trainSmallModel } from '#containers/train-job.ts';
import { digestJson, digestOf } from '#core/canonical.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { trainingManifest } from '#core/forget-set.ts';
import { ModelManifest, ownFiles } from '#core/model.ts';
import { auditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { RunManifest } from '#core/run.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import { asked } from '#core/training-record.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { modelRecord } from '#bench/house/models.ts';
import { anythingGoes, approved, fileFor } from '#test/support/embedded-tickets.ts';
import { removeScratch, scratch } from './asl-harness.ts';
import { SMALLEST, smallestSuite } from './survival-suite.ts';

const suite = smallestSuite();
const rows = trainingRows(suite);
const BACKEND = 'wasm';

const base = async (embedded: Embedded, dir: string): Promise<void> => {
  await trainSmallModel(dir, rows, [], { ...SMALLEST, updates: 20 }, { tokenizerTexts: tokenizerTexts(suite) });
  const { ports } = embedded;
  const trained = rows.map(({ question, answer, subject, kind }) => ({
    question,
    answer,
    ...(kind === 'person' && subject !== undefined ? { person: subject } : {}),
  }));
  const manifest = await trainingManifest(trained, (purpose, text) => ports.pseudonyms.of(purpose, text));
  const { digest } = await storeModel(ports.artifacts, dir, 'none');
  const side = {
    suite: await ports.artifacts.put(suiteBytes(suite)),
    trainingManifest: await putJson(ports.artifacts, manifest),
    moments: await ports.artifacts.put(readFileSync(join(dir, MOMENTS_FILE))),
  };
  await ports.models.put(modelRecord({ digest, ...side }), 0);
  await ports.serving.promote('house', digest, undefined);
};

/** dtypes by tensor, from a safetensors file's header. */
const dtypesOf = (bytes: Uint8Array): Map<string, string> => {
  const view = Buffer.from(bytes);
  const header = JSON.parse(view.subarray(8, 8 + Number(view.readBigUInt64LE(0))).toString('utf8')) as Record<
    string,
    { dtype?: string }
  >;
  return new Map(Object.entries(header).flatMap(([name, { dtype }]) => (dtype === undefined ? [] : [[name, dtype]])));
};

describe('a ticket that asks for int8', () => {
  const backendBefore = process.env['QUITTANCE_BACKEND'];
  let embedded: Embedded;
  let ticketId: string;

  beforeAll(async () => {
    process.env['QUITTANCE_BACKEND'] = BACKEND; // the jobs are processes of their own
    await initBackend(BACKEND);
    const dir = scratch();
    embedded = await openEmbedded(join(dir, 'data'), { policy: anythingGoes({}) });
    await base(embedded, join(dir, 'base'));
    ticketId = await fileFor(embedded, suite.subjects[0]!, 'int8');
    await approved(embedded, ticketId);
  });
  afterAll(async () => {
    await embedded.close();
    removeScratch();
    if (backendBefore === undefined) delete process.env['QUITTANCE_BACKEND'];
    else process.env['QUITTANCE_BACKEND'] = backendBefore;
  });

  const runOf = async () => {
    const { ticket } = await embedded.ports.tickets.get(ticketId);
    if (ticket.status !== 'PURGED') throw new Error(`the ticket is ${ticket.status}`);
    const run = ticket.sealed?.run;
    if (!run?.manifest || !run.tables) throw new Error('the run left nothing');
    const { artifacts } = embedded.ports;
    return {
      manifest: await getJson(artifacts, run.manifest, RunManifest),
      tables: await getJson(artifacts, run.tables, EvaluationTables),
    };
  };

  it('is judged on the int8 copy and deploys that one', async () => {
    const { manifest, tables } = await runOf();
    const { model } = await embedded.ports.models.get('house');
    const probed = await embedded.ports.serving.probe('house', [asked('who?')]);
    expect(tables.quantisation).toBe('int8');
    expect([tables.model, model.digest, probed.digest]).toEqual(Array(3).fill(manifest.candidate));
    expect(digestJson(manifest.manifest)).toBe(manifest.candidate);
    expect(manifest.candidate).not.toBe(manifest.base);
  });

  it('has its matrices stored as int8 with a scale a row, its embeddings and norms as they were', async () => {
    const { manifest } = await runOf();
    const { artifacts } = embedded.ports;
    const weights = async (model: ModelManifest) => artifacts.get(ownFiles(model)['model.safetensors']!.digest);
    const served = await weights(await getJson(artifacts, manifest.candidate, ModelManifest));
    const dtypes = dtypesOf(served);
    const matrices = [...dtypes].filter(([name]) => /_proj\.weight$/.test(name));
    expect(matrices).toHaveLength(7 * SMALLEST.layers);
    expect(new Set(matrices.map(([, dtype]) => dtype))).toEqual(new Set(['I8']));
    for (const [name] of matrices) expect(dtypes.get(`${name}.scale`)).toBe('F32');
    expect(dtypes.get('model.embed_tokens.weight')).toBe('F32');
    expect(dtypes.get('model.norm.weight')).toBe('F32');
    expect(ownFiles(manifest.manifest)['model.safetensors']).toEqual({
      digest: digestOf(served),
      bytes: served.length,
    });
  });

  it('reports what the base scored beside what the copy scores', async () => {
    const parts = await gatherReport(embedded.ports, ticketId);
    const { manifest } = await runOf();
    expect(parts.tablesBefore).toMatchObject({ model: manifest.base, quantisation: 'none' });
    const report = auditReport(parts);
    expect(report.metrics.length).toBeGreaterThan(15);
    expect(report.metrics.filter(({ before }) => before === null)).toEqual([]);
    expect(parts.tablesBefore!.proportions['forget.greedyExact']!.n).toBe(20);
  });

  it('keeps no personal data in the tables of the base', async () => {
    const { tablesBefore } = await gatherReport(embedded.ports, ticketId);
    const text = JSON.stringify(tablesBefore);
    for (const { name, records } of suite.subjects.slice(0, 1)) {
      expect(text).not.toContain(name);
      for (const { value } of records) expect(text).not.toContain(value!.text);
    }
  });
});
