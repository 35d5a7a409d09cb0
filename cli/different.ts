// Options that name two things which are compared, or of which one is kept and one goes: where both name the same, the
// result would say nothing, or the opposite of what was asked. Compared by content, so that a copy under another name
// is found out too. Trap: a registered model is written to a scratch folder, so each option's folder is made once and
// handed back.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { digestJson, type Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { fileEntry, isServed } from '#engine/formats/folder.ts';
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS } from '#engine/formats/folder-kind.ts';
import type { Arguments } from './command.ts';
import { namedFolder, requireModels } from './engine.ts';

/** The folder of each option that is given. INVALID_INPUT where two of them hold the same model. */
export const differentModels = async <O extends string>(
  args: Arguments,
  options: readonly O[],
): Promise<ReadonlyMap<O, string>> => {
  const given = options.filter((option) => args.value(option) !== undefined);
  await requireModels(
    args,
    given.map((option) => args.value(option)),
  );
  const folders = new Map<O, string>();
  for (const option of given) folders.set(option, await namedFolder(args, option));
  if (given.length > 1)
    refuseSame(
      given.map((option) => [option, contentOf(folders.get(option)!)]),
      'models',
    );
  return folders;
};

/** INVALID_INPUT where two of the options that are given name files of the same bytes. */
export const requireDifferentFiles = (args: Arguments, options: readonly string[]): void => {
  const given = options.flatMap((option) => {
    const path = args.value(option);
    const digest = path === undefined ? undefined : digestOfFile(path);
    return digest === undefined ? [] : [[option, digest] as const];
  });
  refuseSame(given, 'files');
};

const refuseSame = (given: readonly (readonly [option: string, digest: Digest])[], what: string): void => {
  const known = new Map<Digest, string>();
  for (const [option, digest] of given) {
    const other = known.get(digest);
    if (other !== undefined)
      throw new QuittanceError('INVALID_INPUT', {
        message: `--${option} and --${other} are the same: there is nothing to tell apart`,
        expected: `two different ${what}`,
        got: digest,
        hint: `name another for --${option}, or leave it out`,
      });
    known.set(digest, option);
  }
};

/** Of whatever decides what a model answers, wherever the folder lies. */
const contentOf = (dir: string): Digest => {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => decides(basename(name)));
  return digestJson(names.sort().map((name) => [name, fileEntry(join(dir, name)).digest]));
};

const decides = (name: string): boolean => isServed(name) || name === ADAPTER_CONFIG || name === ADAPTER_WEIGHTS;

/** undefined for a folder, and for what cannot be read: whoever reads it says why. */
const digestOfFile = (path: string): Digest | undefined => {
  try {
    return fileEntry(path).digest;
  } catch {
    return undefined;
  }
};
