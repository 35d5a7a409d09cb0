// The keyed ports in memory: vault, signer, pseudonyms. Keys are derived from names, so that two runs of a test end in
// the same state.
import { createHash, createHmac, type KeyObject } from 'node:crypto';
import { keyFromSeed, signerOver } from '#core/ed25519.ts';
import { QuittanceError } from '#core/errors.ts';
import { personKey } from '#core/certificate.ts';
import { MOST_LABELLED } from '#core/subject-labels.ts';
import { safeName } from '#core/names.ts';
import type { KeyEnding } from '#core/key-end.ts';
import type { Clock, FormerKey, PeopleKeys, Pseudonyms, Signer, Vault } from '#core/ports.ts';

const hmac = (key: string, ...parts: (string | Uint8Array)[]) => {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest('hex');
};

export const memoryVault = (clock: Clock): Vault => {
  const alive = new Map<string, Map<string, Uint8Array>>();
  const destroyed = new Map<string, number>();
  const labels = new Map<string, Set<string>>();
  const open = (ticketId: string) => {
    const objects = alive.get(ticketId);
    if (objects) return objects;
    if (destroyed.has(ticketId))
      throw new QuittanceError('VAULT_KEY_DESTROYED', { message: `the key of ${ticketId} is destroyed` });
    throw new QuittanceError('NOT_FOUND', { message: `no key for ${ticketId}` });
  };
  return {
    createKey: async (ticketId) => {
      if (destroyed.has(ticketId)) open(ticketId);
      if (!alive.has(ticketId)) alive.set(safeName(ticketId), new Map());
    },
    put: async (ticketId, name, plaintext) => void open(ticketId).set(safeName(name), Uint8Array.from(plaintext)),
    get: async (ticketId, name) => {
      const bytes = open(ticketId).get(safeName(name));
      if (!bytes) throw new QuittanceError('NOT_FOUND', { message: `no ${name} in the vault of ${ticketId}` });
      return Uint8Array.from(bytes);
    },
    list: async (ticketId) => [...open(ticketId).keys()].sort(),
    commit: async (ticketId, bytes) => (open(ticketId), hmac(`commit ${ticketId}`, bytes)),
    openingSecret: async (ticketId) => (open(ticketId), Buffer.from(`commit ${ticketId}`).toString('hex')),
    label: async (ticketId, keys) => {
      open(ticketId);
      for (const key of keys) labels.set(key, (labels.get(key) ?? new Set()).add(ticketId));
    },
    labelled: async (key) => [...(labels.get(key) ?? [])].sort().slice(0, MOST_LABELLED),
    destroy: async (ticketId) => {
      for (const ids of labels.values()) ids.delete(ticketId);
      const objects = alive.get(ticketId)?.size ?? destroyed.get(ticketId) ?? 0;
      destroyed.set(ticketId, objects);
      alive.delete(ticketId);
      return { ticketId, objects, readsRefused: objects, code: 'VAULT_KEY_DESTROYED', at: clock.now().toISOString() };
    },
  };
};

export interface MemorySigner extends Signer {
  former(keyName: string): Promise<readonly FormerKey[]>;
  /** Ends the key in use; the next use makes another. */
  retire(keyName: string, end: KeyEnding): Promise<FormerKey>;
}

export const memorySigner = (): MemorySigner => {
  const ended = new Map<string, FormerKey[]>();
  const made = new Map<string, KeyObject>();
  const key = (name: string) => {
    const count = ended.get(name)?.length ?? 0;
    const text = `test key ${safeName(name)}${count === 0 ? '' : ` ${count}`}`;
    const found = made.get(text) ?? keyFromSeed(createHash('sha256').update(text).digest());
    made.set(text, found);
    return found;
  };
  const signer = signerOver(key);
  const former = async (name: string) => ended.get(name) ?? [];
  const retire = async (name: string, end: KeyEnding) => {
    const last = { publicKey: await signer.publicKey(name), ...end };
    ended.set(name, [...(await former(name)), last]);
    return last;
  };
  return { ...signer, former, retire };
};

export const memoryPseudonyms = (): Pseudonyms => ({
  of: async (purpose, text) => hmac('test installation', purpose, '\0', text),
});

/** People whose sign-in stands for them, with the keys that the signer has for their names. */
export const memoryPeople = (signer: Signer): PeopleKeys => ({
  unlockedBy: 'sign-in',
  sign: (principal, message) => signer.sign(personKey(principal), message),
  prepare: (principal) => signer.publicKey(personKey(principal)),
  publicKey: (principal) => signer.publicKey(personKey(principal)),
  former: async () => [],
});
