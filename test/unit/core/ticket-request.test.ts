import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { requestOf } from '#bench/house/requests.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const SECRET = 'Xylophania Quux';

describe('a ticket file', () => {
  it('is taken as written, with defaults filled in', () => {
    expect(parseTicketRequest(bytes(requestOf()))).toMatchObject({
      channel: 'web',
      quantisation: 'none',
      thirdPartiesAffected: false,
    });
  });

  it.each([
    ['verifiedBy', { ...requestOf(), identity: { ...requestOf().identity, verifiedBy: SECRET } }],
    ['decidedBy', { ...requestOf(), exemption: { code: 'art-17-3-a', decidedBy: SECRET } }],
    ['decidedBy', { ...requestOf(), exemption: { code: 'art-17-3-a', decidedBy: requestOf().filer } }],
  ])('names %s, and what to do, where a form says who else answers for it', (field, form) => {
    expect(() => parseTicketRequest(bytes(form))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', expected: expect.stringMatching(`${field}: leave it out`) }),
    );
  });

  it('may repeat the filer as the one who checked, which says nothing more', () => {
    const repeated = { ...requestOf(), identity: { ...requestOf().identity, verifiedBy: requestOf().filer } };
    expect(parseTicketRequest(bytes(repeated))).toEqual(parseTicketRequest(bytes(requestOf())));
  });

  it.each([
    ['broken JSON', `{"subject": "${SECRET}"`, 'INVALID_INPUT'],
    ['a list', [SECRET], 'INVALID_INPUT'],
    ['an unknown field', { ...requestOf(), [SECRET]: SECRET }, 'INVALID_INPUT'],
    ['a ground that the regime does not know', { ...requestOf(), ground: SECRET }, 'INVALID_INPUT'],
    ['an e-mail address as filer', { ...requestOf(), filer: `${SECRET}@example.org` }, 'INVALID_INPUT'],
    ['an exemption of another regime', { ...requestOf(), exemption: { code: '1798.105-d-1' } }, 'INVALID_INPUT'],
    ['three megabytes', { ...requestOf(), note: SECRET.repeat(200_000) }, 'INPUT_TOO_LARGE'],
    ['bytes that are not UTF-8', 'x', 'INVALID_INPUT'],
  ])('with %s is refused, and its content is not quoted', (name, content, code) => {
    const file = name.startsWith('bytes') ? Uint8Array.of(0x22, 0xff, 0x22) : bytes(content);
    const seen: unknown[] = [];
    try {
      seen.push(parseTicketRequest(file));
    } catch (error) {
      seen.push(error);
    }
    expect(seen).toMatchObject([{ code }]);
    expect(inspect(seen, { depth: 9, showHidden: true })).not.toContain(SECRET);
  });

  it('names the field of a value that is no part of its answer, before a model is looked for', () => {
    const [first, second, ...rest] = requestOf().forget.records;
    const records = [first, { ...second, value: SECRET }, ...rest];
    const fault = { field: 'forget.records.1.value', rule: 'a part of the answer, in any spelling of it' };
    expect(() => parseTicketRequest(bytes({ ...requestOf(), model: 'nobody', forget: { records } }))).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', fields: [fault] }),
    );
  });

  it.each([
    ['a zero byte', 'Ada\0Holt'],
    ['a turned direction', '\u202eAda Holt'],
    ['half a surrogate pair', 'Ada\ud800'],
    ['nothing but spaces', ' \u00a0 '],
    ['two lines', 'Ada\nHolt'],
  ])('is refused for a name of %s', (_what, name) => {
    for (const subject of [{ name }, { name: 'Ada', aliases: [name] }])
      expect(() => parseTicketRequest(bytes({ ...requestOf(), subject }))).toThrow(
        expect.objectContaining({
          code: 'INVALID_INPUT',
          expected: expect.stringContaining('no control or direction'),
        }),
      );
  });

  it.each(['Zoë 山田', 'عمر', 'Ada 🦊', "D'Arcy-Ó"])('takes the name %s as it is', (name) => {
    expect(parseTicketRequest(bytes({ ...requestOf(), subject: { name } })).subject.name).toBe(name);
  });

  it.each([
    ['NFD in NFC', 'In Orléans.', 'Orle\u0301ans'],
    ['NFC in NFD', 'In Orle\u0301ans.', 'Orléans'],
    ['full width', 'Room ４２', '42'],
    ['another case', 'in OSLO', 'Oslo'],
  ])('takes a value that is a part of its answer, in %s', (_form, answer, value) => {
    const records = [{ question: 'Q?', answer, value }];
    expect(parseTicketRequest(bytes({ ...requestOf(), forget: { records } })).forget.records).toEqual(records);
  });

  it.each([
    [{ ground: 'because' }, /^ground: one of art-17-1-a/],
    [{ method: 'magic' }, /^method: one of flat, /],
    [{ filer: 'Ada Holt' }, 'filer: lower-case letters, digits, dot, dash, underscore'],
    [{ subject: undefined }, 'subject: must be given: an object'],
    [{ urgent: true }, '(root): no other fields than the form has (1 sent)'],
    [{ note: 'x'.repeat(4_001) }, 'note: at most 4000 characters'],
    [{ receivedAt: '0451-03-01T00:00:00Z' }, 'receivedAt: a time from 2000-01-01 on'],
    [{ receivedAt: '1969-07-20T20:17:00Z' }, 'receivedAt: a time from 2000-01-01 on'],
    [{ receivedAt: '2026-02-30T00:00:00Z' }, /^receivedAt: /],
    [
      { identity: { ...requestOf().identity, verifiedAt: '1899-12-31T23:59:59Z' } },
      'identity.verifiedAt: a time from 2000-01-01 on',
    ],
  ])('with %j is told which field breaks which rule', (change, rule) => {
    expect(() => parseTicketRequest(bytes({ ...requestOf(), ...change }))).toThrow(
      expect.objectContaining({
        expected: typeof rule === 'string' ? rule : expect.stringMatching(rule),
        hint: expect.stringContaining('--help'),
      }),
    );
  });
});
