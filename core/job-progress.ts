// How far a running job has come, which it leaves beside its results every few seconds, so that a page can say it
// wherever the job runs. Zone C: a stage, counts and times.
// Trap: a job that stops by its own rule does not know how much is left; its total is then what it has done, and no
// time left is said.
import { z } from 'zod';
import { Instant } from './deadlines.ts';
import { isQuittanceError } from './errors.ts';
import type { JobResults } from './ports.ts';
import { jobName } from './run.ts';
import type { Ticket } from './ticket.ts';

export const JobProgress = z.strictObject({
  kind: z.literal('quittance-job-progress/v1'),
  stage: z.string().max(40),
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
  /** When the stage began, and when this was written. */
  since: Instant,
  at: Instant,
});
export type JobProgress = z.infer<typeof JobProgress>;

const progressName = (job: string): string => `${job}.progress`;
const EVERY_MS = 3_000;

/** Writes at most every few seconds, and the beginning of each stage; what cannot be written is left out. */
export const progressWriter = (job: string, results: Pick<JobResults, 'put'>, now: () => Date) => {
  let last: JobProgress | undefined;
  let writing = Promise.resolve();
  return (stage: string, done: number, total: number): void => {
    const at = now();
    const since = last?.stage === stage ? last.since : at.toISOString();
    const isDue = last?.stage !== stage || at.getTime() - Date.parse(last.at) >= EVERY_MS;
    if (!isDue) return;
    const next: JobProgress = { kind: 'quittance-job-progress/v1', stage, done, total, since, at: at.toISOString() };
    last = next;
    writing = writing.then(() => results.put(progressName(job), next)).catch(() => undefined);
  };
};

export interface Pace {
  readonly stage: string;
  readonly done: number;
  /** null where the job stops by its own rule. */
  readonly total: number | null;
  readonly perSecond: number | null;
  readonly secondsLeft: number | null;
}

const JOBS = { UNLEARNING: 'unlearn', EVALUATING: 'evaluate' } as const;

/** Of the job that computes for the ticket now; undefined where none has said anything yet. */
export const paceOf = async (ticket: Ticket, results: Pick<JobResults, 'get'>): Promise<Pace | undefined> => {
  if (ticket.status !== 'UNLEARNING' && ticket.status !== 'EVALUATING') return undefined;
  const job = jobName(JOBS[ticket.status], ticket.id, ticket.run.number);
  const found = JobProgress.safeParse(await readOrNothing(results, progressName(job))).data;
  return found && paceFrom(found);
};

const readOrNothing = async (results: Pick<JobResults, 'get'>, name: string): Promise<unknown> => {
  try {
    return await results.get(name);
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
};

export const paceFrom = ({ stage, done, total, since, at }: JobProgress): Pace => {
  const seconds = (Date.parse(at) - Date.parse(since)) / 1000;
  const perSecond = seconds > 0 && done > 0 ? done / seconds : null;
  const isKnown = total > done;
  const secondsLeft = isKnown && perSecond !== null ? Math.ceil((total - done) / perSecond) : null;
  return { stage, done, total: isKnown ? total : null, perSecond, secondsLeft };
};
