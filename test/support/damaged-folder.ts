// A small model folder that is whole before each test, to be damaged by it.
import { afterAll, beforeEach, expect } from '@jest/globals';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isQuittanceError, type ErrorCode } from '#core/errors.ts';
import { storedTensors, readModelFolder } from '#engine/formats/folder.ts';
import { freshValues } from '#engine/model.ts';
import { writeSafetensors, type TensorToWrite } from '#engine/formats/safetensors.ts';
import { TINY_JSON, tinyConfig, tinyTokenizer } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';

export const values = freshValues(tinyConfig(), 1);
export const tensors = storedTensors(tinyConfig(), ({ name }) => values.get(name)!);

/** Called once a test file, outside of its tests. */
export const folderToDamage = () => {
  const { dir: scratch, remove } = temporaryFolder();
  afterAll(remove);
  const good = join(scratch, 'good');
  mkdirSync(good);
  writeFileSync(join(good, 'config.json'), JSON.stringify(TINY_JSON));
  writeFileSync(join(good, 'tokenizer.json'), JSON.stringify(tinyTokenizer().json));
  writeSafetensors(join(good, 'model.safetensors'), tensors);

  const dir = join(scratch, 'model');
  beforeEach(() => {
    rmSync(dir, { recursive: true, force: true });
    cpSync(good, dir, { recursive: true });
  });
  const at = (name: string) => join(dir, name);
  const writeConfig = (change: object) => writeFileSync(at('config.json'), JSON.stringify({ ...TINY_JSON, ...change }));
  const writeShards = (shards: readonly (readonly TensorToWrite[])[], map?: Record<string, string>) => {
    rmSync(at('model.safetensors'));
    const names = shards.map((_, i) => `model-0000${i + 1}-of-0000${shards.length}.safetensors`);
    shards.forEach((shard, i) => writeSafetensors(at(names[i]!), shard));
    const weight_map =
      map ?? Object.fromEntries(shards.flatMap((shard, i) => shard.map(({ name }) => [name, names[i]!])));
    writeFileSync(at('model.safetensors.index.json'), JSON.stringify({ metadata: { total_size: 1 }, weight_map }));
    return names;
  };

  const refused = (code: ErrorCode, ...words: string[]) => {
    let error: unknown;
    try {
      readModelFolder(dir);
    } catch (thrown) {
      error = thrown;
    }
    if (!isQuittanceError(error)) throw new Error(`not refused as ${code}: ${String(error)}`);
    const said = [error.message, error.expected, error.got, error.hint].join(' ');
    expect([error.code, ...words.filter((word) => !said.includes(word))]).toEqual([code]);
  };
  return { dir, at, writeConfig, writeShards, refused };
};
