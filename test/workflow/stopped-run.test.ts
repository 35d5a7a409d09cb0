// A real unlearning process is killed, the request is withdrawn, and the case is purged: nothing is left of what the
// run saved, in the store of artefacts or in the vault, also of a process that saved once more in between.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localPorts, type LocalPorts } from '#adapters/local/index.ts';
import { memoryHarness } from '#adapters/memory/ports.ts';
import { trainingManifest } from '#core/forget-set.ts';
import { NOTHING_SAVED } from '#core/saved-runs.ts';
import { putJson } from '#core/stored-json.ts';
import { forgetRecord } from '#datasets/suite-shape.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { MOMENTS_FILE } from '#engine/corpus-moments.ts';
import { storeModel } from '#engine/formats/stored-model.ts';
import { findStep } from '#functions/steps.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { readPolicy } from '#entry/policies.ts';
import { modelRecord } from '#bench/house/models.ts';
import { FILER, requestOf } from '#bench/house/requests.ts';
import { filesUnder } from '#test/support/folders.ts';
import { removeScratch, scratch } from './asl-harness.ts';
import { run, train } from './survival-children.ts';
import { smallestSuite } from './survival-suite.ts';

const people = smallestSuite();
const [subject] = people.subjects;
const ladder = [
  {
    method: 'flat',
    config: { update: { optimizer: 'normalized-sgd', step: 0.02, updates: 30 }, stop: { valueAuc: 0, greedyExact: 0 } },
    reason: 'thirty updates, whatever they come to',
  },
];

let data: string;
let ports: LocalPorts;
const step = (name: string, input: object) => findStep(name).handle(input, ports);

beforeAll(async () => {
  data = scratch();
  expect(await run(train(data))).toMatchObject({ status: 0 });
  const { jobs, workflows } = memoryHarness().ports;
  const answer = async (_: string, asked: readonly unknown[]) => asked.map(() => 'I cannot say.');
  ports = localPorts(data, { lock: false, answer, jobs: () => jobs, workflows: () => workflows });
  const { artifacts, models, pseudonyms, serving } = ports;
  const rows = people.subjects.flatMap(({ id, records }) =>
    records.map(({ question, answer: said }) => ({ person: id, question, answer: said.trim() })),
  );
  const { digest } = await storeModel(artifacts, join(data, 'model'), 'none');
  await models.put(
    modelRecord({
      digest,
      suite: await artifacts.put(suiteBytes(people)),
      moments: await artifacts.put(readFileSync(join(data, 'model', MOMENTS_FILE))),
      trainingManifest: await putJson(
        artifacts,
        await trainingManifest(rows, (purpose, text) => pseudonyms.of(purpose, text)),
      ),
    }),
    0,
  );
  await serving.promote('house', digest, undefined);
});
afterAll(() => {
  ports.close();
  removeScratch();
});

const stored = () => filesUnder(join(data, 'artifacts')).toSorted();

it('leaves nothing of a run that was killed, once its request is withdrawn and purged', async () => {
  const policy = await putJson(ports.artifacts, { ...readPolicy(), ladder });
  const records = subject!.records.map(forgetRecord);
  const request = requestOf({ subject: { name: subject!.name }, forget: { records } });
  const { ticketId } = (await step('file-ticket', { request, policy, requestId: 'r-1' })) as { ticketId: string };
  for (const name of ['verify-identity', 'triage-ticket', 'admit-forget-set', 'suppress-output'])
    await step(name, { ticketId });
  const { planDigest } = (await step('plan-run', { ticketId })) as { planDigest: string };
  await sequenceLog.handle({}, ports);
  const before = stored();
  const killed = () =>
    run(
      {
        script: join(import.meta.dirname, '../../entry/batch.ts'),
        args: ['QUITTANCE_JOB=unlearn', 'job=J', `ticketId=${ticketId}`, `planDigest=${planDigest}`, 'runDigest='],
        environment: { QUITTANCE_DIR: data, AWS_BATCH_JOB_ID: 'J-1', QUITTANCE_SAVE_UPDATES: '2' },
      },
      'SIGKILL',
      9,
    );
  const saved = () => stored().filter((path) => !before.includes(path));

  expect(await killed()).toMatchObject({ status: 'SIGKILL' });
  expect(saved()).not.toEqual([]);
  await step('close-ticket', { ticketId, by: FILER, outcome: 'withdrawn', reason: 'by-requester' });
  expect(saved()).toEqual([]);

  expect(await killed()).toMatchObject({ status: 'SIGKILL' }); // as one that was not stopped at once
  expect(saved()).not.toEqual([]);
  const { runs } = (await ports.results.get(`${ticketId}-saved-runs`)) as { runs: string[] };
  await sequenceLog.handle({}, ports);
  await step('purge-case', { ticketId });
  expect(saved()).toEqual([]);
  expect((await ports.tickets.get(ticketId)).ticket.status).toBe('PURGED');
  expect(filesUnder(join(data, 'vault')).filter((path) => path.includes(ticketId))).toEqual([]);
  expect(await ports.results.get(`${ticketId}-saved-runs`)).toMatchObject({ runs: [] });
  expect(runs).toHaveLength(1);
  for (const digest of runs)
    expect(await ports.results.get(`run-state-${digest.slice('sha256:'.length)}`)).toMatchObject(NOTHING_SAVED);
});
