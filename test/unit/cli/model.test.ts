// `quittance model import` offered what strangers send: each attack ends in one error with its code, and the registry
// is as before; a good model goes in and out.
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, parse } from '#cli/command.ts';
import { model } from '#cli/model.ts';
import type { ErrorCode } from '#core/errors.ts';
import { loadModel, readModelFolder } from '#engine/formats/folder.ts';
import { openModelFolder } from '#engine/formats/made-folder.ts';
import { openSafetensors, writeSafetensors } from '#engine/formats/safetensors.ts';
import { forwardLogits } from '#engine/sweep.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { everyPosition, largestDifference } from '#test/support/golden.ts';
import { entry, head, hostileGguf, text } from '#test/support/gguf-files.ts';
import { HOSTILE_SAFETENSORS } from '#test/support/safetensors-files.ts';
import { ROOT } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const GOLDEN = join(ROOT, 'test/golden');
const data = join(dir, 'data');

let printed = '';
beforeEach(() => {
  rmSync(data, { recursive: true, force: true });
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});
afterEach(() => void jest.restoreAllMocks());

const quittance = (...argv: string[]) => execute(model, parse(model, [...argv, '--dir', data, '--json'], {}));
const scraps = () => readdirSync(tmpdir()).filter((name) => name.startsWith('quittance-import-'));

/** Refused with the code and the word, nothing registered, nothing left lying about. */
const refused = async (source: string, code: ErrorCode, word = '') => {
  const said = expect.stringContaining(word) as unknown as string;
  await expect(quittance('import', source, '--name', 'stranger')).rejects.toMatchObject({ code, message: said });
  expect(existsSync(data)).toBe(false); // not even a folder for what was never accepted
  expect(scraps()).toEqual([]);
};

/** A copy of a model that is in order, to be damaged. */
const copyOf = (name: string): string => {
  const at = join(dir, 'offered');
  rmSync(at, { recursive: true, force: true });
  cpSync(join(GOLDEN, 'models', name), at, { recursive: true });
  return at;
};
const offered = (change: (at: string) => void, name = 'qwen2'): string => {
  const at = copyOf(name);
  change(at);
  return at;
};
const write = (name: string, content: string | Uint8Array) => (at: string) => writeFileSync(join(at, name), content);
const edit = (name: string, change: object) => (at: string) => {
  const json = JSON.parse(readFileSync(join(at, name), 'utf8')) as object;
  writeFileSync(join(at, name), JSON.stringify({ ...json, ...change }));
};

