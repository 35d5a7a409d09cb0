// What a served model is made of, read from the store; and what is refused of it.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { digestJson, type Digest } from '#core/canonical.ts';
import { ModelManifest } from '#core/model.ts';
import { filesOf, readChain } from '#core/model-chain.ts';
import type { ArtifactStore } from '#core/ports.ts';
import { memoryHarness } from '#adapters/memory/ports.ts';
import { digest, putModel, textModel } from '#bench/house/models.ts';
import { bytes } from '#test/contract/contract.ts';
import { putAdapter, putComposed, putManifest, textAdapter, textComposed } from '#test/support/made-models.ts';

let artifacts: ArtifactStore;
let base: Digest;
beforeEach(async () => {
  ({ artifacts } = memoryHarness().ports);
  base = await putModel(artifacts, textModel('base'));
});
const refused = async (of: Digest) =>
  readChain(artifacts, of).then(
    () => 'read',
    (error: unknown) => error,
  );

it('weights have the manifest and the digest that they always had', () => {
  const manifest: unknown = {
    kind: 'quittance-model/v1',
    quantisation: 'none',
    files: { 'config.json': { digest: digest(1), bytes: 2 }, 'model.safetensors': { digest: digest(3), bytes: 4 } },
  };
  // of the canonical text, by `sha256sum`
  expect(digestJson(ModelManifest.parse(manifest))).toBe(
    'sha256:953e02399b3fa74ad147a747afc832f28acfea034d43bd053382c2ca89249196',
  );
});

describe('a chain', () => {
  it('of weights is one', async () => {
    expect((await readChain(artifacts, base)).map(({ digest: one, at }) => [one, at])).toEqual([[base, '']]);
  });

  it('goes from a composed decoder over an adapter to the weights, each in its folder', async () => {
    const adapter = await putAdapter(artifacts, base, 'support');
    const composed = await putComposed(artifacts, adapter, 'support');
    const chain = await readChain(artifacts, composed);
    expect(chain.map(({ digest: one, at }) => [one, at])).toEqual([
      [composed, ''],
      [adapter, 'target/'],
      [base, 'target/base/'],
    ]);
    expect(Object.keys(filesOf(chain)).sort()).toEqual([
      'assistant-1/adapter_config.json',
      'assistant-1/adapter_model.safetensors',
      'target/adapter_config.json',
      'target/adapter_model.safetensors',
      'target/base/config.json',
      'target/base/model.safetensors',
    ]);
  });

  it('has another digest over another base, whatever the adapter', async () => {
    const other = await putModel(artifacts, textModel('other base'));
    const [one, two] = [await putAdapter(artifacts, base, 'support'), await putAdapter(artifacts, other, 'support')];
    expect(one).not.toBe(two);
  });

  it('ends where the base is not here, which is named', async () => {
    const adapter = await putAdapter(artifacts, digest(9), 'support');
    expect(await refused(adapter)).toMatchObject({ code: 'BASE_MISSING', expected: digest(9) });
    expect(await refused(digest(8))).toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });

  it('is not made upon what it cannot be made upon, or what is stored otherwise than it says', async () => {
    const adapter = await putAdapter(artifacts, base, 'support');
    const upon = async (manifest: ModelManifest) => refused(await putManifest(artifacts, manifest));
    const code = 'MODEL_INVALID';
    expect(await upon(textAdapter(adapter, 'two'))).toMatchObject({ code, got: 'quittance-adapter/v1' });
    expect(await upon(textComposed(await putComposed(artifacts, base, 'one'), 'two'))).toMatchObject({ code });
    expect(await upon({ ...textAdapter(base, 'two'), quantisation: 'int8' })).toMatchObject({ code, got: 'int8' });
    expect(await refused(await artifacts.put(bytes('no manifest')))).toMatchObject({ code });
  });
});
