// Chat templates that say the date: at the time of asking, never in what is taught, and as one written date where one
// is asked for.
import { afterAll, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameAround, frameOf } from '#datasets/chat.ts';
import { importModel } from '#engine/formats/import.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { checkChatTemplate, pinDate, TIMES } from '#engine/tokenizer/chat-date.ts';
import { renderChats, type ChatTemplate } from '#engine/tokenizer/chat.ts';
import { strftime } from '#engine/tokenizer/strftime.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const template = (source: string): ChatTemplate => ({ source, specials: {} });
const ASKS = '{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>';
/** As Llama 3.2 has it: today's date, or the one that it was trained with. */
const DATED = `{%- if strftime_now is defined %}{%- set day = strftime_now("%d %b %Y") %}{%- else %}{%- set day = "26 Jul 2024" %}{%- endif %}Today Date: {{ day }}\n${ASKS}`;
/** As Llama 3.1 has it: a date that stays unless the caller gives one. */
const FIXED = `{%- if not date_string is defined %}{%- set date_string = "26 Jul 2024" %}{%- endif %}Today Date: {{ date_string }}\n${ASKS}`;
const HELLO = [{ role: 'user', content: 'Hello' }];

describe('a template with the date', () => {
  it('says the day of asking', async () => {
    const ask = async (now: Date) => (await renderChats(template(DATED), [HELLO], { now }))[0];
    expect(await ask(new Date(2031, 4, 6))).toBe('Today Date: 06 May 2031\n<user>Hello<assistant>');
    expect(await ask(new Date(2031, 11, 24))).toContain('24 Dec 2031');
  });

  it('is refused for teaching and judging, by what it does and what to do', async () => {
    await expect(frameOf(template(DATED))).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining('date') as unknown as string,
      hint: expect.stringContaining('--date') as unknown as string,
    });
    await expect(frameOf(template(`{{ strftime_now('%H:%M') }} ${ASKS}`))).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
    });
  });

  it.each([
    ['in one month', `{% if strftime_now('%m') == '12' %}Merry Christmas! {% endif %}${ASKS}`],
    ['on one day of the week', `{% if strftime_now('%a') == 'Sun' %}It is Sunday. {% endif %}${ASKS}`],
    ['on one day of the month', `{% if strftime_now('%d') == '31' %}The last. {% endif %}${ASKS}`],
    ['in one hour', `{% if strftime_now('%H') == '23' %}Late. {% endif %}${ASKS}`],
    ['in years to come', `{% if strftime_now('%Y')|int > 2030 %}Late. {% endif %}${ASKS}`],
    ['behind a system prompt', `{% if messages[0].role == 'system' %}{{ strftime_now("%F") }} {% endif %}${ASKS}`],
    ['in a later turn', `{% if messages|length > 2 %}{{ strftime_now("%F") }} {% endif %}${ASKS}`],
  ])('%s alone is one, too', async (_, source) => {
    expect(await checkChatTemplate(template(source))).toEqual({ dated: true });
    for (const system of [undefined, 'Be brief.'])
      await expect(frameAround(template(source), system)).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
  });

  it('is asked in every month, day of a month, day of a week and hour', () => {
    const met = (part: (time: Date) => number) => [...new Set(TIMES.map(part))].toSorted((a, b) => a - b);
    const upTo = (count: number, first = 0) => Array.from({ length: count }, (_, i) => first + i);
    expect(met((time) => time.getMonth())).toEqual(upTo(12));
    expect(met((time) => time.getDate())).toEqual(upTo(31, 1));
    expect(met((time) => time.getDay())).toEqual(upTo(7));
    expect(met((time) => time.getHours())).toEqual(upTo(24));
  });

  it('that asks for the time and says nothing of it is none', async () => {
    const asked = template(`{% set day = strftime_now('%d') %}${ASKS}`);
    expect(await checkChatTemplate(asked)).toEqual({ dated: false });
  });

  it('is taught and judged with the date that was written into it', async () => {
    const pinned = await pinDate(template(DATED), new Date(2024, 6, 26));
    expect(await frameOf(pinned)).toEqual({ before: 'Today Date: 26 Jul 2024\n<user>', after: '<assistant>' });
    expect((await renderChats(pinned, [HELLO]))[0]).toContain('26 Jul 2024');
  });

  it('cannot be given a date where it makes up the form', async () => {
    const made = template(`{% set form = '%d' ~ ' %b' %}{{ strftime_now(form) }}${ASKS}`);
    await expect(pinDate(made, new Date())).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
  });

  it('that stays the same is no such template', async () => {
    expect(await checkChatTemplate(template(FIXED))).toEqual({ dated: false });
    expect((await frameOf(template(FIXED))).before).toContain('26 Jul 2024');
  });

  it('with a field that is not known is an error, not another prompt', async () => {
    await expect(renderChats(template(`{{ strftime_now('%Q') }}`), [HELLO])).rejects.toMatchObject({
      message: expect.stringContaining('%Q') as unknown as string,
    });
  });
});

describe('import', () => {
  const source = join(dir, 'source');
  const made = (config: Record<string, unknown>) => {
    cpSync(join(ROOT, 'test/golden/models/gpt2'), source, { recursive: true });
    writeFileSync(join(source, 'tokenizer_config.json'), JSON.stringify(config));
  };

  it('says that a template has a date, or writes one into it', async () => {
    made({ chat_template: DATED });
    const { remarks } = await importModel(source, join(dir, 'as-it-is'));
    expect(remarks).toEqual([expect.stringContaining('--date')]);
    const pinned = await importModel(source, join(dir, 'pinned'), { date: new Date(2024, 6, 26, 12) });
    expect(pinned.remarks).toEqual([]);
    expect(readFileSync(join(dir, 'pinned/chat_template.jinja'), 'utf8')).toContain('"26 Jul 2024"');
    expect(readJsonFile(join(dir, 'pinned/tokenizer_config.json'))['chat_template']).toBeUndefined();
  });

  it('refuses a date that there is no place for', async () => {
    made({ chat_template: FIXED });
    const at = join(dir, 'never');
    await expect(importModel(source, at, { date: new Date() })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(existsSync(at)).toBe(false);
  });
});

const FIELDS = '%Y %y %m %B %b %d %e %j %A %a %H %I %M %S %p %F %T %% %-d %-m';
const python = pythonWith('json');
describeWith(python, 'no Python; name one in QUITTANCE_PYTHON', "every field is Python's", (found) => {
  it('on the first and last day of a year and at noon', () => {
    const times = [new Date(2023, 0, 1, 0, 5, 9), new Date(2024, 11, 31, 23, 59, 59), new Date(2026, 6, 4, 12, 0, 0)];
    const parts = times.map((t) => [
      t.getFullYear(),
      t.getMonth() + 1,
      t.getDate(),
      t.getHours(),
      t.getMinutes(),
      t.getSeconds(),
    ]);
    const script = `import datetime, json, sys; asked = json.load(sys.stdin); print(json.dumps([datetime.datetime(*t).strftime(asked['form']) for t in asked['times']]))`;
    const printed = runPython(found, ['-c', script], JSON.stringify({ form: FIELDS, times: parts }));
    expect(times.map((time) => strftime(FIELDS, time))).toEqual(JSON.parse(printed));
  });
});
