// In-memory ports that complain: writing other bytes under a write-once key, reading what was deleted and promoting
// what was never stored are recorded as complaints, of which tests expect none. Every write can be made to fail before
// or after it happened (faults.ts). Clock and ids count up, so that runs are repeatable.
import { NO_WAY_OUT, NOBODY, type Attestors } from '#core/attestors.ts';
import type { Digest } from '#core/canonical.ts';
import { forwardClock } from '#core/clock.ts';
import type {
  Calendar,
  Clock,
  Courier,
  Ids,
  Mailer,
  Notifier,
  Ports,
  ServingTarget,
  Signer,
  WorkflowEngine,
} from '#core/ports.ts';
import { NO_MAIL } from '#core/mail.ts';
import { QuittanceError } from '#core/errors.ts';
import { ledgerReader } from '#core/ledger/reader.ts';
import type { NamedRule } from '#core/suppression.ts';
import { questionIn } from '#core/training-record.ts';
import { Faults } from './faults.ts';
import {
  memoryArtifacts,
  memoryLogHead,
  memoryLogStorage,
  memoryModels,
  memoryResults,
  memoryTickets,
} from './stores.ts';
import { memoryPeople, memoryPseudonyms, memorySigner, memoryVault, type MemorySigner } from './secrets.ts';
import { memoryJobs, type JobHandlers } from './jobs.ts';

export interface Harness {
  ports: Ports;
  /** The signer of the ports, with what an operator does with its keys. */
  signer: MemorySigner;
  faults: Faults;
  clock: { advance(seconds: number): void };
  notices: { id: string; to: string; template: string; references: Readonly<Record<string, string>> }[];
  /** What the fake engine was asked for; workflow tests use the real interpreter instead. */
  engine: {
    started: { workflow: string; name: string; input: unknown }[];
    answered: Map<string, unknown>;
    stopped: string[];
  };
  served: Map<string, Digest>;
  rules: Map<string, NamedRule[]>;
}

export interface HarnessOptions {
  /** What the model of a digest says to each prompt. */
  answer?: (model: Digest, prompts: readonly string[]) => string[];
  /** Jobs by definition. */
  jobs?: (ports: Ports) => JobHandlers;
  workflows?: WorkflowEngine;
  /** Wraps the in-memory aliases in another serving target. */
  serving?: (aliases: ServingTarget) => ServingTarget;
  attestors?: Attestors;
  /** Another signer in front of the one in memory. */
  signer?: (memory: Signer) => Signer;
  /** How letters go out; by default there is no way. */
  mailer?: Mailer;
  /** The way to services outside; by default none answers. */
  courier?: Courier;
}

export const memoryHarness = (options: HarnessOptions = {}): Harness => {
  const faults = new Faults();
  const notices: Harness['notices'] = [];
  const engine: Harness['engine'] = { started: [], answered: new Map(), stopped: [] };
  const served: Harness['served'] = new Map();
  const rules: Harness['rules'] = new Map();
  const { clock, advance } = countedClock();
  const signer = memorySigner();
  const world = { signer, faults, notices, engine, served, rules };
  const ports = portsOf(options, world, clock);
  const queue = memoryJobs(options.jobs?.(ports) ?? {});
  return { ...world, ports: { ...ports, jobs: faults.guard('jobs', queue, ['submit']) }, clock: { advance } };
};

const portsOf = (
  options: HarnessOptions,
  { signer: inMemory, faults, notices, engine, served, rules }: Omit<Harness, 'ports' | 'clock'>,
  clock: Clock,
): Ports => {
  const {
    answer,
    workflows,
    serving = (aliases: ServingTarget) => aliases,
    attestors = NOBODY,
    courier = NO_WAY_OUT,
    mailer = NO_MAIL,
  } = options;
  const signer = options.signer?.(inMemory) ?? inMemory;
  const logStorage = faults.guard('logStorage', memoryLogStorage(faults), ['put']);
  const logHead = faults.guard('logHead', memoryLogHead(), ['replace']);
  return {
    tickets: faults.guard('tickets', memoryTickets(), ['create', 'commit', 'markSequenced']),
    vault: faults.guard('vault', memoryVault(clock), ['createKey', 'put', 'destroy']),
    artifacts: faults.guard('artifacts', memoryArtifacts(faults), ['put', 'delete']),
    logStorage,
    logHead,
    signer,
    people: memoryPeople(signer),
    ledger: ledgerReader(logStorage, logHead, signer),
    jobs: { submit: async () => ({ jobId: '' }), describe: async () => ({ status: 'FAILED' }) },
    results: faults.guard('results', memoryResults(), ['put']),
    workflows: faults.guard('workflows', workflows ?? memoryEngine(engine), [
      'start',
      'sendTaskSuccess',
      'sendTaskFailure',
      'stop',
    ]),
    models: faults.guard('models', memoryModels(), ['put']),
    serving: faults.guard('serving', serving(memoryServing(served, rules, answer)), ['promote', 'suppress', 'lift']),
    notifier: faults.guard('notifier', memoryNotifier(notices), ['notify']),
    mailer,
    clock,
    ids: countedIds(),
    pseudonyms: memoryPseudonyms(),
    calendar: berlin,
    installation: { certificateScope: async () => SCOPE },
    outside: { ...courier, attestors: async () => attestors },
  };
};

