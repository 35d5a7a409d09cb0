// Keys that were used under a name and have ended, as a file of their public parts. Trap: the file is written before
// the key is destroyed, so that after a crash a key may stand in both places; then this file counts.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { Instant } from '#core/deadlines.ts';
import { QuittanceError } from '#core/errors.ts';
import { stricterEnd, type KeyEnding } from '#core/key-end.ts';
import type { FormerKey } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import { readIfThere, writeDurably } from './durable-file.ts';

const FormerKeys = z.strictObject({
  kind: z.literal('quittance-former-keys/v1'),
  keys: z.array(z.strictObject({ publicKey: z.base64(), until: Instant, compromised: z.boolean() })),
});
type Kept = z.infer<typeof FormerKeys>['keys'];

/** The oldest first. `name`: whose they are, for messages. */
export const readFormerKeys = async (path: string, name: string): Promise<FormerKey[]> => {
  const bytes = await readIfThere(path);
  const kept: Kept = bytes ? parseJson(bytes, FormerKeys, `the former keys of ${name}`).keys : [];
  return kept.map((one) => ({ ...one, publicKey: Buffer.from(one.publicKey, 'base64') }));
};

export const addFormerKey = async (path: string, name: string, ended: FormerKey): Promise<void> =>
  keep(path, [...(await readFormerKeys(path, name)), ended]);

/** Others may have had the last one: the stricter end counts. NOT_FOUND where there is none. */
export const condemnFormerKey = async (path: string, name: string, until: Date): Promise<FormerKey> => {
  const all = await readFormerKeys(path, name);
  const last = all.at(-1);
  if (!last) throw new QuittanceError('NOT_FOUND', { message: `${name} never had a key that ended` });
  const end: KeyEnding = { until: until.toISOString(), compromised: true };
  const worse = { ...last, ...stricterEnd(last, end) };
  await keep(path, [...all.slice(0, -1), worse]);
  return worse;
};

const keep = async (path: string, all: readonly FormerKey[]): Promise<void> => {
  const keys: Kept = all.map(({ publicKey, ...end }) => ({
    ...end,
    publicKey: Buffer.from(publicKey).toString('base64'),
  }));
  const file: z.infer<typeof FormerKeys> = { kind: 'quittance-former-keys/v1', keys };
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeDurably(path, Buffer.from(`${JSON.stringify(file, null, 2)}\n`), 0o600);
};
