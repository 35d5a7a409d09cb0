// `quittance model import` offered what strangers send: each attack ends in one error with its code, and the registry
// is as before.
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '#core/errors.ts';
import { openSafetensors, writeSafetensors } from '#engine/formats/safetensors.ts';
import { useEngine } from '#test/support/engine.ts';
import { entry, head, hostileGguf, text } from '#test/support/gguf-files.ts';
import { HOSTILE_SAFETENSORS } from '#test/support/safetensors-files.ts';
import { edit, GOLDEN, modelCommand, write } from '#test/support/model-command.ts';

useEngine();
const { dir, data, quittance, refused, copyOf, offered } = modelCommand();

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

  it('with the name of a suite, which is a file', async () => {
    const said = quittance('import', copyOf('gpt2'), '--name', 'm', '--suite', 'corpus-v1');
    await expect(said).rejects.toMatchObject({
      code: 'NOT_FOUND',
      expected: expect.stringContaining('suites have no names'),
    });
  });

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
    refusedWith(edited({ use_qalora: true }), 'MODEL_UNSUPPORTED', 'use_qalora'));
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
