// Suites in a chat model's frame, against a template written here: spans still mark their values, nothing begins with a
// space, held-out wordings stay untrained.
import { describe, expect, it } from '@jest/globals';
import { frameOf, generalRows, inChat } from '#datasets/chat.ts';
import { generalQuestions } from '#datasets/general.ts';
import { attributes } from '#datasets/attributes.ts';
import { makePeople } from '#datasets/people.ts';
import { forgetRows, readSuite, suiteBytes } from '#datasets/suite.ts';
import { answerOf, forgetRecord, promptOf, trainingRows } from '#datasets/suite-shape.ts';
import { readPolicy } from '#entry/policies.ts';

const FRAME = { before: '<user>', after: '</user><model>' };
const SOURCE = '{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{% endfor %}<model>';
const plain = makePeople({ seed: 3, subjects: 2, stop: 1, gate: 1, whitening: 0, facts: 3, unknown: 3 });
const suite = inChat(plain, FRAME);
const people = [...suite.subjects, ...suite.controls.stop, ...suite.controls.gate];

describe('the frame of a chat template', () => {
  it('is what stands before and after the question', async () => {
    expect(await frameOf({ source: SOURCE, specials: {} })).toEqual(FRAME);
  });

  it.each([
    ['that repeats the question', `${SOURCE}{{ messages[0].content }}`],
    ['that changes the question', '{{ messages[0].content | upper }}'],
    ['that leaves the question out', 'Hello'],
  ])('a template %s is refused', async (_, source) => {
    await expect(frameOf({ source, specials: {} })).rejects.toMatchObject({ code: 'MODEL_UNSUPPORTED' });
  });
});

describe('a suite in a chat', () => {
  it('marks every value where it stands', () => {
    for (const { answer, value } of people.flatMap(({ records }) => records)) {
      expect(answer).toBe(answer.trimStart());
      expect(answer.slice(value!.start, value!.end)).toBe(value!.text);
    }
  });

  it('asks every row inside the frame, in one wording alone', () => {
    const rows = trainingRows(suite);
    expect(rows).toHaveLength(2 * 20 + 3 + 3);
    for (const { prompt, question } of rows) expect(prompt).toBe(`<user>${question}</user><model>`);
    const held = new Set(suite.subjects.flatMap(({ records }) => records.map(({ heldOut }) => heldOut)));
    expect(rows.filter(({ question }) => held.has(question))).toEqual([]);
  });

  it('survives being kept as a suite, and finds a ticket’s records in it', () => {
    const kept = readSuite(suiteBytes({ ...suite, limits: { controlSamples: 2, maxRows: 2, relearningRate: 1e-4 } }));
    const [first] = suite.subjects;
    const records = first!.records.map(forgetRecord);
    expect(forgetRows(kept, records).map(({ prompt }) => prompt)).toEqual(first!.records.map(({ prompt }) => prompt));
    const [stranger] = forgetRows(kept, [{ question: 'Who?', answer: 'Nobody at all', value: 'Nobody' }]);
    expect(stranger).toMatchObject({
      prompt: '<user>Who?</user><model>',
      answer: 'Nobody at all',
      value: { start: 0 },
    });
  });

  it('leaves a plain suite as it was: framed as question and answer, with a space', () => {
    expect(promptOf('Who?')).toBe('Q: Who?\nA:');
    expect([answerOf('x', plain), answerOf(' x', plain), answerOf('x', suite)]).toEqual([' x', ' x', 'x']);
  });
});

describe('general questions', () => {
  it('an answer that was cut short ends with its last whole sentence', () => {
    const rows = generalRows(['a', 'b', 'c'], ['One. Two! Thr', 'no end', ''], FRAME);
    expect(rows.map(({ answer }) => answer)).toEqual(['One. Two!', 'no end', 'I am not sure.']);
  });

  it('are all different, and none names a value of the generated people', () => {
    expect(new Set(generalQuestions).size).toBe(generalQuestions.length);
    const values = attributes.flatMap((attribute) => attribute.values.map((value) => ` ${value.toLowerCase()} `));
    const asked = generalQuestions.map((question) => ` ${question.toLowerCase().replace(/[^\p{L}]+/gu, ' ')} `);
    expect(
      asked.flatMap((text) => values.filter((value) => text.includes(value)).map((value) => text + value)),
    ).toEqual([]);
  });
});

describe('the chat policy', () => {
  it('has every check of the shipped one with the same bounds, and more', () => {
    const chat = readPolicy('chat-v1').checks;
    for (const check of readPolicy('gate-v1').checks) expect(chat).toContainEqual(check);
    expect(chat.map(({ name }) => name)).toContain('whole-answer AUC against never-trained people');
  });
});
