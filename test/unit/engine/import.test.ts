// What changes the computation is honoured at import or refused by name, never passed over: heads, adapters and pickles
// beside the weights, GGUF metadata.
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '#engine/formats/folder.ts';
import { importModel } from '#engine/formats/import.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { openSafetensors, writeSafetensors, type TensorToWrite } from '#engine/formats/safetensors.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { readTokenizer } from '#engine/tokenizer/tokenizer.ts';
import { openGguf } from '#engine/formats/gguf.ts';
import { ggufTokenizer } from '#engine/formats/gguf-tokenizer.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { entry, head, list, text, u32 } from '#test/support/gguf-files.ts';
import { everyPosition } from '#test/support/golden.ts';
import { ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const GOLDEN = join(ROOT, 'test/golden');
const [source, target] = [join(dir, 'source'), join(dir, 'target')];

beforeEach(() => {
  rmSync(source, { recursive: true, force: true });
  rmSync(target, { recursive: true, force: true });
});

const refused = async (code: string, ...words: string[]) => {
  const error: unknown = await importModel(source, target).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code });
  for (const word of words) expect(String((error as { message?: unknown }).message)).toContain(word);
  expect(existsSync(target)).toBe(false);
};

describe('a tied head', () => {
  const EMBED = 'model.embed_tokens.weight';
  const HEAD = 'lm_head.weight';
  /** llama3 is tied and stores no head. */
  const withTensors = (change: (own: Map<string, TensorToWrite>) => void) => {
    cpSync(join(GOLDEN, 'models/llama3'), source, { recursive: true });
    const path = join(source, 'model.safetensors');
    const file = openSafetensors(path);
    const own = new Map([...file.tensors].map(([name, { shape }]) => [name, { name, shape, data: file.read(name) }]));
    file.close();
    change(own);
    writeSafetensors(path, [...own.values()], { format: 'pt' });
  };
  const logits = (at: string): number[] => {
    const model = loadModel(at);
    const tensor = forwardLogits(model, everyPosition(model, [[3, 9, 27, 17]]));
    const values = [...tensor.dataSync<'float32'>()];
    tensor.dispose();
    model.dispose();
    return values;
  };

  it('that is stored a second time is the embedding', async () => {
    withTensors((own) => own.set(HEAD, { ...own.get(EMBED)!, name: HEAD }));
    await importModel(source, target);
    expect(logits(target)).toEqual(logits(join(GOLDEN, 'models/llama3')));
  });

  it('that is stored in the place of the embedding is read as both', async () => {
    withTensors((own) => {
      own.set(HEAD, { ...own.get(EMBED)!, name: HEAD });
      own.delete(EMBED);
    });
    await importModel(source, target);
    expect(logits(target)).toEqual(logits(join(GOLDEN, 'models/llama3')));
  });

  it('that is another one is refused by name', async () => {
    withTensors((own) => {
      const data = own.get(EMBED)!.data.slice();
      data[100]! += 0.5;
      own.set(HEAD, { ...own.get(EMBED)!, name: HEAD, data });
    });
    await refused('MODEL_INVALID', HEAD);
    expect(() => loadModel(source)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });
});

describe('what lies beside the weights', () => {
  it('a pickle is named and not taken over', async () => {
    cpSync(join(GOLDEN, 'models/gpt2'), source, { recursive: true });
    writeFileSync(join(source, 'pytorch_model.bin'), 'cos\nsystem\n');
    const { remarks } = await importModel(source, target);
    expect(remarks).toEqual([expect.stringContaining('pytorch_model.bin')]);
    expect(existsSync(join(target, 'pytorch_model.bin'))).toBe(false);
  });

  it('an adapter, which others would lay over the weights, is refused by name', async () => {
    cpSync(join(GOLDEN, 'models/gpt2'), source, { recursive: true });
    cpSync(join(GOLDEN, 'models/gpt2/lora/adapter_config.json'), join(source, 'adapter_config.json'));
    await refused('MODEL_UNSUPPORTED', 'adapter_config.json');
  });
});

describe('the tokenizer in a GGUF file', () => {
  const strings = (...values: string[]) => list(8, values.length, ...values.map(text));
  const WORDS = ['h', 'i', 'hi', '<|begin|>', '<|end|>', '<|turn|>'];
  const read = (more: readonly Buffer[]) => {
    const entries = [
      entry('tokenizer.ggml.tokens', 9, strings(...WORDS)),
      entry('tokenizer.ggml.token_type', 9, list(5, WORDS.length, ...WORDS.map((_, i) => u32(i > 2 ? 3 : 1)))),
      ...more,
    ];
    const path = join(dir, 'tokenizer.gguf');
    writeFileSync(path, Buffer.concat([head(0, entries.length), ...entries]));
    const file = openGguf(path);
    try {
      return readTokenizer(ggufTokenizer(file));
    } finally {
      file.close();
    }
  };
  const bytes = (pre: string) => [
    entry('tokenizer.ggml.model', 8, text('gpt2')),
    entry('tokenizer.ggml.pre', 8, text(pre)),
    entry('tokenizer.ggml.merges', 9, strings('h i')),
  ];
  const BEGIN = entry('tokenizer.ggml.bos_token_id', 4, u32(3));
  const flag = (name: string, value: boolean) => entry(`tokenizer.ggml.${name}`, 7, Buffer.from([value ? 1 : 0]));

  it.each(['llama-bpe', 'llama3', 'llama-v3'])('of %s begins every text unless it says otherwise', (pre) => {
    expect(read([...bytes(pre), BEGIN]).encodeWithSpecials('hi')).toEqual([3, 2]);
    expect(read([...bytes(pre), BEGIN, flag('add_bos_token', false)]).encodeWithSpecials('hi')).toEqual([2]);
  });

  it.each(['gpt-2', 'smollm', 'qwen2'])('of %s begins none unless it says so', (pre) => {
    expect(read([...bytes(pre), BEGIN]).encodeWithSpecials('hi')).toEqual([2]);
    expect(read([...bytes(pre), BEGIN, flag('add_bos_token', true)]).encodeWithSpecials('hi')).toEqual([3, 2]);
  });

  it('that begins every text with a token that it does not name is refused', () => {
    expect(() => read([...bytes('llama-bpe'), flag('add_bos_token', true)])).toThrow(
      expect.objectContaining({
        code: 'TOKENIZER_INVALID',
        message: expect.stringContaining('bos_token_id') as unknown,
      }),
    );
  });

  it('may have no merges at all', () => {
    const merges = entry('tokenizer.ggml.merges', 9, strings());
    expect(read([...bytes('gpt-2').slice(0, 2), merges]).encode('hi')).toEqual([0, 1]);
  });
});

describe('metadata of a GGUF file', () => {
  const imported = async (...more: Buffer[]) => {
    const { readFileSync } = await import('node:fs');
    const whole = readFileSync(join(GOLDEN, 'gguf/llama.gguf'));
    const count = whole.readBigUInt64LE(16);
    // the data begin at a multiple of 32: entries are put in by whole multiples
    const put = Buffer.concat(more);
    const name = 'general.padding';
    const empty = entry(name, 8, text(''));
    const fill = entry(name, 8, text('x'.repeat((32 - ((put.length + empty.length) % 32)) % 32)));
    const changed = Buffer.concat([whole.subarray(0, 24), put, fill, whole.subarray(24)]);
    changed.writeBigUInt64LE(count + BigInt(more.length + 1), 16);
    writeFileSync(`${source}.gguf`, changed);
    return importModel(`${source}.gguf`, target);
  };

  it('that says nothing of the computation is passed over', async () => {
    const { remarks } = await imported(entry('general.license', 8, text('apache-2.0')));
    expect(remarks).toEqual([]);
  });

  it('with the end of a turn ends answers there', async () => {
    await imported(entry('tokenizer.ggml.eot_token_id', 4, u32(7)));
    expect(readJsonFile(join(target, 'config.json'))['eos_token_id']).toEqual([2, 7]);
  });

  it.each([
    ['llama.attn_logit_softcapping', entry('llama.attn_logit_softcapping', 4, u32(30))],
    ['llama.logit_scale', entry('llama.logit_scale', 4, u32(16))],
    ['tokenizer.ggml.remove_extra_whitespaces', entry('tokenizer.ggml.remove_extra_whitespaces', 7, Buffer.from([1]))],
    ['tokenizer.ggml.precompiled_charsmap', entry('tokenizer.ggml.precompiled_charsmap', 9, list(0, 4, u32(7)))],
    ['something.else', entry('something.else', 8, text('?'))],
    ['general.type', entry('general.type', 8, text('adapter'))],
  ])('that is not known is refused by name: %s', async (key, more) => {
    await expect(imported(more)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining(key) as unknown as string,
    });
    expect(existsSync(target)).toBe(false);
  });
});
