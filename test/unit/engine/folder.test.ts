// Model folders from strangers: each damaged or hostile folder is refused with its own code and names what is wrong; a
// good one comes back as it was written.
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifestOf, readModelFolder } from '#engine/formats/folder.ts';
import { quantizeTensors } from '#engine/formats/quantize.ts';
import { openSafetensors, writeSafetensors } from '#engine/formats/safetensors.ts';
import { companionFiles } from '#engine/formats/save.ts';
import { tinyTokenizer } from '#test/support/engine.ts';
import { ROOT } from '#test/support/shared.ts';
import { folderToDamage, tensors, values } from '#test/support/damaged-folder.ts';

const { dir, at, writeConfig, writeShards, refused } = folderToDamage();

describe('a folder that is whole', () => {
  it('gives back every value, from one file or from shards', () => {
    const whole = readModelFolder(dir).values;
    for (const [name, value] of values)
      expect([name, Buffer.compare(Buffer.from(whole.get(name)!.buffer), Buffer.from(value.buffer))]).toEqual([
        name,
        0,
      ]);
    writeShards([tensors.slice(0, 5), tensors.slice(5)]);
    expect(readModelFolder(dir).values).toEqual(whole);
  });

  it.each([
    ['opt', /^model\./],
    ['gpt2', /^transformer\./],
  ])('of %s reads the same under the names of its bare body', (name, prefix) => {
    const source = join(ROOT, 'test/golden/models', name);
    const file = openSafetensors(join(source, 'model.safetensors'));
    const bare = [...file.tensors].map(([hf, { shape }]) => ({
      name: hf.replace(prefix, ''),
      shape,
      data: file.read(hf),
    }));
    file.close();
    cpSync(source, dir, { recursive: true });
    writeSafetensors(at('model.safetensors'), bare);
    expect(readModelFolder(dir).values).toEqual(readModelFolder(source).values);
  });

  it('keeps int8 values within half a step of each row', () => {
    writeSafetensors(at('model.safetensors'), quantizeTensors(tensors));
    const read = readModelFolder(dir).values;
    for (const [name, value] of values) {
      const most = value.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      const error = value.reduce((a, b, i) => Math.max(a, Math.abs(b - read.get(name)![i]!)), 0);
      expect([name, error <= (0.5001 * most) / 127]).toEqual([name, true]);
    }
  });

  it('has a manifest of what is served and nothing else', () => {
    writeFileSync(at('README.md'), 'notes');
    writeFileSync(at('optimizer.safetensors'), 'state');
    expect(Object.keys(manifestOf(dir, 'none').files)).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  });

  it('takes the special tokens along, which older readers of a folder ask for', () => {
    writeFileSync(at('special_tokens_map.json'), JSON.stringify({ eos_token: '</s>' }));
    expect(Object.keys(manifestOf(dir, 'none').files)).toContain('special_tokens_map.json');
    expect([...companionFiles(dir).keys()]).toEqual(['special_tokens_map.json']);
  });

  it('ends where generation_config.json says so too', () => {
    writeFileSync(at('generation_config.json'), JSON.stringify({ eos_token_id: [0, 7] }));
    expect(readModelFolder(dir).config.eosIds).toEqual([0, 7]);
  });
});

describe('weights that are not what they should be', () => {
  it('a pickle is refused by name and never opened', () => {
    rmSync(at('model.safetensors'));
    execFileSync('mkfifo', [at('pytorch_model.bin')]); // whoever opens it hangs
    refused('MODEL_INVALID', 'pytorch_model.bin', 'pickle', 'safe_serialization');
  });

  for (const name of [
    'consolidated.00.pth',
    'model.pt',
    'weights.ckpt',
    'pytorch_model-00001-of-00002.bin',
    'model.pkl',
    'model.pickle',
    'Model.BIN',
  ]) {
    it(`${name} is a pickle`, () => {
      rmSync(at('model.safetensors'));
      writeFileSync(at(name), 'cos\nsystem\n');
      refused('MODEL_INVALID', name, 'pickle');
    });
  }

  it('a missing shard is named', () => {
    const names = writeShards([tensors.slice(0, 5), tensors.slice(5)]);
    rmSync(at(names[1]!));
    refused('MODEL_INVALID', names[1]!, 'shard');
  });

  it('an index may not point outside the folder', () => {
    writeShards([tensors], Object.fromEntries(tensors.map(({ name }) => [name, '../good/model.safetensors'])));
    refused('MODEL_INVALID', 'weight_map');
  });

  it('two shards may not hold the same tensor', () => {
    writeShards([tensors, tensors.slice(0, 1)]);
    refused('MODEL_INVALID', tensors[0]!.name);
  });

  it('a missing tensor is named', () => {
    writeSafetensors(at('model.safetensors'), tensors.slice(0, -1));
    refused('MODEL_INVALID', tensors.at(-1)!.name);
  });

  it('a tensor that the config has no place for is named', () => {
    const norm = { name: 'model.layers.0.self_attn.q_norm.weight', shape: [4], data: new Float32Array(4) };
    writeSafetensors(at('model.safetensors'), [...tensors, norm]);
    refused('MODEL_INVALID', 'q_norm');
  });

  it('a NaN weight is found', () => {
    const poisoned = tensors.map((tensor, i) =>
      i === 3 ? { ...tensor, data: new Float32Array(tensor.data.length).fill(NaN) } : tensor,
    );
    writeSafetensors(at('model.safetensors'), poisoned);
    refused('WEIGHTS_INVALID', tensors[3]!.name);
  });

  it('a truncated weight file is found', () => {
    writeFileSync(at('model.safetensors'), readFileSync(at('model.safetensors')).subarray(0, -4));
    refused('WEIGHTS_INVALID');
  });

  it('int8 weights without scales, or with scales of another shape, are refused', () => {
    const quantized = quantizeTensors(tensors);
    writeSafetensors(
      at('model.safetensors'),
      quantized.filter(({ name }) => !name.endsWith('.scale')),
    );
    refused('MODEL_INVALID', 'scale');
    const short = quantized.map((t) =>
      t.name.endsWith('.scale') ? { ...t, shape: [1], data: Float32Array.of(1) } : t,
    );
    writeSafetensors(at('model.safetensors'), short);
    refused('MODEL_INVALID', 'scale');
  });
});

describe('a tokenizer that does not fit', () => {
  it('is larger than the embedding', () => {
    const json = tinyTokenizer().json as { model: { vocab: object } };
    writeFileSync(
      at('tokenizer.json'),
      JSON.stringify({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, extra: 300 } } }),
    );
    refused('MODEL_INVALID', '300', '301');
  });

  it('is truncated at any of many places', () => {
    const text = readFileSync(at('tokenizer.json'), 'utf8');
    for (let cut = 0; cut < text.length; cut += Math.ceil(text.length / 40)) {
      writeFileSync(at('tokenizer.json'), text.slice(0, cut));
      refused('TOKENIZER_INVALID', 'tokenizer.json');
    }
  });

  it('is missing', () => {
    rmSync(at('tokenizer.json'));
    refused('TOKENIZER_INVALID', 'tokenizer.json');
  });
});

it('a refused folder is left as it was', () => {
  writeConfig({ hidden_size: 32 });
  const before = readdirSync(dir);
  refused('MODEL_INVALID');
  expect(readdirSync(dir)).toEqual(before);
  expect(existsSync(dir)).toBe(true);
});
