// Where `quittance model` finds the registry: in the data folder, or in an installation on AWS (--installation PREFIX).
// The same code reads and writes both.
import { join } from 'node:path';
import type { Ports } from '#core/ports.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { localStores } from '#adapters/local/index.ts';
import { pointerServing } from '#adapters/local/pointer-serving.ts';
import type { Arguments, Option } from './command.ts';
import { existingFolder } from './values.ts';

export type RegistryPorts = Pick<Ports, 'artifacts' | 'models' | 'pseudonyms' | 'clock' | 'serving' | 'vault'>;

export interface Registry {
  read<T>(use: (ports: RegistryPorts) => Promise<T>): Promise<T>;
  write<T>(use: (ports: RegistryPorts) => Promise<T>): Promise<T>;
}

export const INSTALLATION: Readonly<Record<string, Option>> = {
  installation: {
    kind: 'value',
    value: 'PREFIX',
    summary: 'an installation on AWS instead of the data folder (region and credentials from the environment)',
  },
};

/**
 * An installation is looked up at once, so that one that does not exist is reported before any work; a data folder is
 * opened when it is first used.
 */
export const registryOf = async (args: Arguments): Promise<Registry> => {
  const prefix = args.value('installation');
  if (prefix === undefined) return localRegistry(args);
  if (args.value('dir') !== undefined)
    throw usageError('--dir and --installation name two registries', 'leave one of them out');
  const { openInstallation } = await import('#entry/installation.ts');
  const ports = await openInstallation(process.env, prefix);
  return { read: (use) => use(ports), write: (use) => use(ports) };
};

const localRegistry = (args: Arguments): Registry => ({
  read: (use) => over(existingFolder(args), false, use),
  write: async (use) => {
    const { askRunning } = await import('./work.ts');
    // beside a server each write is one of its own
    return over(args.dir, (await askRunning(args.dir)) === undefined, use);
  },
});

const over = async <T>(dir: string, lock: boolean, use: (ports: RegistryPorts) => Promise<T>): Promise<T> => {
  const stores = localStores(dir, { lock });
  try {
    return await use({ ...stores, serving: pointerServing(join(dir, 'serving'), stores.artifacts, unasked) });
  } finally {
    stores.close();
  }
};

/** Serving port for commands that never ask a served model. */
const unasked = () => Promise.reject(new QuittanceError('INTERNAL', { message: 'asked by a command of the registry' }));
