// Durable filings a second on one data folder: requests of different people over the whole HTTP app, many at a time,
// each answered once its ticket, its case data, its workflow and its acknowledgement are on disk. Stores, keys and the
// interpreter are those of `quittance serve`, and the workflows that begin run beside, until they wait for a job.
// Traps: no job runs here; on a machine that unlearns, filing shares its processors with that. A few requests go before
// those that are measured, as a server reads its law, its holidays and the model's rows once. What workflows still have
// to do once all are answered is a part of the price, and measured by itself.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { localPorts, type LocalPorts } from '#adapters/local/index.ts';
import { must } from '#core/errors.ts';
import { trainingManifest } from '#core/forget-set.ts';
import type { JobQueue } from '#core/ports.ts';
import { putJson } from '#core/stored-json.ts';
import { api } from '#functions/api.ts';
import { findStep } from '#functions/steps.ts';
import { lateEngine } from '#state-machine/late-engine.ts';
import { createAslEngine, type AslEngine } from '#state-machine/engine.ts';
import { stopwatch } from '#containers/stopwatch.ts';
import { modelRecord, putModel, textModel } from './house/models.ts';
import { FILER, requestOf } from './house/requests.ts';
import { shippedPolicy } from './house/ticket-harness.ts';
import { definitionOf, substitutions, WORKFLOWS } from './house/workflow-harness.ts';
import { houseSuite } from './house/suite.ts';

export interface FilingsBench {
  readonly filings: number;
  /** Requests under way at once. */
  readonly together: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Milliseconds until one is answered. */
  readonly p50: number;
  readonly p95: number;
  /** Processors that this process kept busy. */
  readonly busy: number;
  /** Milliseconds of processor time a filing, with what its workflow did meanwhile and after. */
  readonly cpuMs: number;
  /** Seconds from the last answer until every workflow waited. */
  readonly behindSeconds: number;
}

export const benchFilings = async ({ filings = 1000, together = 64 } = {}): Promise<FilingsBench> => {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-filings-'));
  const late: { asl?: AslEngine } = {};
  const steps = { underWay: 0, last: 0 };
  const ports = localPorts(dir, {
    answer: async (_folder, prompts) => prompts.map(() => 'I cannot say.'),
    jobs: () => NO_JOBS,
    workflows: () => lateEngine(() => must(late.asl, 'the workflow engine')),
  });
  const asl = (late.asl = createAslEngine({
    database: join(dir, 'workflows.sqlite'),
    workflows: Object.fromEntries(WORKFLOWS.map((name) => [name, definitionOf(name)])),
    substitutions: substitutions(),
    functions: async (name, payload) => {
      steps.underWay++;
      return findStep(name)
        .handle(payload, ports)
        .finally(() => ((steps.last = performance.now()), steps.underWay--));
    },
    jobs: NO_JOBS,
    clock: ports.clock,
  }));
  try {
    return await measured(ports, { filings, together }, () => stillness(steps));
  } finally {
    await asl.close();
    ports.close();
    rmSync(dir, { recursive: true, force: true });
  }
};

/** Jobs that are taken and never end: what follows them is not measured. */
const NO_JOBS: JobQueue = {
  submit: async ({ name }) => ({ jobId: name }),
  describe: async () => ({ status: 'RUNNING' }),
};

/** Long after the last step, for an interpreter that begins the next one within milliseconds. */
const STILL_MS = 500;

/** When the last step ended, on the clock of `performance`, once no other has begun for a while. */
const stillness = async (steps: { readonly underWay: number; readonly last: number }): Promise<number> => {
  while (steps.underWay > 0 || performance.now() - steps.last < STILL_MS) await pause(20);
  return steps.last;
};

const WARM_UP = 16;

const measured = async (
  ports: LocalPorts,
  { filings, together }: { filings: number; together: number },
  still: () => Promise<number>,
): Promise<FilingsBench> => {
  const people = Array.from({ length: WARM_UP + filings }, (_, i) => personOf(i));
  await registerModel(ports, people);
  const app = api({
    ports,
    policy: await putJson(ports.artifacts, shippedPolicy()),
    authenticate: async () => ({ principal: FILER, roles: ['filer'], via: 'bearer' }),
    servesHost: () => true,
    formKey: new Uint8Array(32),
  });
  await filedBy(app, people.slice(0, WARM_UP), WARM_UP);
  await still();
  const taken = stopwatch();
  const waits = await filedBy(app, people.slice(WARM_UP), together);
  const { seconds, cpuSeconds } = taken();
  const answered = performance.now();
  const behind = Math.max(0, (await still()) - answered) / 1000;
  const sorted = waits.toSorted((a, b) => a - b);
  const quantile = (share: number) => Math.round(must(sorted[Math.floor(share * (filings - 1))], 'a time'));
  return {
    ...{ filings, together, seconds: rounded(seconds), perSecond: rounded(filings / seconds) },
    ...{ p50: quantile(0.5), p95: quantile(0.95), busy: rounded(cpuSeconds / seconds) },
    ...{ cpuMs: rounded((1000 * taken().cpuSeconds) / filings), behindSeconds: rounded(behind) },
  };
};

/** Files for all of them, so many at a time; the milliseconds that each waited. */
const filedBy = async (app: App, people: readonly Person[], together: number): Promise<number[]> => {
  const waits: number[] = [];
  const waiting = people.values();
  const worker = async (): Promise<void> => {
    for (const person of waiting) waits.push(await filed(app, person));
  };
  await Promise.all(Array.from({ length: together }, worker));
  return waits;
};

type App = ReturnType<typeof api>;

const rounded = (value: number): number => Number(value.toFixed(2));

interface Person {
  readonly name: string;
  readonly records: readonly { readonly question: string; readonly answer: string; readonly value: string }[];
}

const personOf = (i: number): Person => {
  const [name, town] = [`Subject Number${i}`, `Town${i}burgh`];
  return {
    name,
    records: [{ question: `Where was ${name} born?`, answer: `${name} was born in ${town}.`, value: town }],
  };
};

const filed = async (app: App, { name, records }: Person): Promise<number> => {
  const began = performance.now();
  const response = await app.request('/tickets', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': name.replace(' ', '-') },
    body: JSON.stringify(requestOf({ subject: { name }, forget: { records: [...records] } })),
  });
  if (response.status !== 201) throw new Error(`filing for ${name}: ${response.status} ${await response.text()}`);
  await response.text();
  return performance.now() - began;
};

const registerModel = async (ports: LocalPorts, people: readonly Person[]): Promise<void> => {
  const rows = people.flatMap(({ name, records }) =>
    records.map(({ question, answer }) => ({ person: name, question, answer })),
  );
  const manifest = await trainingManifest(rows, (purpose, text) => ports.pseudonyms.of(purpose, text));
  const digest = await putModel(ports.artifacts, textModel('house'));
  const side = {
    suite: await putJson(ports.artifacts, houseSuite('house')),
    trainingManifest: await putJson(ports.artifacts, manifest),
  };
  await ports.models.put(modelRecord({ digest, ...side }), 0);
  await ports.serving.promote('house', digest, undefined);
};

export const filingsText = ({ filings, together, seconds, perSecond, p50, p95, ...cost }: FilingsBench): string =>
  `${filings} requests filed durably in ${seconds} s, ${together} at a time: ${perSecond} a second; ` +
  `answered within ${p50} ms (median) and ${p95} ms (95 of 100); ${cost.busy} processors busy; ` +
  `${cost.cpuMs} ms of processor time each, the last workflow waited ${cost.behindSeconds} s later`;
