// The demo's ticket, from registration to verified bundle, through the same steps, workflows and jobs as a real one.
// Trap: the filer's own approval is tried first and must be refused; otherwise the demo fails.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JobProgress } from '#adapters/local/process-job-queue.ts';
import { forgetRecord, type Suite, type Person } from '#datasets/suite-shape.ts';
import { assembleBundle } from '#core/bundle.ts';
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { Judgement } from '#core/gate.ts';
import type { GatePolicy } from '#core/policy.ts';
import { RunManifest } from '#core/run.ts';
import { getJson } from '#core/stored-json.ts';
import type { Ticket } from '#core/ticket.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import type { Quantisation } from '#core/quantisation.ts';
import { asked } from '#core/training-record.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { register } from '#models/register.ts';
import type { Progress, Stage } from '../progress.ts';
import { keptPassphrase } from '../passphrase.ts';
import { atRest } from '../ticket/rest.ts';

export const FILER = 'legal.filer';
export const APPROVER = 'privacy.officer';

export interface Walk {
  ticketId: string;
  model: string;
  before: { digest: Digest; answers: Map<string, string> };
  after: { digest: Digest; answers: Map<string, string> };
  ticket: Ticket;
  run: RunManifest | undefined;
  tables: EvaluationTables | undefined;
  judgement: Judgement | undefined;
  /** The error code with which the filer's own approval was refused. */
  filerRefused: string;
  bundle: string | undefined;
  transitions: number;
  /** Of the largest job, in MB. */
  jobPeakRssMb: number;
}

export interface WalkOptions {
  dir: string;
  base: string;
  suite: Suite;
  subject: Person;
  /** Plain questions to ask the served model before and after. */
  questions: readonly string[];
  quantisation: Quantisation;
  policy: GatePolicy;
  progress: Progress;
}

export const walkTicket = async (options: WalkOptions): Promise<Walk> => {
  const bars = jobBars(options.progress);
  const embedded = await openEmbedded(options.dir, {
    onJob: bars.onJob,
    policy: options.policy,
  });
  try {
    return { ...(await walk(embedded, options)), jobPeakRssMb: bars.peakRssMb() };
  } finally {
    bars.done();
    await embedded.close();
  }
};

const walk = async (embedded: Embedded, options: WalkOptions): Promise<Omit<Walk, 'jobPeakRssMb'>> => {
  const { progress } = options;
  const model = await registerBase(embedded, options);
  const before = await ask(embedded, model, options.questions);
  const ticketId = await file(embedded, options, model);
  progress.note(`ticket ${ticketId} filed by ${FILER}; workflow erasure started`);
  const waiting = await atRest(embedded, ticketId);
  const filerRefused = waiting.status === 'AWAITING_APPROVAL' ? await decide(embedded, waiting, options) : '';
  const ticket = await atRest(embedded, ticketId);
  const after = await ask(embedded, model, options.questions);
  const transitions = await statesEntered(embedded, ticketId);
  const bundle = ticket.status === 'PURGED' ? await writeBundle(embedded, options.dir, ticketId) : undefined;
  return {
    ticketId,
    model,
    before,
    after,
    ticket,
    ...(await evidence(embedded, ticket)),
    filerRefused,
    bundle,
    transitions,
  };
};

/** Registers the base under a fresh name, with suite, moments, training manifest and its policy, and serves it. */
const registerBase = async ({ ports }: Embedded, { base, suite, policy }: WalkOptions): Promise<string> => {
  const taken = new Set((await ports.models.list()).map(({ name }) => name));
  const name =
    [suite.name, ...Array.from({ length: 999 }, (_, i) => `${suite.name}-${i + 2}`)].find(
      (candidate) => !taken.has(candidate),
    ) ?? suite.name;
  await register(ports, { name, dir: base, suite: readFileSync(join(base, 'suite.json')), policy });
  return name;
};

const ask = async ({ ports }: Embedded, model: string, questions: readonly string[]) => {
  const { digest, answers } = await ports.serving.probe(model, questions.map(asked));
  return { digest, answers: new Map(questions.map((question, i) => [question, answers[i] ?? ''])) };
};

/** A ticket file for a person of the suite. */
export const requestFor = (person: Person, model: string, now: Date, quantisation: Quantisation = 'none') => ({
  subject: { name: person.name },
  model,
  regime: 'gdpr',
  ground: 'art-17-1-b',
  filer: FILER,
  channel: 'web',
  identity: { method: 'signed-in', level: 'substantial', verifiedAt: now.toISOString() },
  forget: { records: person.records.map(forgetRecord) },
  quantisation,
});

