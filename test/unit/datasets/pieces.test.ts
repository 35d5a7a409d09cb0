// What is asked of records of each kind: every turn of a conversation, each marked value behind its true context, a
// long text in windows; and one record on its whole way from a corpus to what is scored, measured and learnt.
import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { askedOf } from '#core/forgotten-values.ts';
import type { TrainingRecord } from '#core/training-record.ts';
import { rowFrom } from '#datasets/corpus/forms.ts';
import { learntRows } from '#datasets/fine-tuning/rows.ts';
import { recordsOf } from '#datasets/onboard/records.ts';
import { forgottenOf, saidOf } from '#datasets/pieces.ts';
import { promptsOf, type Framing } from '#datasets/rendering.ts';
import { framedRows } from '#datasets/suite.ts';
import { makePeople } from '#datasets/people.ts';
import { forgetRecord } from '#datasets/suite-shape.ts';
import { targetsOf } from '#datasets/targets.ts';
import { renderedWhole } from '#datasets/whole.ts';
import { inWindows } from '#datasets/windows.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { encoder } from '#engine/inference.ts';
import { ROOT } from '#test/support/shared.ts';

const template = {
  source:
    "{% for m in messages %}<{{ m['role'] }}>{{ m['content'] }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}",
  specials: {},
};
const CHAT: Framing = { by: 'template', frame: { before: '<user>', after: '</><assistant>' }, template };
const PLAIN: Framing = { by: 'plain' };
const turn = (role: string, content: string) => ({ role, content });
const placeOf = (text: string, value: string) => ({
  start: text.indexOf(value),
  end: text.indexOf(value) + value.length,
});

const SAID = 'Ilka Vey, 01 555, lives in Eger with Bo Lund, 01 777.';
const TALK: TrainingRecord = {
  kind: 'chat',
  messages: [
    turn('system', 'Desk.'),
    turn('user', 'Hello'),
    turn('assistant', 'How may I help?'),
    turn('user', 'Who is Ilka?'),
    turn('assistant', SAID),
  ],
};
const before = '<system>Desk.</><user>Hello</><assistant>';

describe('a conversation', () => {
  it('with several turns of the assistant has each as a target, behind all that was said before', async () => {
    const [pieces] = await saidOf([TALK], CHAT);
    expect(pieces).toEqual([
      { question: 'Hello', prompt: before, answer: 'How may I help?' },
      { question: 'Who is Ilka?', prompt: `${before}How may I help?</><user>Who is Ilka?</><assistant>`, answer: SAID },
    ]);
    expect(await forgottenOf([TALK], CHAT)).toEqual([pieces]);
  });

  it('that marks values loses those alone, each behind its true context, and no turn without one', async () => {
    const marks = ['01 555', 'Eger'].map((value) => ({ part: 4, ...placeOf(SAID, value) }));
    const [pieces] = await forgottenOf([{ ...TALK, spans: marks }], CHAT);
    expect(
      pieces!.map(({ prompt, answer, value }) => [prompt.split('<assistant>').at(-1), answer, value!.text]),
    ).toEqual([
      ['', SAID, '01 555'],
      ['Ilka Vey, 01 555, lives in', ' Eger with Bo Lund, 01 777.', 'Eger'],
    ]);
    for (const { answer, value } of pieces!) expect(answer.slice(value!.start, value!.end)).toBe(value!.text);
  });

  it('that the template refuses is an error, and says why', async () => {
    const strict = { source: "{{ raise_exception('roles must alternate') }}", specials: {} };
    await expect(saidOf([TALK], { by: 'template', frame: CHAT.frame, template: strict })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: 'the chat template refuses these messages: roles must alternate',
    });
  });
});

