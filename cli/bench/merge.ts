// Rows of a page that several runs of a bench measure, in a JSON file beside the page (`--merge FILE`).
// Trap: the file is read before a run, as a wrong one must cost no hour, and once more when it has ended, so that rows
// of another run that ended meanwhile are kept.
import { existsSync } from 'node:fs';
import type { z } from 'zod';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { parseJson } from '#core/stored-json.ts';
import type { MeasuredBy } from '#bench/printed-row.ts';
import type { Arguments } from '../command.ts';
import { writeOutput } from '../output.ts';
import { programVersion } from '../program.ts';
import { readBytes } from '../values.ts';

const LIMIT_BYTES = 2 ** 26;

/** What stands in the file of `--merge`; undefined without it, or where there is none yet. INVALID_INPUT. */
export const mergeFile = <S extends z.ZodType>(args: Arguments, schema: S): z.output<S> | undefined => {
  const path = args.value('merge');
  if (path === undefined || !existsSync(path)) return undefined;
  const bytes = readBytes(path, LIMIT_BYTES);
  try {
    return parseJson(bytes, schema, path);
  } catch (cause) {
    if (!isQuittanceError(cause, 'STORE_CORRUPT')) throw cause;
    throw new QuittanceError('INVALID_INPUT', {
      ...{ message: `--merge: ${cause.message}`, expected: 'rows that an earlier run of the same bench put there' },
      ...{ got: cause.got ?? 'something else', hint: 'name another file, or one that does not exist yet', cause },
    });
  }
};

export const writeMerged = async (args: Arguments, rows: unknown): Promise<void> => {
  const path = args.value('merge');
  if (path !== undefined) await writeOutput(path, `${JSON.stringify(rows, null, 2)}\n`);
};

/** What a row that is measured now says of itself. */
export const measuredNow = (backend: string): MeasuredBy => ({
  ...{ version: programVersion(), day: new Date().toISOString().slice(0, 10), backend },
});
