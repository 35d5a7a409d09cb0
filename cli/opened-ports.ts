// The stores that a command reads: of the data folder, without its lock, or of an installation on AWS (--installation
// PREFIX).
import { usageError } from '#core/errors.ts';
import { localStores } from '#adapters/local/index.ts';
import type { Ports } from '#core/ports.ts';
import type { Arguments } from './command.ts';
import { existingFolder } from './values.ts';

type StoredPorts = Omit<Ports, 'jobs' | 'workflows' | 'serving'>;

export const openedPorts = async <T>(args: Arguments, use: (ports: StoredPorts) => Promise<T>): Promise<T> => {
  const prefix = args.value('installation');
  if (prefix === undefined) {
    const stores = localStores(existingFolder(args), { lock: false });
    try {
      return await use(stores);
    } finally {
      stores.close();
    }
  }
  if (args.value('dir') !== undefined)
    throw usageError('--dir and --installation name two places', 'leave one of them out');
  const { openInstallation } = await import('#entry/installation.ts');
  return use(await openInstallation(process.env, prefix));
};
