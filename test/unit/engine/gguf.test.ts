// GGUF files: values as the reference package reads them, a whole model as transformers computes it, and files that
// claim what they do not hold.
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import { makeBatch } from '#engine/batch.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { openGguf } from '#engine/formats/gguf.ts';
import { importModel } from '#engine/formats/import.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { entry, head, hostileGguf, padded, tensor, text, u32 } from '#test/support/gguf-files.ts';
import { largestDifference } from '#test/support/golden.ts';
import { ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);

const GOLDEN = join(ROOT, 'test/golden/gguf');
const Blocks = z.record(z.string(), z.object({ shape: z.array(z.int()), values: z.array(z.number()) }));
const Llama = z.object({
  input_ids: z.array(z.array(z.int())),
  logits_last: z.array(z.array(z.number())),
  texts: z.array(z.object({ text: z.string(), ids: z.array(z.int()), decoded: z.string() })),
});

describe('a file of every type', () => {
  const file = openGguf(join(GOLDEN, 'blocks.gguf'));
  afterAll(() => file.close());
  const wanted = Blocks.parse(readJsonFile(join(GOLDEN, 'blocks.json')));

  for (const [type, { shape, values }] of Object.entries(wanted)) {
    it(`${type} has the values of the reference package`, () => {
      expect([...file.tensors.keys()].sort()).toEqual(Object.keys(wanted).sort());
      expect(file.tensors.get(type)).toMatchObject({ type, shape });
      const read = file.read(type);
      const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(largestDifference(read, values)).toBeLessThan(3e-7 * most);
    });
  }

  it('metadata come back with their types', () => {
    const entries = Object.fromEntries([...file.metadata].filter(([key]) => key.startsWith('a.')));
    expect(entries).toEqual({
      'a.bool': true,
      'a.float64': 2.5,
      'a.int64': -3n,
      'a.strings': ['x', 'é', ''],
      'a.ints': [1, -2, 3],
    });
  });
});

describe('a whole Llama', () => {
  const at = join(dir, 'imported');
  const golden = Llama.parse(readJsonFile(join(GOLDEN, 'llama.json')));

  it('imported has the logits of transformers on the same weights', async () => {
    await importModel(join(GOLDEN, 'llama.gguf'), at);
    const model = loadModel(at);
    for (const [b, ids] of golden.input_ids.entries()) {
      const logits = forwardLogits(model, makeBatch([{ prompt: ids, answers: [[0]] }], 64));
      expect(largestDifference(logits.dataSync(), golden.logits_last[b]!)).toBeLessThan(2e-5);
      logits.dispose();
    }
    model.dispose();
  });

  it('reads texts as sentencepiece does, with the bytes of what it does not know', async () => {
    await importModel(join(GOLDEN, 'llama.gguf'), at);
    const model = loadModel(at);
    for (const { text, ids, decoded } of golden.texts) {
      expect([text, model.tokenizer.encodeWithSpecials(text)]).toEqual([text, ids]);
      expect([text, model.tokenizer.decode(ids.slice(1))]).toEqual([text, decoded]);
    }
    model.dispose();
  });

  it('gives the same digest each time, and a folder of served files alone', async () => {
    const from = (name: string) => importModel(join(GOLDEN, 'llama.gguf'), join(dir, name));
    const first = await from('one');
    expect(await from('two')).toEqual(first);
    expect(readdirSync(join(dir, 'one')).sort()).toEqual(Object.keys(first.manifest.files));
  });
});

describe('a Hugging Face folder', () => {
  it('is copied as it is, and nothing but what is served', async () => {
    const source = join(ROOT, 'test/golden/models/gpt-neox');
    const { manifest } = await importModel(source, join(dir, 'neox'));
    const names = [
      'config.json',
      'model-00001-of-00002.safetensors',
      'model-00002-of-00002.safetensors',
      'model.safetensors.index.json',
      'tokenizer.json',
    ];
    expect(Object.keys(manifest.files)).toEqual(names);
    for (const name of names)
      expect(Buffer.compare(readFileSync(join(dir, 'neox', name)), readFileSync(join(source, name)))).toBe(0);
  });
});

// --- files of strangers

const path = join(dir, 'hostile.gguf');
const open = (content: Uint8Array) => {
  writeFileSync(path, content);
  openGguf(path).close();
};
const whole = readFileSync(join(GOLDEN, 'blocks.gguf'));

