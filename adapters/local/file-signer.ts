// Ed25519 keys as PKCS #8 files that only their owner can read, one for each name, made on first use. Trap: in embedded
// mode whoever runs the process can sign as anybody, so the separation of duties rests on the operating system's users
// (docs/trust.md says so).
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { signerOver } from '#core/ed25519.ts';
import type { Signer } from '#core/ports.ts';
import { safeName } from '#core/names.ts';
import { readOrCreate } from './durable-file.ts';

export const fileSigner = (dir: string): Signer =>
  signerOver(async (name) =>
    createPrivateKey(Buffer.from(await readOrCreate(join(dir, `${safeName(name)}.pem`), newKey)).toString('utf8')),
  );

const newKey = () => Buffer.from(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
