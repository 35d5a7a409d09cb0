// An unlearning job whose inputs, results and saved state lie in S3, DynamoDB and the vault of an endpoint, taken from
// it as Spot does: SIGTERM and kill -9 at random points, each attempt on a scratch disk of its own. The oracle is the
// same job left alone, in another installation.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { paginateListObjectsV2 } from '@aws-sdk/client-s3';
import type { Digest } from '#core/canonical.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { JobResult, RunManifest } from '#core/run.ts';
import { getJson } from '#core/stored-json.ts';
import { removeScratch, scratch } from '../workflow/asl-harness.ts';
import { followsOn, haunted, INTERRUPTED, prepare, run, train, type Child } from '../workflow/survival-children.ts';
import { cloudHarness, endpoint, whereThereIs, type CloudHarness } from './harness.ts';

const TICKET = 'T-1';
const UPDATES = 30;

whereThereIs('AWS_ENDPOINT_URL', endpoint, () => {
  let model: string;
  const harnesss: CloudHarness[] = [];
  beforeAll(async () => {
    const data = scratch();
    expect(await run(train(data))).toMatchObject({ status: 0 });
    model = join(data, 'model');
  });
  afterAll(async () => {
    for (const harness of harnesss) await harness.remove();
    removeScratch();
  });

  const installed = async (): Promise<{ harness: CloudHarness; plan: Digest }> => {
    const harness = await cloudHarness();
    harnesss.push(harness);
    return { harness, plan: await prepare(harness.ports, model, TICKET, 'normalized-sgd') };
  };

  it('a job that is taken from its machine again and again ends in the digests of one that was left alone, and leaves nothing else in the bucket', async () => {
    const [alone, taken] = [await installed(), await installed()];
    expect(taken.plan).toBe(alone.plan);
    expect((await run(jobOf(alone.harness, alone.plan))).updates).toHaveLength(UPDATES);
    const ends = await haunted(jobOf(taken.harness, taken.plan), 5);
    expect(ends.map(({ status }) => status)).toEqual(expect.arrayContaining([INTERRUPTED, 'SIGKILL', 0]));
    followsOn(ends, 5, UPDATES);
    expect(await resultOf(taken.harness)).toEqual(await resultOf(alone.harness));
  });

  it('what it made is evaluated from the same stores, by a job that is given ids and digests alone', async () => {
    const { harness, plan } = await installed();
    await run(jobOf(harness, plan));
    const { result } = JobResult.parse(await harness.ports.results.get('J'));
    const evaluate = jobOf(harness, plan, 'QUITTANCE_JOB=evaluate', 'job=E', `runDigest=${result}`);
    expect(await run(evaluate)).toMatchObject({ status: 0 });
    const tables = JobResult.parse(await harness.ports.results.get('E')).result;
    const { candidate } = await getJson(harness.ports.artifacts, result, RunManifest);
    expect(await getJson(harness.ports.artifacts, tables, EvaluationTables)).toMatchObject({ model: candidate });
  });
});

const jobOf = ({ environment }: CloudHarness, plan: Digest, ...over: readonly string[]): Child => ({
  script: join(import.meta.dirname, '../../entry/batch.ts'),
  args: ['QUITTANCE_JOB=unlearn', 'job=J', `ticketId=${TICKET}`, `planDigest=${plan}`, ...over],
  environment: {
    ...Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    QUITTANCE_SCRATCH: scratch(),
    AWS_BATCH_JOB_ID: 'J-1',
    QUITTANCE_SAVE_UPDATES: '5',
  },
});

const resultOf = async ({ ports, clients, environment }: CloudHarness) => {
  const result = JobResult.parse(await ports.results.get('J'));
  const manifest = await getJson(ports.artifacts, result.result, RunManifest);
  const keys: string[] = [];
  const bucket = { Bucket: environment['QUITTANCE_ARTIFACTS_BUCKET'] };
  for await (const { Contents = [] } of paginateListObjectsV2({ client: clients.s3 }, bucket))
    keys.push(...Contents.flatMap(({ Key }) => Key ?? []));
  return { result, manifest, keys: keys.toSorted() };
};
