// What every verb of `quittance ticket` has in common: the ticket's id, and the folder, opened for work or for reading.
// Trap: what works on tickets is loaded on use, so that reading verbs never touch the engine.
import { localStores } from '#adapters/local/index.ts';
import { usageError } from '#core/errors.ts';
import type { GatePolicy } from '#core/policy.ts';
import type { Arguments, ExitCode } from '../command.ts';
import { existingFolder } from '../values.ts';
import type { Work } from '../work.ts';

export type Verb = (args: Arguments, rest: readonly string[]) => Promise<ExitCode>;

export const idOf = (id: string | undefined, verb: string): string => {
  if (id === undefined) throw usageError(`ticket ${verb} ID: ID is missing`);
  return id;
};

/** Beside the server that has the folder, else as its owner while the command runs. */
export const working = async (args: Arguments, use: (work: Work) => Promise<ExitCode>): Promise<ExitCode> => {
  const { readPolicy } = await import('#entry/policies.ts');
  const policy = readPolicy(args.value('policy')); // refused before anything is opened
  const { besideServer } = await import('../work.ts');
  const work = (await besideServer(args.dir, policy)) ?? (await owning(args, policy));
  try {
    return await use(work);
  } finally {
    await work.close();
  }
};

const owning = async (args: Arguments, policy: GatePolicy): Promise<Work> => {
  const [{ backend }, { openEmbedded }] = await Promise.all([import('../engine.ts'), import('#entry/embedded.ts')]);
  await backend();
  return openEmbedded(args.dir, { policy });
};

/** Stores alone: no engine, no lock, so that a server may have the folder. */
export const reading = async <T>(
  args: Arguments,
  use: (stores: ReturnType<typeof localStores>) => Promise<T>,
): Promise<T> => {
  const stores = localStores(existingFolder(args), { lock: false });
  try {
    return await use(stores);
  } finally {
    stores.close();
  }
};