/** The same code as `quittance ticket file`. */
const file = async (embedded: Embedded, { subject, quantisation }: WalkOptions, model: string): Promise<string> => {
  const request = requestFor(subject, model, embedded.ports.clock.now(), quantisation);
  const parsed = parseTicketRequest(Buffer.from(JSON.stringify(request)));
  const filed = (await embedded.call('file-ticket', { request: parsed, policy: await embedded.policy() })) as {
    ticketId: string;
  };
  return filed.ticketId;
};

const POLL_MS = 50;
/** The filer tries to approve and is refused; then a second person does. */
const decide = async (
  embedded: Embedded,
  ticket: Ticket & { status: 'AWAITING_APPROVAL' },
  { dir, progress }: WalkOptions,
): Promise<string> => {
  const passphrase = keptPassphrase(dir, APPROVER, (text) => progress.note(text));
  const decision = (approver: string) =>
    embedded.call('record-approval', {
      ticketId: ticket.id,
      approver,
      decision: 'approved',
      evidence: ticket.evidence,
      passphrase,
    });
  const refused = await decision(FILER).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isQuittanceError(refused, 'APPROVER_IS_FILER'))
    throw new QuittanceError('INTERNAL', { message: "the filer's own approval was not refused", cause: refused });
  progress.note(`approval by the filer (${FILER}): refused, ${refused.code}`);
  await retryUntilOpen(() => decision(APPROVER));
  progress.note(`approved by ${APPROVER}`);
  return refused.code;
};

/** Right after the ticket says that it waits, the workflow may not have opened its wait yet. */
const retryUntilOpen = async (act: () => Promise<unknown>): Promise<void> => {
  for (let i = 0; ; i++) {
    try {
      await act();
      return;
    } catch (error) {
      if (i >= 100 || !isQuittanceError(error, 'APPROVAL_NOT_OPEN')) throw error;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
};

/** State transitions of the ticket's executions, child workflows included. */
const statesEntered = async ({ engine }: Embedded, ticketId: string): Promise<number> => {
  const own = (await engine.listExecutions()).filter(({ name }) => name.startsWith(ticketId));
  const histories = await Promise.all(own.map(({ executionId }) => engine.history(executionId)));
  return histories.flat().filter(({ type }) => type.endsWith('StateEntered')).length;
};

/** The artefacts of the latest run, as far as the ticket has come. */
const evidence = async ({ ports }: Embedded, ticket: Ticket) => {
  const run = latestRun(ticket);
  const { artifacts } = ports;
  return {
    run: run?.manifest ? await getJson(artifacts, run.manifest, RunManifest) : undefined,
    tables: run?.tables ? await getJson(artifacts, run.tables, EvaluationTables) : undefined,
    judgement: run?.judgement ? await getJson(artifacts, run.judgement, Judgement) : undefined,
  };
};

const latestRun = (ticket: Ticket) => {
  if (ticket.status === 'PURGED') return ticket.sealed?.run;
  const working = 'from' in ticket ? ticket.from : ticket;
  if ('run' in working) return working.run;
  return 'runs' in working ? working.runs.at(-1) : undefined;
};

const writeBundle = async ({ ports }: Embedded, dir: string, ticketId: string): Promise<string> => {
  const at = join(dir, 'bundles', ticketId);
  rmSync(at, { recursive: true, force: true });
  for (const [name, content] of await assembleBundle(ports, ticketId)) {
    mkdirSync(dirname(join(at, name)), { recursive: true });
    writeFileSync(join(at, name), content);
  }
  return at;
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** One bar a job, fed by the job's progress lines; the last one says what memory it took. */
const jobBars = (progress: Progress) => {
  const bars = new Map<string, Stage>();
  let peakRssMb = 0;
  const onJob = ({ name, definition, line }: JobProgress) => {
    if (line['stage'] === 'ended') return void (peakRssMb = Math.max(peakRssMb, Number(line['peakRssMb'])));
    let bar = bars.get(name);
    if (!bar) {
      for (const [other, open] of bars) if (other !== name) open.done();
      bars.clear();
      bars.set(name, (bar = progress.stage(definition === 'unlearn' ? 'unlearning' : 'evaluating')));
    }
    bar.at(Number(line['done'] ?? 0), `${String(line['stage'])} ${String(line['done'])} ${textOf(line['detail'])}`);
  };
  return { onJob, done: () => bars.forEach((bar) => bar.done()), peakRssMb: () => peakRssMb };
};
