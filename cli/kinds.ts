// What the value of an option must be: the kinds that options are declared with. All values of a command are held
// against their kinds before it runs, so that a wrong last option costs no reading of a corpus or a model.
// Trap: a kind knows nothing but the text and whether a file is there; what stands in a file is for its reader to say.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { Instant, PlainDate } from '#core/deadlines.ts';
import { isQuittanceError, QuittanceError, type ErrorCode } from '#core/errors.ts';
import { ModelName } from '#core/model.ts';
import { didYouMean } from '#core/nearest.ts';
import { Code } from '#core/ticket.ts';
import { Month } from '#core/days.ts';
import { isPersonal, NOT_PERSONAL, Principal } from '#core/ticket-request.ts';
import { notOfKind, quoted, text, type Kind } from './kind.ts';
import { requireWritable } from './output.ts';

/** Also nothing. */
export const anything: Kind = () => undefined;

const formed =
  (schema: z.ZodType, expected: string): Kind =>
  (given, option) => {
    if (!schema.safeParse(given).success) throw notOfKind(option, expected, given);
  };

export const code = formed(Code, "a code of letters, digits, dots and dashes, such as 'litigation'");
export const digest = formed(Digest, 'a digest: sha256: and 64 hexadecimal digits');
export const day = formed(PlainDate, 'a day such as 2027-03-01');
export const month = formed(Month, 'a month such as 2026-11');
export const instant = formed(Instant, 'a time in UTC, such as 2026-11-02T09:30:00.000Z');
export const modelName = formed(
  ModelName,
  'a name of lower-case letters, digits, dots, dashes and underscores, at most 64',
);
const principal = formed(Principal, "a person's id of lower-case letters, digits, dots, dashes and underscores");

/** A person's id, which is neither the workflow's nor a program's. */
export const person: Kind = (given, option) => {
  principal(given, option);
  if (!isPersonal(given)) throw notOfKind(option, 'the id of a person, such as privacy.officer', given, NOT_PERSONAL);
};

/** One of a list. */
export const oneOf =
  (known: readonly string[]): Kind =>
  (given, option) => {
    if (!known.includes(given)) throw notOneOf(option, known, given);
  };

export const notOneOf = (option: string, known: readonly string[], given: string): QuittanceError =>
  notOfKind(option, `one of ${known.join(', ')}`, given, didYouMean(given.slice(0, 80), known).hint);

/** Between two bounds, both included. */
export const quantity =
  (least: number, most: number): Kind =>
  (given, option) => {
    const value = Number(given);
    if (given.trim() === '' || !(value >= least && value <= most))
      throw notOfKind(option, `a number from ${least} to ${most}`, given);
  };

/** No command counts further. */
const MOST = 1e9;

export const whole =
  (least: number, most = MOST): Kind =>
  (given, option) => {
    const value = Number(given);
    if (given.trim() === '' || !Number.isSafeInteger(value) || value < least || value > most)
      throw notOfKind(option, `a whole number from ${least} to ${most}`, given);
  };

/** NOT_FOUND or what is said instead; INVALID_INPUT where it is of another kind, or may not be read. */
const readable = (
  path: string,
  option: string,
  expected: string,
  fits: (path: string) => boolean,
  absent: ErrorCode = 'NOT_FOUND',
): void => {
  text(path, option);
  if (!existsSync(path))
    throw new QuittanceError(absent, { message: `${option}: there is no ${path}`, expected, got: quoted(path) });
  const wrong = (got: string) => new QuittanceError('INVALID_INPUT', { message: `${option} ${path}`, expected, got });
  if (!fits(path)) throw wrong(statSync(path).isDirectory() ? 'a folder' : 'a file');
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw wrong('a file that this user may not read');
  }
};

const isFolder = (path: string) => statSync(path).isDirectory();

export const file: Kind = (path, option) =>
  readable(path, option, 'a file that this user may read', (one) => !isFolder(one));
/** A suite has no name, as a policy has: whoever gives one is told what it is. */
export const suiteFile: Kind = (path, option) => {
  const hint =
    "'quittance model onboard' makes one of a corpus, 'quittance suite check FILE' names what is wrong with one";
  try {
    file(path, option);
  } catch (cause) {
    if (!isQuittanceError(cause, 'NOT_FOUND')) throw cause;
    const expected = 'a file with an evaluation suite (docs/suite.md); suites have no names';
    throw new QuittanceError('NOT_FOUND', { message: cause.message, expected, got: quoted(path), hint, cause });
  }
};
export const folder: Kind = (path, option) => readable(path, option, 'a folder', isFolder);
export const modelFolder: Kind = (path, option) =>
  readable(path, option, 'a model folder', isFolder, 'MODEL_NOT_FOUND');
export const fileOrFolder: Kind = (path, option) => readable(path, option, 'a file or a folder', () => true);

/** A file, or the text itself where there is none of that name. */
export const fileOrText: Kind = (given, option) => {
  if (existsSync(given)) file(given, option);
};

/** Where a file can be written. */
export const output: Kind = (path, option) => {
  text(path, option);
  requireWritable(path);
};

/** A file to be made. */
export const newFile: Kind = (path, option) => {
  output(path, option);
  if (existsSync(path)) throw notOfKind(option, 'a file that does not exist yet', path);
};

/** A folder to be made. */
export const newFolder: Kind = (path, option) => {
  text(path, option);
  if (existsSync(path)) throw notOfKind(option, 'a folder that does not exist yet', path);
};