describe('a folder is refused', () => {
  for (const [attack, content] of Object.entries(HOSTILE_SAFETENSORS)) {
    it(`whose weight file is ${attack}`, () =>
      refused(offered(write('model.safetensors', content)), 'WEIGHTS_INVALID'));
  }

  it('whose weights hold a NaN', async () => {
    const at = copyOf('gpt2');
    const file = openSafetensors(join(at, 'model.safetensors'));
    const tensors = [...file.tensors].map(([name, { shape }]) => ({ name, shape, data: file.read(name) }));
    file.close();
    tensors[3]!.data[1] = NaN;
    writeSafetensors(join(at, 'model.safetensors'), tensors);
    await refused(at, 'WEIGHTS_INVALID', `${join(at, 'model.safetensors')}: '${tensors[3]!.name}'`);
  });

  it('whose shard is missing', () =>
    refused(
      offered((at) => rmSync(join(at, 'model-00002-of-00002.safetensors')), 'gpt-neox'),
      'MODEL_INVALID',
      'model-00002-of-00002.safetensors',
    ));

  it('whose config and weights disagree', () =>
    refused(offered(edit('config.json', { intermediate_size: 20 })), 'MODEL_INVALID', 'disagree'));

  it('whose tokenizer is larger than its embedding', async () => {
    const at = copyOf('gpt2');
    const path = join(at, 'tokenizer.json');
    const json = JSON.parse(readFileSync(path, 'utf8')) as { added_tokens?: object[] };
    const more = Array.from({ length: 400 }, (_, i) => ({
      id: 64 + i,
      content: `<extra ${i}>`,
      special: true,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    }));
    writeFileSync(path, JSON.stringify({ ...json, added_tokens: [...(json.added_tokens ?? []), ...more] }));
    await refused(at, 'MODEL_INVALID', 'tokenizer and embedding disagree');
  });

  it('whose tokenizer is truncated', async () => {
    const at = copyOf('gpt2');
    const whole = readFileSync(join(at, 'tokenizer.json'));
    writeFileSync(join(at, 'tokenizer.json'), whole.subarray(0, whole.length / 2));
    await refused(at, 'TOKENIZER_INVALID');
  });

  it('whose config asks for what is not implemented, naming the field', () =>
    refused(offered(edit('config.json', { hidden_act: 'mish' })), 'MODEL_UNSUPPORTED', 'hidden_act'));

  it('of another architecture', () =>
    refused(offered(edit('config.json', { model_type: 'mamba' })), 'MODEL_UNSUPPORTED', 'model_type'));

  it('whose weights are a pickle, which nobody opens', async () => {
    const at = copyOf('gpt2');
    rmSync(join(at, 'model.safetensors'));
    execFileSync('mkfifo', [join(at, 'pytorch_model.bin')]); // whoever opens it hangs
    await refused(at, 'MODEL_INVALID', 'model.safetensors');
  });

  const LOOPS: Readonly<Record<string, string>> = {
    'counts for ever': '{% for i in range(1000000000) %}{% endfor %}',
    'is brackets sixty thousand deep': `{{ ${'('.repeat(60_000)}${')'.repeat(60_000)} }}`,
    'doubles a text':
      "{% set n = namespace(x='a') %}{% for i in range(40) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
    'cannot be parsed': '{% for m in messages %}',
  };
  for (const [what, template] of Object.entries(LOOPS)) {
    it(`whose chat template ${what}`, () =>
      refused(offered(write('chat_template.jinja', template)), 'MODEL_INVALID', 'chat template'));
  }

  it('whose tokenizer_config holds a template that counts for ever', () =>
    refused(
      offered(write('tokenizer_config.json', JSON.stringify({ chat_template: LOOPS['counts for ever'] }))),
      'MODEL_INVALID',
      'chat template',
    ));

  it('whose corpus moments are damaged', async () => {
    const at = offered(write('moments.safetensors', Buffer.alloc(64)));
    await refused(at, 'WEIGHTS_INVALID', 'moments');
  });
});

describe('a file is refused', () => {
  const at = join(dir, 'offered.gguf');
  const whole = readFileSync(join(GOLDEN, 'gguf/blocks.gguf'));
  for (const [attack, content] of Object.entries(hostileGguf(whole))) {
    it(`that is GGUF with ${attack}`, () => {
      writeFileSync(at, content);
      return refused(at, content.subarray(0, 4).toString() === 'GGUF' ? 'WEIGHTS_INVALID' : 'MODEL_INVALID');
    });
  }

  it('that is a whole model cut short', async () => {
    const llama = readFileSync(join(GOLDEN, 'gguf/llama.gguf'));
    for (const share of [0.1, 0.5, 0.9, 0.999]) {
      writeFileSync(at, llama.subarray(0, Math.floor(share * llama.length)));
      await refused(at, 'WEIGHTS_INVALID');
    }
  });

  it('that is GGUF with a chat template that counts for ever', () => {
    const template = text('{% for i in range(1000000000) %}{% endfor %}');
    writeFileSync(at, Buffer.concat([head(0, 1), entry('tokenizer.chat_template', 8, template)]));
    return refused(at, 'MODEL_INVALID', 'chat template');
  });

  for (const name of ['pytorch_model.bin', 'model.pt', 'model.pth', 'weights.pkl', 'last.ckpt']) {
    it(`that is called ${name}, and is not opened`, () => {
      execFileSync('mkfifo', [join(dir, name)]);
      return refused(join(dir, name), 'MODEL_INVALID', 'pickle');
    });
  }

  it('that is not there', () => refused(join(dir, 'nowhere'), 'MODEL_NOT_FOUND', 'nowhere'));
});

