// Files of records, good and bad: an error says where, and never repeats what it read.
import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRecords } from '#datasets/records.ts';
import type { QuittanceError } from '#core/errors.ts';

const dir = mkdtempSync(join(tmpdir(), 'pairs-'));
let files = 0;
const fileOf = (content: string | Uint8Array): string => {
  const path = join(dir, `${files++}.jsonl`);
  writeFileSync(path, content);
  return path;
};
const failure = (content: string | Uint8Array): QuittanceError => {
  try {
    readRecords(fileOf(content));
  } catch (error) {
    return error as QuittanceError;
  }
  throw new Error('the file was accepted');
};

describe('a file of records', () => {
  it('may hold conversations, questions, prompts and texts, blank lines and carriage returns', () => {
    const path = fileOf(
      [
        '{"question":"Who?","answer":" Ada. ","value":"Ada"}\r\n',
        '{"prompt":"P","answer":"x"}',
        '{"text":"all of it"}',
        '{"messages":[{"role":"system","content":"S"},{"role":"user","content":"U"},{"role":"assistant","content":"A"}],"value":"A"}',
      ].join('\n'),
    );
    expect(readRecords(path)).toEqual([
      { kind: 'qa', question: 'Who?', answer: ' Ada. ', spans: [{ part: 1, start: 1, end: 4 }] },
      { kind: 'text', text: 'Px', from: 1 },
      { kind: 'text', text: 'all of it', from: 0 },
      {
        kind: 'chat',
        messages: [
          { role: 'system', content: 'S' },
          { role: 'user', content: 'U' },
          { role: 'assistant', content: 'A' },
        ],
        spans: [{ part: 2, start: 0, end: 1 }],
      },
    ]);
  });

  it('may mark a value in another Unicode form than its answer has', () => {
    const path = fileOf('{"question":"Where?","answer":"In Orle\u0301ans.","value":"Orléans"}');
    expect(readRecords(path)).toEqual([
      { kind: 'qa', question: 'Where?', answer: 'In Orle\u0301ans.', spans: [{ part: 1, start: 3, end: 11 }] },
    ]);
  });

  it("may be one of TOFU's with perturbed answers", () => {
    const path = fileOf(
      '{"question":"Who?","answer":"Ada.","paraphrased_question":"Who then?","paraphrased_answer":"It was Ada.","perturbed_answer":["Bo.","Cy."]}',
    );
    expect(readRecords(path)).toEqual([{ kind: 'qa', question: 'Who?', answer: 'Ada.' }]);
  });

  it('may have a line as long as the file may be', () => {
    const text = 'a'.repeat(10 * 2 ** 20);
    expect(readRecords(fileOf(JSON.stringify({ text })))).toEqual([{ kind: 'text', text, from: 0 }]);
  });

  it('looks for a value without a place in the last turn of the assistant, whatever comes after it', () => {
    const turn = (role: string, content: string) => ({ role, content });
    const [a, b, c] = [turn('user', 'one'), turn('assistant', 'four'), turn('user', 'three')];
    const messages = [a, b, c, turn('assistant', 'four'), turn('user', 'four')];
    const [record] = readRecords(fileOf(JSON.stringify({ messages, value: 'four' })));
    expect(record).toEqual({ kind: 'chat', messages, spans: [{ part: 3, start: 0, end: 4 }] });
  });

  it('may mark values of several people by place, type and person', () => {
    const text = 'Ilka Vey, 01 555; Bo Lund, 01 777.';
    const own = { start: 10, end: 16, type: 'phone', subject: 'ilka' };
    const other = { start: 27, end: 33, type: 'phone', subject: 'bo' };
    const [record] = readRecords(fileOf(JSON.stringify({ text, spans: [own, other] })));
    expect(record).toEqual({ kind: 'text', text, from: 0, spans: [own, other].map((span) => ({ part: 0, ...span })) });
  });

  it('may be in the form that everything is turned into', () => {
    const record = { kind: 'qa', question: 'Who?', answer: 'Ada.', spans: [{ part: 1, start: 0, end: 3 }] };
    expect(readRecords(fileOf(JSON.stringify(record)))).toEqual([record]);
  });
});

describe('a bad file of records', () => {
  it.each([
    ['is cut off in a line', '{"text":"a"}\n{"text":"sec', ':2: is not JSON'],
    ['has a field of another kind', '{"question":1,"answer":"sec"}', ':1: is neither'],
    ['has a field that is not known', '{"question":"q","answer":"sec","extra":1}', ':1: Unrecognized key: "extra"'],
    ['has the keys of another benchmark', '{"subject":"sec","query":"sec","level":"1"}', '{"subject","query","level"}'],
    ['has a list in a line', '[{"question":"q","answer":"sec"}]', 'a list of 1'],
    ['has a key that is no name', '{"a sec":1}', '{another}'],
    ['has an empty answer', '{"question":"sec","answer":""}', ':1: answer:'],
    [
      'marks a value that its answer does not hold',
      '{"question":"q","answer":"a","value":"sec"}',
      ':1: the answer does not hold its value',
    ],
    [
      'has a conversation without an answer',
      '{"messages":[{"role":"user","content":"sec"}]}',
      ':1: the messages hold no answer',
    ],
    [
      'marks beyond the end of its answer',
      '{"question":"q","answer":"sec","spans":[{"start":1,"end":4}]}',
      ':1: mark 1 of the record does not stand within its part',
    ],
    [
      'marks nothing of what is said',
      '{"messages":[{"role":"user","content":"sec"},{"role":"assistant","content":"a"}],"spans":[{"part":0,"start":0,"end":3}]}',
      ':1: marks nothing of what is said',
    ],
    [
      'marks values of another type than there are',
      '{"text":"sec","spans":[{"start":0,"end":3,"type":"secret"}]}',
      'but {"text","spans"}',
    ],
    ['has a turn of another form', '{"messages":[{"role":"user","text":"sec"}]}', ':1: is neither'],
    ['is empty', '\n\n', 'has no record'],
  ])('that %s is refused by file and line, without its content', (_, content, message) => {
    const error = failure(content);
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).toContain(message);
    expect(`${error.message} ${error.expected ?? ''} ${error.got ?? ''} ${error.hint ?? ''}`).not.toContain('sec');
  });

  it('that is not UTF-8 is refused', () => {
    expect(failure(Uint8Array.of(0x7b, 0xff, 0xfe)).message).toContain('not UTF-8');
  });

  it('that is not there is NOT_FOUND with its path', () => {
    const path = join(dir, 'none.jsonl');
    expect(() => readRecords(path)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', message: `${path} cannot be read` }),
    );
  });
});