describe('a hostile GGUF file is refused with WEIGHTS_INVALID', () => {
  for (const [attack, content] of Object.entries(hostileGguf(whole))) {
    it(attack, () => expect(() => open(content)).toThrow(expect.objectContaining({ code: 'WEIGHTS_INVALID' })));
  }

  it('cut anywhere before its last padding', () => {
    for (let cut = 0; cut < whole.length - 32; cut += 13) {
      expect(() => open(whole.subarray(0, cut))).toThrow(expect.objectContaining({ code: 'WEIGHTS_INVALID' }));
    }
  });

  it('with bytes changed at random, or opens', () => {
    const change = fc.tuple(fc.nat(1200), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const mutated = Buffer.from(whole);
        for (const [at, value] of changes) mutated[at] = value;
        try {
          open(mutated);
        } catch (error) {
          expect(isQuittanceError(error, 'WEIGHTS_INVALID') || isQuittanceError(error, 'MODEL_UNSUPPORTED')).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
    expect(() => open(whole)).not.toThrow();
  });

  it('with a NaN scale or weight', () => {
    const half = Buffer.alloc(18);
    half.writeUInt16LE(0x7e00);
    writeFileSync(
      path,
      padded(
        [head(2, 0), tensor('scale', [32], 2, 0), tensor('weight', [8], 0, 32)],
        Buffer.concat([half, Buffer.alloc(14), Buffer.from(new Float32Array(8).fill(NaN).buffer)]),
      ),
    );
    const file = openGguf(path);
    for (const name of ['scale', 'weight'])
      expect(() => file.read(name)).toThrow(expect.objectContaining({ code: 'WEIGHTS_INVALID' }));
    file.close();
  });
});

describe('what is not implemented is named', () => {
  const unsupported = async (content: Uint8Array, word: string) => {
    writeFileSync(path, content);
    const message = expect.stringContaining(word) as unknown as string;
    await expect(importModel(path, join(dir, 'never'))).rejects.toThrow(
      expect.objectContaining({ code: 'MODEL_UNSUPPORTED', message }),
    );
    expect(existsSync(join(dir, 'never'))).toBe(false);
  };

  it('an older version', () => unsupported(head(0, 0, 1), 'version 1'));
  it('a type such as Q5_K', () =>
    unsupported(padded([head(1, 0), tensor('a', [256], 13, 0)], Buffer.alloc(176)), 'Q5_K'));
  it('another architecture', () =>
    unsupported(Buffer.concat([head(0, 1), entry('general.architecture', 8, text('mamba'))]), 'general.architecture'));
  it.each(['rope.dimension_count', 'attention.value_length'])('another width of %s than of a head', async (key) => {
    const meta = [
      entry('general.architecture', 8, text('llama')),
      entry('llama.embedding_length', 4, u32(16)),
      entry('llama.attention.head_count', 4, u32(4)),
      entry(`llama.${key}`, 4, u32(2)),
    ];
    await unsupported(Buffer.concat([head(0, meta.length), ...meta]), key);
  });
  it('divisors of rotation together with a scaling of its own', async () => {
    const meta = [
      entry('general.architecture', 8, text('llama')),
      entry('llama.rope.scaling.type', 8, text('linear')),
      entry('llama.rope.scaling.factor', 6, Buffer.from(Float32Array.of(4).buffer)),
    ];
    const divisors = Buffer.from(Float32Array.of(1, 1).buffer);
    await unsupported(
      padded([head(1, meta.length), ...meta, tensor('rope_freqs.weight', [2], 0, 0)], divisors),
      'rope.scaling.type',
    );
  });
  it('mixtures of experts', async () => {
    const meta = [entry('general.architecture', 8, text('llama')), entry('llama.expert_count', 4, u32(8))];
    await unsupported(Buffer.concat([head(0, 2), ...meta]), 'expert_count');
  });
});

describe('a source that is no model', () => {
  const refused = async (source: string, code: string, word: string) => {
    const message = expect.stringContaining(word) as unknown as string;
    await expect(importModel(source, join(dir, 'never'))).rejects.toThrow(expect.objectContaining({ code, message }));
    expect(existsSync(join(dir, 'never'))).toBe(false);
  };

  it('a pickle is refused by name and never opened', async () => {
    const pipe = join(dir, 'pytorch_model.bin');
    execFileSync('mkfifo', [pipe]); // whoever opens it hangs
    await refused(pipe, 'MODEL_INVALID', 'pickle');
  });

  it('a text file', async () => {
    writeFileSync(join(dir, 'notes.txt'), 'hello');
    await refused(join(dir, 'notes.txt'), 'MODEL_INVALID', 'neither');
  });

  it('a GGUF file with more tokens than rows of its embedding', async () => {
    const small = readFileSync(join(GOLDEN, 'llama.gguf'));
    for (const name of ['output.weight', 'token_embd.weight']) {
      // after the number of dimensions and the first of them
      const rows = small.indexOf(text(name)) + text(name).length + 4 + 8;
      expect(small.readBigUInt64LE(rows)).toBe(420n);
      small.writeBigUInt64LE(416n, rows);
    }
    writeFileSync(path, small);
    await refused(path, 'MODEL_INVALID', 'tokenizer and embedding disagree');
  });

  it('nothing', () => refused(join(dir, 'nowhere'), 'MODEL_NOT_FOUND', 'nowhere'));

  it('a folder with pickles alone', async () => {
    const folder = join(dir, 'pickles');
    mkdirSync(folder);
    for (const name of ['config.json', 'tokenizer.json'])
      writeFileSync(join(folder, name), readFileSync(join(ROOT, 'test/golden/models/gpt2', name)));
    writeFileSync(join(folder, 'pytorch_model.bin'), 'cos\nsystem\n');
    await refused(folder, 'MODEL_INVALID', 'model.safetensors');
  });

  it('leaves an earlier import as it was', async () => {
    const at = join(dir, 'kept');
    await importModel(join(ROOT, 'test/golden/models/gpt2'), at);
    const before = readdirSync(at);
    writeFileSync(path, whole);
    await expect(importModel(path, at)).rejects.toThrow(expect.objectContaining({ code: 'MODEL_UNSUPPORTED' }));
    expect(readdirSync(at)).toEqual(before);
    expect(readdirSync(dir).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