describe('an adapter is refused, and its model not registered', () => {
  const base = join(GOLDEN, 'models/qwen2');
  const adapterOf = (change: (at: string) => void): string => {
    const at = join(dir, 'adapter');
    rmSync(at, { recursive: true, force: true });
    cpSync(join(base, 'lora'), at, { recursive: true });
    change(at);
    return at;
  };
  const refusedWith = async (adapter: string, code: ErrorCode, word: string) => {
    const said = expect.stringContaining(word) as unknown as string;
    const offer = quittance('import', base, '--name', 'stranger', '--adapter', adapter);
    await expect(offer).rejects.toMatchObject({ code, message: said });
    expect(existsSync(data)).toBe(false);
  };
  const edited = (change: object) => adapterOf(edit('adapter_config.json', change));

  it('that is not there', () => refusedWith(join(dir, 'nowhere'), 'NOT_FOUND', '--adapter'));
  it('of another model', () => refusedWith(join(GOLDEN, 'models/gpt2/lora'), 'INVALID_INPUT', 'c_attn'));
  it('whose rank is not that of its weights', () => refusedWith(edited({ r: 3 }), 'MODEL_INVALID', 'disagree'));
  it('of a kind that is not implemented', () =>
    refusedWith(edited({ use_dora: true }), 'MODEL_UNSUPPORTED', 'use_dora'));
  it('whose weights are a pickle, which nobody opens', () =>
    refusedWith(
      adapterOf((at) => {
        rmSync(join(at, 'adapter_model.safetensors'));
        mkdirSync(join(at, 'adapter_model.bin')); // opening it would fail in another way
      }),
      'MODEL_INVALID',
      'adapter_model.safetensors',
    ));
  it('whose weights are cut short', () =>
    refusedWith(
      adapterOf((at) => {
        const path = join(at, 'adapter_model.safetensors');
        writeFileSync(path, readFileSync(path).subarray(0, 300));
      }),
      'WEIGHTS_INVALID',
      '',
    ));
});

