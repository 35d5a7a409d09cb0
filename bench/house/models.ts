// A model that tests register: two text files stand for its weights.
import { canonicalize, digestOf, type Digest } from '#core/canonical.ts';
import type { ModelManifest, ModelRecord } from '#core/model.ts';
import type { ArtifactStore } from '#core/ports.ts';

/** A digest that belongs to nothing: the number, in hexadecimal. */
export const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;

export const modelRecord = (change: Partial<ModelRecord> = {}): ModelRecord => ({
  name: 'house',
  digest: digest(7),
  status: 'active',
  deletions: 0,
  quarantined: [],
  certificates: [],
  recertification: { state: 'never' },
  updatedAt: '2026-03-01T00:00:00.000Z',
  ...change,
});

/** A "model" of two small text files, with its manifest. */
export const textModel = (weights: string): { manifest: ModelManifest; files: Readonly<Record<string, string>> } => {
  const files = { 'model.safetensors': `weights of ${weights}`, 'config.json': '{"model_type":"llama"}' };
  const entryOf = (text: string) => ({ digest: digestOf(text), bytes: Buffer.byteLength(text) });
  const entries = Object.entries(files).map(([name, text]) => [name, entryOf(text)] as const);
  return { files, manifest: { kind: 'quittance-model/v1', files: Object.fromEntries(entries), quantisation: 'none' } };
};

/** Stores a model's files and its manifest; returns the manifest's digest. */
export const putModel = async (
  artifacts: ArtifactStore,
  { files, manifest }: ReturnType<typeof textModel>,
): Promise<Digest> => {
  for (const text of Object.values(files)) await artifacts.put(new TextEncoder().encode(text));
  return artifacts.put(new TextEncoder().encode(canonicalize(manifest)));
};
