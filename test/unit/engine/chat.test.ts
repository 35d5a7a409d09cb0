// Chat templates: the texts that Hugging Face's Jinja makes of them, and templates that want to stop the program.
import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readChatTemplate, renderChats, type ChatMessage, type ChatTemplate } from '#engine/tokenizer/chat.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith } from '#test/support/shared.ts';

const { dir: scratch, remove } = temporaryFolder();
afterAll(remove);

// the shapes in which templates come: a plain one, one with a system default, one that refuses, one with macros,
// filters and whitespace control
const CHATML =
  "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
const DEFAULT_SYSTEM = `{% for m in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\\nBe kind.<|im_end|>\\n' }}{% endif %}{{ m.role ~ ': ' ~ m.content ~ eos_token }}{% endfor %}`;
const STRICT = `{{ bos_token }}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles must alternate') }}{% endif %}{% if m['role'] == 'user' %}{{ '[INST] ' + m['content'] | trim + ' [/INST]' }}{% else %}{{ ' ' + m['content'] | trim + eos_token }}{% endif %}{% endfor %}`;
const MACROS = `{%- macro turn(m, last) -%}
<{{ m.role | upper }}>{{ m.content | trim }}{{ '' if last else '\\n' }}
{%- endmacro -%}
{%- set ns = namespace(count=0) -%}
{%- for m in messages if m.role != 'system' -%}
{%- set ns.count = ns.count + 1 -%}
{{ turn(m, loop.last) }}
{%- endfor -%}
{{ ' (' ~ ns.count ~ ')' }}`;

const SPECIALS = { bos_token: '<s>', eos_token: '</s>' };
const TALK: ChatMessage[] = [
  { role: 'user', content: '  Hello — 😀 {{ not a template }}' },
  { role: 'assistant', content: 'Hi.\nHow are you?' },
  { role: 'user', content: 'Fine, \'thanks\' & "you"? <b>' },
];
const render = async (
  source: string,
  messages: readonly ChatMessage[] = TALK,
  specials: ChatTemplate['specials'] = SPECIALS,
) => (await renderChats({ source, specials }, [messages]))[0]!;

describe('a template', () => {
  it('is rendered with the beginning of an answer, or without', async () => {
    const template = { source: CHATML, specials: {} };
    const [open] = await renderChats(template, [[{ role: 'user', content: 'Hi' }]]);
    expect(open).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n');
    const [closed] = await renderChats(template, [[{ role: 'user', content: 'Hi' }]], { addGenerationPrompt: false });
    expect(closed).toBe('<|im_start|>user\nHi<|im_end|>\n');
  });

  it('does not run what the messages say', async () => {
    expect(await render(CHATML)).toContain('{{ not a template }}');
  });

  it('that refuses the messages says why', async () => {
    const twice: ChatMessage[] = [TALK[0]!, TALK[0]!];
    await expect(render(STRICT, twice)).rejects.toEqual(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        message: expect.stringContaining('alternate') as unknown as string,
      }),
    );
    expect(await render(STRICT)).toContain('[INST]');
  });

  it('renders many conversations in their order', async () => {
    const talks = Array.from({ length: 50 }, (_, i): ChatMessage[] => [{ role: 'user', content: `number ${i}` }]);
    const texts = await renderChats({ source: CHATML, specials: {} }, talks);
    expect(texts.map((text) => /number (\d+)/.exec(text)![1])).toEqual(talks.map((_, i) => String(i)));
  });
});

const python = pythonWith('jinja2');
describeWith(python, 'no Python with jinja2; name one in QUITTANCE_PYTHON', 'against Jinja itself', (found) => {
  const script = `
import json, sys
from jinja2.sandbox import ImmutableSandboxedEnvironment
asked = json.load(sys.stdin)
env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
def refuse(message): raise Exception(message)
env.globals['raise_exception'] = refuse
print(json.dumps([env.from_string(t).render(messages=asked['messages'], add_generation_prompt=True, **asked['specials']) for t in asked['templates']]))`;

  it('gives the same texts', async () => {
    const templates = [CHATML, DEFAULT_SYSTEM, STRICT, MACROS];
    const printed = runPython(found, ['-c', script], JSON.stringify({ templates, messages: TALK, specials: SPECIALS }));
    expect(await Promise.all(templates.map((source) => render(source)))).toEqual(JSON.parse(printed));
  });
});