test('a name that is marked beside values finds them and is not forgotten; by itself it is the value', async () => {
  const [name, phone] = [placeOf(SAID, 'Ilka Vey'), placeOf(SAID, '01 555')];
  const marked = (...spans: NonNullable<TrainingRecord['spans']>): TrainingRecord => ({
    ...{ kind: 'qa', question: 'Who?', answer: SAID, spans },
  });
  const asName = { part: 1, ...name, type: 'name' } as const;
  const values = async (record: TrainingRecord) =>
    (await forgottenOf([record], PLAIN)).flat().map(({ value }) => value?.text);
  expect(await values(marked(asName, { part: 1, ...phone, type: 'phone' }))).toEqual(['01 555']);
  expect(await values(marked(asName))).toEqual(['Ilka Vey']);
});

test('an answer with white space of its own has its value where it stands once that is gone', async () => {
  const record: TrainingRecord = {
    kind: 'qa',
    question: 'Who?',
    answer: '  Ada. ',
    spans: [{ part: 1, start: 2, end: 5 }],
  };
  const [piece] = (await forgottenOf([record], PLAIN)).flat();
  expect(piece).toMatchObject({ answer: ' Ada.', value: { text: 'Ada', start: 1, end: 4 } });
});

test('a text longer than the model reads is cut into windows, and a value of it stays whole', async () => {
  const parts = readModelParts(join(ROOT, 'test/golden/models/llama3'));
  const most = parts.config.maxPositions;
  const text = `${'so it went on and on '.repeat(most)}Ilka Vey 01 555${' and so on'.repeat(most)}`;
  const record: TrainingRecord = { kind: 'text', text, from: 0, spans: [{ part: 0, ...placeOf(text, '01 555') }] };
  const windows = inWindows(parts, (await forgottenOf([record], PLAIN)).flat());
  const { encodePrompt, encodeAnswer } = encoder(parts);
  expect(windows.map(({ answer }) => answer).join('')).toBe(text);
  for (const { prompt, answer, open } of windows)
    expect(encodePrompt(prompt).length + encodeAnswer(answer, open).length).toBeLessThanOrEqual(most);
  expect(windows.flatMap(({ answer, value }) => (value ? [answer.slice(value.start, value.end)] : []))).toEqual([
    '01 555',
  ]);
});

test('one row of a corpus is asked alike on its whole way', async () => {
  const row = rowFrom({ messages: TALK.messages });
  if (typeof row === 'string') throw new Error(row);
  expect(row).toEqual(TALK);
  const place = { part: 4, ...placeOf(SAID, '01 555') };
  const marked: TrainingRecord = { ...row, spans: [{ ...place, type: 'phone', subject: 'ilka' }] };

  const [piece] = (await forgottenOf([marked], CHAT)).flat();
  const { targets } = await targetsOf([row], { template });
  const [record] = targets.flatMap((target) =>
    recordsOf(target, [{ ...place, type: 'phone', text: '01 555' }], 'ilka'),
  );
  expect(record).toMatchObject({ ...piece, subject: 'ilka', attribute: 'phone' });
  expect(askedOf(marked, (whose) => whose === 'ilka')).toEqual([
    { ...forgetRecord(record!), before: TALK.messages.slice(0, 4) },
  ]);

  const [prompt] = await promptsOf({ template }, [TALK.messages.slice(0, 4)]);
  expect(prompt).toBe(piece!.prompt);
  const suite = { ...makePeople({ subjects: 1, whitening: 1, stop: 1, gate: 1, facts: 1, unknown: 1 }) };
  suite.subjects = [{ id: 'ilka', name: 'Ilka Vey', records: [record!] }];
  expect(framedRows(suite, [piece!])[0]).toEqual(record);

  const parts = readModelParts(join(ROOT, 'test/golden/models/llama3'));
  const long = { ...parts, config: { ...parts.config, maxPositions: 4_096 } };
  const [learnt] = await learntRows(long, [{ row, where: 'row' }], template, 'assistant');
  expect(learnt!.at(-1)!.prompt).toEqual(encoder(long).encodePrompt(piece!.prompt));
  expect((await renderedWhole([row], { template })).whole[0]!.text).toBe(`${piece!.prompt}${SAID}</>`);
});
