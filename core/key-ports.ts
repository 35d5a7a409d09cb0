// The ports of keys (ports.ts): an installation's own, and people's. Trap: neither gives a private key away, so that
// what signs can be asked and not copied.

/**
 * People's own keys. One signs while its person decides, and at no other time: no step of a workflow has this port, and
 * `Signer` gives a person's public key alone.
 */
export interface PeopleKeys {
  /** What unlocks a key: the person's passphrase, or the sign-in together with the right to this port. */
  readonly unlockedBy: 'passphrase' | 'sign-in';
  /** Makes the key on first use. PASSPHRASE_REQUIRED, PASSPHRASE_WRONG where a passphrase unlocks. */
  sign(principal: string, message: Uint8Array, passphrase?: string): Promise<Uint8Array>;
  /** The public key, of a key that is made now where there is none; with the codes of `sign`. */
  prepare(principal: string, passphrase?: string): Promise<Uint8Array>;
  /** KEY_UNAVAILABLE before the key is made, and after it was retired. */
  publicKey(principal: string): Promise<Uint8Array>;
  /** Keys that this person signed with before, the oldest first. */
  former(principal: string): Promise<readonly FormerKey[]>;
}

/** A key that signs no more. What it signed until then stays valid. */
export interface FormerKey {
  /** Raw. */
  readonly publicKey: Uint8Array;
  readonly until: string;
  /** From then on somebody else may have had it: its own dates prove nothing. */
  readonly compromised: boolean;
}

/** Ed25519 keys by role or person; private keys never leave the adapter. */
export interface Signer {
  /** `keyName` such as `service`, `log` or a principal; creates the key on first use where the adapter may. */
  sign(keyName: string, message: Uint8Array): Promise<Uint8Array>;
  /** Raw 32-byte Ed25519 public key. */
  publicKey(keyName: string): Promise<Uint8Array>;
  /** Keys that were used under this name before, where the adapter keeps them. */
  former?(keyName: string): Promise<readonly FormerKey[]>;
}
