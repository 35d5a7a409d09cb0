// What runs saved of themselves, so that they go on after SIGTERM, a reclaimed Spot instance or `kill -9`: a row for
// each run, under the run's digest, and a row for each ticket that lists its runs. A run that was stopped and never
// goes on has half-forgotten weights in the store; the end of the case finds them by the ticket.
// Traps: a job may be saving while its case is purged. The end is written before the list is read, and the list before
// anything is saved, so that one of the two sees the other. And a row first names what is about to be written, so that
// whoever reads it next deletes what it names as left over.
import { z } from 'zod';
import { Digest } from './canonical.ts';
import { isQuittanceError, QuittanceError } from './errors.ts';
import type { ArtifactStore, JobResults } from './ports.ts';

export interface SavedRunStores {
  artifacts: Pick<ArtifactStore, 'delete'>;
  results: JobResults;
}

const Row = z.strictObject({
  kind: z.literal('quittance-run-state-row/v1'),
  manifest: Digest.nullable(),
  /** Parts of the manifest, to be deleted with it. */
  parts: z.array(Digest),
  /** Written or to be deleted, and named by no manifest. */
  leftovers: z.array(Digest),
});
export type SavedRow = z.infer<typeof Row>;

export const NOTHING_SAVED: SavedRow = {
  kind: 'quittance-run-state-row/v1',
  manifest: null,
  parts: [],
  leftovers: [],
};

const rowName = (run: Digest) => `run-state-${run.slice('sha256:'.length)}`;

/** STORE_CORRUPT where it does not have its form. */
export const readSaved = (run: Digest, { results }: SavedRunStores): Promise<SavedRow> =>
  read(results, rowName(run), Row, NOTHING_SAVED);

export const writeSaved = (run: Digest, row: SavedRow, { results }: SavedRunStores): Promise<void> =>
  results.put(rowName(run), row);

/** The row once what it names as left over is deleted. */
export const swept = async (run: Digest, row: SavedRow, stores: SavedRunStores): Promise<SavedRow> => {
  if (row.leftovers.length === 0) return row;
  for (const digest of row.leftovers) await stores.artifacts.delete(digest);
  const clean = { ...row, leftovers: [] };
  await writeSaved(run, clean, stores);
  return clean;
};

export const digestsIn = ({ manifest, parts }: SavedRow): Digest[] =>
  manifest === null ? parts : [...parts, manifest];

/** Deletes what a run saved. */
export const clearSaved = async (run: Digest, stores: SavedRunStores): Promise<void> => {
  const row = await readSaved(run, stores);
  const leftovers = [...row.leftovers, ...digestsIn(row)];
  if (leftovers.length === 0) return;
  await writeSaved(run, { ...NOTHING_SAVED, leftovers }, stores);
  await swept(run, { ...NOTHING_SAVED, leftovers }, stores);
};

const Runs = z.strictObject({ kind: z.literal('quittance-saved-runs/v1'), runs: z.array(Digest) });
const Ended = z.strictObject({ kind: z.literal('quittance-saved-runs-ended/v1') });
const NO_RUNS: z.infer<typeof Runs> = { kind: 'quittance-saved-runs/v1', runs: [] };

const runsName = (ticketId: string) => `${ticketId}-saved-runs`;
const endedName = (ticketId: string) => `${ticketId}-saved-runs-ended`;

/** Enters a run under its ticket, before it saves anything. */
export const enterRun = async (ticketId: string, run: Digest, { results }: SavedRunStores): Promise<void> => {
  const { kind, runs } = await read(results, runsName(ticketId), Runs, NO_RUNS);
  if (!runs.includes(run)) await results.put(runsName(ticketId), { kind, runs: [...runs, run] });
};

/** Whether the case was purged: nothing of it may be saved any more. */
export const caseEnded = async (ticketId: string, { results }: SavedRunStores): Promise<boolean> =>
  (await read(results, endedName(ticketId), Ended.optional(), undefined)) !== undefined;

/** Deletes what the ticket's runs saved. */
export const clearRunsOf = async (ticketId: string, stores: SavedRunStores): Promise<void> => {
  const { runs } = await read(stores.results, runsName(ticketId), Runs, NO_RUNS);
  for (const run of runs) await clearSaved(run, stores);
};

/** The same for good: a run that is still saving clears behind itself. */
export const endRunsOf = async (ticketId: string, stores: SavedRunStores): Promise<void> => {
  await stores.results.put(endedName(ticketId), { kind: 'quittance-saved-runs-ended/v1' });
  await clearRunsOf(ticketId, stores);
  await stores.results.put(runsName(ticketId), NO_RUNS);
};

const read = async <T>(results: JobResults, name: string, schema: z.ZodType<T>, otherwise: T): Promise<T> => {
  try {
    const parsed = schema.safeParse(await results.get(name));
    if (parsed.success) return parsed.data;
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND')) return otherwise;
    throw error;
  }
  throw corruptRun('the row of a saved run does not have its form');
};

export const corruptRun = (message: string) =>
  new QuittanceError('STORE_CORRUPT', {
    message,
    hint: 'file the ticket again, or resume it: the next run begins without a saved state',
  });
