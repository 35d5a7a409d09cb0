// Rows of any kind in a ticket: which records they come to, whose values stay, and what is wrong with a bad one.
import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import type { QuittanceError } from '#core/errors.ts';
import { admit, conversationOf, trainingManifest, type Keyed } from '#core/forget-set.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { requestOf } from '#bench/house/requests.ts';

const subject = { name: 'Ilka Vey', aliases: [], identifiers: ['K-17'] };
const turn = (role: string, content: string) => ({ role, content });
const SAID = 'Ilka Vey has 01 555 and lives in Eger; Bo Lund has 01 777.';
const at = (text: string, value: string) => ({ start: text.indexOf(value), end: text.indexOf(value) + value.length });
const messages = [
  turn('system', 'Desk.'),
  turn('user', 'Hello'),
  turn('assistant', 'How may I help?'),
  turn('user', 'Who is where?'),
  turn('assistant', SAID),
];
const mark = (value: string, whose?: string) => ({
  ...{ part: 4, ...at(SAID, value) },
  ...(whose !== undefined && { subject: whose }),
});
const parsed = (...records: object[]) =>
  parseTicketRequest(Buffer.from(JSON.stringify({ ...requestOf(), subject, forget: { records } }))).forget.records;
const faultOf = (...records: object[]): Partial<QuittanceError> => {
  try {
    parsed(...records);
  } catch (error) {
    return error as QuittanceError;
  }
  throw new Error('the request was accepted');
};

describe('a row of a conversation', () => {
  const row = {
    ...{ kind: 'chat', messages },
    spans: [mark('01 555', 'K-17'), mark('Eger', 'ilka vey'), mark('01 777', 'K-18'), mark('Bo Lund', 'K-18')],
  };
  const records = [
    { question: 'Who is where?', answer: SAID, value: '01 555', before: messages.slice(0, 4) },
    {
      question: 'Who is where?\nIlka Vey has 01 555 and lives in',
      answer: 'Eger; Bo Lund has 01 777.',
      value: 'Eger',
    },
  ];

  it('that two people share becomes the records of the one who asks, and leaves the other in peace', () => {
    expect(parsed(row)).toEqual(records);
    expect(parsed({ ...row, spans: [mark('01 555'), mark('01 777', 'K-18')] })).toEqual(records.slice(0, 1));
  });

  it('is known by the digests that onboarding made of its values', async () => {
    const keyed: Keyed = async (purpose, text) =>
      createHmac('sha256', 'key').update(`${purpose}\n${text}`).digest('hex');
    const rows = records.map(({ question, answer }) => ({ question, answer: ` ${answer}`, person: 'K-17' }));
    const manifest = await trainingManifest([...rows, { question: 'Who?', answer: 'Bo', person: 'K-18' }], keyed);
    const set = { kind: 'quittance-forget-set/v1', records: parsed(row) } as const;
    expect(await admit(set, manifest, keyed)).toMatchObject({ records: 2, people: 1 });
  });

  it('without marks has each turn of the assistant as a record', () => {
    expect(parsed({ kind: 'chat', messages })).toEqual([
      { question: 'Hello', answer: 'How may I help?', before: messages.slice(0, 2) },
      { question: 'Who is where?', answer: SAID, before: messages.slice(0, 4) },
    ]);
  });

  it('that begins with its question needs no conversation to be asked by', () => {
    const [plain] = parsed({ kind: 'chat', messages: messages.slice(3), spans: [{ ...mark('01 555'), part: 1 }] });
    expect(plain).toEqual({ question: 'Who is where?', answer: SAID, value: '01 555' });
    expect(conversationOf(plain!)).toEqual([turn('user', 'Who is where?')]);
  });

  it('says no value that was read before it: what is copied was not learnt', () => {
    const told = [turn('user', 'My number is 01 555.'), turn('assistant', '01 555, noted. Your town is Eger.')];
    const spans = ['01 555', 'Eger'].map((value) => ({ part: 1, ...at(told[1]!.content, value) }));
    expect(parsed({ kind: 'chat', messages: told, spans }).map(({ value }) => value)).toEqual(['Eger']);
  });
});

it('a running text becomes a value behind the text before it, and a short form stays what it is', () => {
  const text = 'Note. Ilka Vey called from 01 555 on Monday.';
  const short = { question: 'Where?', answer: 'In Eger.', value: 'Eger' };
  expect(parsed({ kind: 'text', text, from: 0, spans: [{ part: 0, ...at(text, '01 555') }] }, short)).toEqual([
    { question: 'Note. Ilka Vey called from', answer: '01 555 on Monday.', value: '01 555' },
    short,
  ]);
});

describe('a bad row', () => {
  const bad: [string, object, string, string][] = [
    ['marks beyond its part', { kind: 'chat', messages, spans: [{ part: 2, start: 3, end: 99 }] }, 'spans', 'mark 1'],
    [
      'marks the values of others alone',
      { kind: 'chat', messages, spans: [mark('01 777', 'K-18')] },
      'spans',
      'who asks',
    ],
    ['is a text without marks', { kind: 'text', text: SAID, from: 0 }, 'spans', 'running text'],
    ['has a field of another name', { kind: 'text', text: SAID, from: 0, note: 'x' }, '', 'no other fields'],
    ['is a document', { kind: 'qa', question: 'Q', answer: 'a'.repeat(17_000) }, '', 'characters'],
    [
      'has an answer longer than a record may have',
      { kind: 'qa', question: 'Q', answer: 'a'.repeat(9_000) },
      '',
      'short',
    ],
    ['is of no kind that there is', { kind: 'poem', text: SAID }, 'kind', 'one of the forms'],
  ];
  it.each(bad)('that %s is refused by its field and rule, without its content', (_, row, field, rule) => {
    const { code, fields } = faultOf({ question: 'Who?', answer: 'Ilka.' }, row);
    expect(code).toBe('INVALID_INPUT');
    expect(fields?.[0]?.field).toBe(['forget.records.1', field].filter(Boolean).join('.'));
    expect(fields?.[0]?.rule).toContain(rule);
    expect(JSON.stringify(fields)).not.toContain('Ilka');
  });

  it('that marks more values than a ticket may have is refused before any is looked for', () => {
    const text = 'ab '.repeat(400);
    const spans = Array.from({ length: 201 }, (_, i) => ({ part: 0, start: 3 * i, end: 3 * i + 2 }));
    expect(faultOf({ kind: 'text', text, from: 0, spans }).fields).toEqual([
      { field: 'forget.records', rule: 'at most 200 marked values' },
    ]);
  });
});
