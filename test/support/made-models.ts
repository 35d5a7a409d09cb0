// Models that are made upon others, of text files: an adapter beside a base, and a composed decoder over either.
import { canonicalize, digestOf, type Digest } from '#core/canonical.ts';
import { assistantFolder, type AdapterManifest, type ComposedManifest, type ModelManifest } from '#core/model.ts';
import type { ArtifactStore } from '#core/ports.ts';
import { bytes } from '#test/contract/contract.ts';

const entryOf = (text: string) => ({ digest: digestOf(text), bytes: Buffer.byteLength(text) });

const CONFIG = '{"peft_type":"LORA"}';
const factors = (name: string) => `factors of ${name}`;

const filesOf = (name: string): AdapterManifest['files'] => ({
  'adapter_config.json': entryOf(CONFIG),
  'adapter_model.safetensors': entryOf(factors(name)),
});

export const textAdapter = (base: Digest, name: string): AdapterManifest => ({
  kind: 'quittance-adapter/v1',
  base,
  files: filesOf(name),
  quantisation: 'none',
});

export const textComposed = (target: Digest, name: string): ComposedManifest => ({
  kind: 'quittance-composed/v1',
  target,
  assistants: [{ layers: 1, files: filesOf(`${assistantFolder(0)} of ${name}`) }],
  combination: { form: 'offset', weight: 1 },
  quantisation: 'none',
});

export const putManifest = (artifacts: ArtifactStore, manifest: ModelManifest): Promise<Digest> =>
  artifacts.put(bytes(canonicalize(manifest)));

export const putAdapter = async (artifacts: ArtifactStore, base: Digest, name: string): Promise<Digest> => {
  for (const text of [CONFIG, factors(name)]) await artifacts.put(bytes(text));
  return putManifest(artifacts, textAdapter(base, name));
};

export const putComposed = async (artifacts: ArtifactStore, target: Digest, name: string): Promise<Digest> => {
  for (const text of [CONFIG, factors(`${assistantFolder(0)} of ${name}`)]) await artifacts.put(bytes(text));
  return putManifest(artifacts, textComposed(target, name));
};