describe('a model that is in order', () => {
  it('goes in with its adapter merged: what transformers and PEFT say of the two', async () => {
    const base = join(GOLDEN, 'models/qwen2');
    const golden = JSON.parse(readFileSync(join(base, 'lora/golden.json'), 'utf8')) as {
      merged_logits_last: number[][];
    };
    const { input_ids } = JSON.parse(readFileSync(join(base, 'golden.json'), 'utf8')) as { input_ids: number[][] };
    await quittance('import', base, '--name', 'ours', '--adapter', join(base, 'lora'), '--merge');
    await quittance('export', 'ours', join(dir, 'merged'));
    const merged = loadModel(join(dir, 'merged'));
    const logits = forwardLogits(merged, everyPosition(merged, input_ids));
    const rows = logits.arraySync();
    golden.merged_logits_last.forEach((wanted, b) => {
      const last = rows[(b + 1) * input_ids[0]!.length - 1]!;
      expect(largestDifference(last, wanted)).toBeLessThan(1e-5);
    });
    logits.dispose();
    merged.dispose();
  });

  describe('with an adapter that stays beside it', () => {
    const base = join(GOLDEN, 'models/qwen2');
    const lora = join(base, 'lora');
    const same = (at: string, as: string) =>
      expect([at, readFileSync(at).equals(readFileSync(as))]).toEqual([at, true]);
    const digestOfPrinted = () => (JSON.parse(printed) as { digest: string }).digest;
    const exported = async (to: string) => {
      await quittance('import', base, '--name', 'ours', '--adapter', lora);
      printed = '';
      await quittance('export', 'ours', to);
      return digestOfPrinted();
    };

    it('comes out as a PEFT folder with its base, byte for byte, and goes in again under the same digest', async () => {
      const out = join(dir, 'beside');
      const digest = await exported(out);
      for (const file of ['adapter_config.json', 'adapter_model.safetensors']) same(join(out, file), join(lora, file));
      for (const file of ['config.json', 'model.safetensors', 'tokenizer.json'])
        same(join(out, 'base', file), join(base, file));
      expect(readdirSync(out).sort()).toEqual([
        'adapter_config.json',
        'adapter_model.safetensors',
        'base',
        'manifest.json',
      ]);
      printed = '';
      await quittance('import', out, '--name', 'again');
      expect(digestOfPrinted()).toBe(digest);
    });

    it('comes out merged where that is asked for, and answers alike both ways', async () => {
      const out = join(dir, 'unmerged');
      await exported(out);
      await quittance('export', 'ours', join(dir, 'flat'), '--merge');
      const [{ model: beside }, flat] = [openModelFolder(out), loadModel(join(dir, 'flat'))];
      const batch = everyPosition(flat, [[3, 9, 27, 17, 5, 2]]);
      const [a, b] = [beside.logits(batch), flat.logits(batch)];
      expect(largestDifference(a.dataSync(), b.dataSync())).toBeLessThan(1e-5);
      for (const one of [a, b, beside, flat]) one.dispose();
    });

    it('is refused where a file was changed since, the base is another or is gone', async () => {
      const out = join(dir, 'tampered');
      await exported(out);
      const refusedAs = (code: ErrorCode, change: object = {}) =>
        expect(quittance('import', out, '--name', 'stranger')).rejects.toMatchObject({ code, ...change });
      const weights = join(out, 'adapter_model.safetensors');
      const before = readFileSync(weights);
      const after = Buffer.from(before);
      after[after.length - 2]! ^= 1;
      writeFileSync(weights, after);
      await refusedAs('MODEL_CHANGED', { message: expect.stringContaining('adapter_model.safetensors') });
      writeFileSync(weights, before);
      const { base: wanted } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as { base: string };
      const config = join(out, 'base/config.json');
      writeFileSync(config, `${readFileSync(config, 'utf8')} `);
      await refusedAs('BASE_MISMATCH', { expected: wanted });
      await expect(quittance('import', join(out, 'base'), '--name', 'other', '--adapter', out)).rejects.toMatchObject({
        code: 'BASE_MISMATCH',
        expected: wanted,
      });
      rmSync(join(out, 'base'), { recursive: true });
      await refusedAs('BASE_MISSING');
    });
  });

  for (const name of readdirSync(join(GOLDEN, 'models')).filter((entry) =>
    existsSync(join(GOLDEN, 'models', entry, 'config.json')),
  )) {
    it(`${name} goes in and comes out as it was`, async () => {
      const [source, out] = [join(GOLDEN, 'models', name), join(dir, `out-${name}`)];
      expect(await quittance('import', source, '--name', 'ours')).toBe(0);
      expect(JSON.parse(printed)).toMatchObject({ name: 'ours', status: 'active' });
      expect(await quittance('export', 'ours', out)).toBe(0);
      for (const file of readdirSync(out))
        expect([file, readFileSync(join(out, file)).equals(readFileSync(join(source, file)))]).toEqual([file, true]);
      expect(readModelFolder(out).values.size).toBeGreaterThan(0);
    });
  }

  it('a GGUF file goes in, and comes out as a folder', async () => {
    expect(await quittance('import', join(GOLDEN, 'gguf/llama.gguf'), '--name', 'ours')).toBe(0);
    expect(await quittance('export', 'ours', join(dir, 'out-gguf'))).toBe(0);
    expect(readModelFolder(join(dir, 'out-gguf')).configJson['model_type']).toBe('llama');
  });

  it('is not replaced by another of its name, nor an export written over', async () => {
    const source = join(GOLDEN, 'models/gpt2');
    await quittance('import', source, '--name', 'ours');
    await expect(quittance('import', join(GOLDEN, 'models/phi'), '--name', 'ours')).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: "a model called 'ours' is registered already",
    });
    mkdirSync(join(dir, 'taken'));
    await expect(quittance('export', 'ours', join(dir, 'taken'))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    printed = '';
    await quittance('list');
    expect(JSON.parse(printed)).toHaveLength(1);
  });
});
