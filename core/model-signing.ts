// The certified model in the form that OpenSSF's model-signing tools read (predicate
// https://model_signing/signature/v1.0): every file with its SHA-256, and one digest over theirs, in the order of their
// names. Beside our own manifest, and made of it. Trap: those tools sign by ECDSA; the envelope here is signed as all
// of ours are (Ed25519), so that they read the list and compare a folder with it, and do not check the signature.
import { sha256 } from './canonical.ts';
import { SERVICE_KEY } from './statements.ts';
import { MODEL_SIGNING_TYPE, signEnvelope, STATEMENT_TYPE, type Envelope, type Statement } from './dsse.ts';
import type { FileEntry } from './model.ts';
import type { Signer } from './ports.ts';

/** In the bundle. */
export const MODEL_SIGNING_FILE = 'model-signing.dsse.json';

/** `files`: by their paths in the model's folder. */
export const modelSigningStatement = (name: string, files: Readonly<Record<string, FileEntry>>): Statement => {
  const listed = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  const resources = listed.map(([path, { digest }]) => ({
    name: path,
    algorithm: 'sha256',
    digest: digest.slice('sha256:'.length),
  }));
  const all = sha256(...resources.map(({ digest }) => Buffer.from(digest, 'hex'))).toString('hex');
  const serialization = { method: 'files', hash_type: 'sha256', allow_symlinks: false, ignore_paths: [] };
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name, digest: { sha256: all } }],
    predicateType: MODEL_SIGNING_TYPE,
    predicate: { serialization, resources },
  };
};

export const signModelManifest = (
  signer: Signer,
  name: string,
  files: Readonly<Record<string, FileEntry>>,
): Promise<Envelope> => signEnvelope(modelSigningStatement(name, files), signer, [SERVICE_KEY]);