describe('a hostile template is refused with MODEL_INVALID', () => {
  const deep = (open: string, close: string) => open.repeat(30_000) + close.repeat(30_000);
  const attacks: Readonly<Record<string, string>> = {
    'one that counts for ever': '{% for i in range(1000000000) %}{% endfor %}',
    'loops within loops':
      '{% for a in range(3000) %}{% for b in range(3000) %}{% for c in range(3000) %}{% endfor %}{% endfor %}{% endfor %}',
    'one that fills the memory':
      '{% set ns = namespace(x=[0]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x | length }}',
    'one that doubles a text':
      "{% set ns = namespace(x='a') %}{% for i in range(24) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
    'loops over a list that is there, with nothing in them':
      '{% set r = range(9000) %}{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}',
    'one that cuts a long text again and again':
      "{% set ns = namespace(x='ab') %}{% for i in range(12) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{% for i in range(9000) %}{{ ns.x.split('a') | sort | join }}{% endfor %}",
    'a margin of half a thousand million spaces': "{{ 'a\nb' | indent(500000000) }}",
    'a macro that calls itself': '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}',
    'brackets thirty thousand deep': `{{ ${deep('(', ')')} }}`,
    'lists thirty thousand deep': `{{ ${deep('[', ']')} }}`,
    'a tag that never ends': '{% for m in messages %}',
    'an unknown tag': '{% import os %}',
    'half an expression': '{{ messages[',
  };
  /** No attack needs the clock to be stopped. */
  const unhurried = (source: string) => renderChats({ source, specials: {} }, [TALK], { limitMs: 3_600_000 });
  for (const [title, source] of Object.entries(attacks)) {
    it(title, async () => {
      const error: unknown = await unhurried(source).catch((thrown: unknown) => thrown);
      expect(error).toEqual(
        expect.objectContaining({
          code: expect.stringMatching(/^(MODEL_INVALID|INVALID_INPUT)$/) as unknown as string,
        }),
      );
    });
  }

  it('a conversation longer than any text that is taken is refused for its length, not for the template', async () => {
    const long = [{ role: 'user', content: 'a'.repeat(5 * 2 ** 20) }];
    await expect(render(CHATML, long)).rejects.toMatchObject({ code: 'INPUT_TOO_LARGE', got: `${5 * 2 ** 20}` });
  });

  it('a conversation of two thousand long messages is none', async () => {
    const talk = Array.from({ length: 2000 }, (_, i): ChatMessage => {
      return { role: i % 2 === 0 ? 'user' : 'assistant', content: 'word '.repeat(200) };
    });
    expect(await render(STRICT, talk)).toHaveLength(3 + 1000 * (999 + 15) + 1000 * (1 + 999 + 4));
    expect(await render(MACROS, talk)).toContain('(2000)');
  });

  it('reaching for the program finds nothing', async () => {
    for (const source of [
      "{{ ''.constructor.constructor('return process')() }}",
      '{{ messages.__proto__ }}',
      '{{ process.env }}',
      '{{ cycler.__init__.__globals__ }}',
      '{{ globalThis }}',
      '{{ self.__class__ }}',
    ]) {
      const text = await render(source).catch((thrown: unknown) => String(thrown));
      expect(text).not.toMatch(/PATH|object Object|\[native|process\.|version/);
    }
  });

  it('and the next one is rendered as if nothing had been', async () => {
    await render(attacks['one that counts for ever']!).catch(() => undefined);
    expect(await render(CHATML)).toContain('assistant');
  });
});

describe('the template of a folder', () => {
  const folder = (files: Readonly<Record<string, unknown>>): string => {
    const dir = mkdtempSync(join(scratch, 'model-'));
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content));
    return dir;
  };

  it('is chat_template.jinja before tokenizer_config.json, with the special tokens', () => {
    const config = { chat_template: 'old', bos_token: '<s>', eos_token: { content: '</s>', lstrip: false } };
    expect(readChatTemplate(folder({ 'tokenizer_config.json': config }))).toEqual({
      source: 'old',
      specials: { bos_token: '<s>', eos_token: '</s>' },
    });
    expect(readChatTemplate(folder({ 'tokenizer_config.json': config, 'chat_template.jinja': 'new' }))!.source).toBe(
      'new',
    );
  });

  it('is the default of several named ones', () => {
    const chat_template = [
      { name: 'tool_use', template: 'tools' },
      { name: 'default', template: 'plain' },
    ];
    expect(readChatTemplate(folder({ 'tokenizer_config.json': { chat_template } }))!.source).toBe('plain');
  });

  it('may be missing', () => {
    expect(readChatTemplate(folder({}))).toBeUndefined();
    expect(readChatTemplate(folder({ 'tokenizer_config.json': { bos_token: null } }))).toBeUndefined();
  });

  it('is refused where it is a megabyte, a number, or blank for pages', () => {
    const invalid = expect.objectContaining({ code: 'MODEL_INVALID' });
    expect(() => readChatTemplate(folder({ 'chat_template.jinja': 'x'.repeat(2 ** 20) }))).toThrow(invalid);
    expect(() => readChatTemplate(folder({ 'tokenizer_config.json': { chat_template: 7 } }))).toThrow(invalid);
    const blank = `{%- if 1 -%}${' '.repeat(60_000)}{% endif %}`;
    expect(() => readChatTemplate(folder({ 'chat_template.jinja': blank }))).toThrow(invalid);
  });
});
