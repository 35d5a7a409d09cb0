// The log for those who only check: its head, its files and the keys that sign it. A step that compares something with
// the log gets this and no right to write or sign.
import type { LedgerReader, LogHead, LogStorage, Signer } from '../ports.ts';

export const ledgerReader = (
  logStorage: Pick<LogStorage, 'get'>,
  logHead: Pick<LogHead, 'read'>,
  keys: Pick<Signer, 'publicKey' | 'former'>,
): LedgerReader => ({
  get: (path) => logStorage.get(path),
  read: () => logHead.read(),
  publicKey: (keyName) => keys.publicKey(keyName),
  former: async (keyName) => (await keys.former?.(keyName)) ?? [],
});