const SCOPE = { swept: ['the memory of one process'], notLookedAt: ['all other memory'] };

/** Starts at a literal instant; only `advance` moves it. */
const countedClock = () => {
  let ms = Date.parse('2026-03-02T10:00:00.000Z');
  return { clock: forwardClock(() => ms), advance: (seconds: number) => void (ms += seconds * 1000) };
};

const countedIds = (): Ids => {
  let count = 0;
  return { next: (prefix) => `${prefix}${String(++count).padStart(10, '0')}` };
};

const FIXED = ['01-01', '05-01', '10-03', '12-25', '12-26'];
const EASTER = [
  ...['2025-04-18', '2025-04-21', '2026-04-03', '2026-04-06', '2027-03-26', '2027-03-29'],
  ...['2028-04-14', '2028-04-17', '2029-03-30', '2029-04-02'],
];

const BERLIN = { region: 'DE-BE', timeZone: 'Europe/Berlin' };

/** A few real holidays of Berlin around the instant at which the clock starts, which every place here keeps. */
const berlin: Calendar = {
  places: { home: BERLIN, entities: {} },
  around: async (from, place = BERLIN) => {
    const years = Array.from({ length: 5 }, (_, i) => from.getUTCFullYear() - 1 + i);
    const movable = EASTER.filter((day) => years.includes(Number(day.slice(0, 4))));
    const fixed = years.flatMap((year) => FIXED.map((day) => `${year}-${day}`));
    return { ...place, source: 'test', holidays: [...movable, ...fixed].sort() };
  },
};

const memoryNotifier = (notices: Harness['notices']): Notifier => ({
  notify: async (notice) => {
    if (!notices.some(({ id }) => id === notice.id)) notices.push(notice);
  },
});

const memoryEngine = ({ started, answered, stopped }: Harness['engine']): WorkflowEngine => ({
  start: async (execution) => {
    const same = started.find(({ name }) => name === execution.name);
    if (same && JSON.stringify(same.input) !== JSON.stringify(execution.input))
      throw new QuittanceError('EXECUTION_EXISTS', { message: `an execution named ${execution.name} exists` });
    if (!same) started.push(execution);
    return { executionId: execution.name };
  },
  sendTaskSuccess: async (token, output) => void answered.set(token, output),
  sendTaskFailure: async (token, error) => void answered.set(token, { error }),
  stop: async (executionId) => void stopped.push(executionId),
  describe: async () => ({ status: 'RUNNING' }),
});

const memoryServing = (
  served: Harness['served'],
  rules: Harness['rules'],
  answer: HarnessOptions['answer'] = (_, prompts) => prompts.map(() => 'I do not know that person.'),
): ServingTarget => ({
  served: async (name) => {
    const digest = served.get(name);
    return digest === undefined ? undefined : { digest };
  },
  promote: async (name, next, expected) => {
    if (served.get(name) !== expected)
      throw new QuittanceError('SERVED_MISMATCH', { message: `${name} does not serve what was expected` });
    served.set(name, next);
  },
  probe: async (name, conversations) => {
    const digest = served.get(name);
    if (digest === undefined) throw new QuittanceError('MODEL_NOT_FOUND', { message: `nothing is served as ${name}` });
    return { digest, answers: answer(digest, conversations.map(questionIn)) };
  },
  suppress: async (name, rule) =>
    void rules.set(name, [...(rules.get(name) ?? []).filter(({ id }) => id !== rule.id), rule]),
  lift: async (name, ruleId) =>
    void rules.set(
      name,
      (rules.get(name) ?? []).filter(({ id }) => id !== ruleId),
    ),
});
