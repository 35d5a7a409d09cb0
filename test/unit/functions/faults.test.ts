// Faults that nobody foresaw: one line of the log for each, by which a developer finds the place and nobody a person;
// and an answer that names the line.
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { isFault, noteFault } from '#functions/faults.ts';
import { ticketHarness, file, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { appOf, as, inBrowser, JSON_BODY } from '#test/support/api-callers.ts';

const NAME = 'Ottoline Marchbanks';
const Line = z.looseObject({
  ...{ fault: z.string(), at: z.iso.datetime(), where: z.string(), error: z.string(), stack: z.array(z.string()) },
});
const noted = (error: unknown, event?: unknown) => {
  const lines: string[] = [];
  const reference = noteFault(error, { where: 'step plan-run', event }, (line) => void lines.push(line));
  return { reference, lines, line: Line.optional().parse(lines[0] && JSON.parse(lines[0])) };
};

const thrown = (provoke: () => unknown): unknown => {
  try {
    return provoke();
  } catch (error) {
    return error;
  }
};

describe('a line', () => {
  it('names what was done, the ticket, the kind of the error and where it came from', () => {
    const provoke = () => (undefined as unknown as { name: string }).name;
    const { reference, lines, line } = noted(thrown(provoke), { ticketId: 'T-00000001', subject: NAME });
    expect(reference).toMatch(/^F-[0-9a-f]{12}$/);
    expect(lines[0]).toMatch(/^[^\n]+\n$/);
    expect(line).toMatchObject({
      ...{ fault: reference, where: 'step plan-run', ticketId: 'T-00000001', error: 'TypeError' },
    });
    expect(line?.stack[0]).toMatch(/^\S+ \(test\/unit\/functions\/faults\.test\.ts:\d+:\d+\)$/);
    expect(lines[0]).not.toContain('Ottoline');
  });

  it.each<[string, () => unknown]>([
    ['text that is no JSON', () => thrown(() => JSON.parse(NAME))],
    [
      'a message of several lines, one of which looks like a place',
      () => new Error(`a\n    at ${NAME.split(' ')[0]} (file:///x.ts:1:2)\n`),
    ],
    ['a name that was set', () => Object.assign(new Error('x'), { name: NAME })],
    ['a code that is none', () => Object.assign(new Error('x'), { code: NAME })],
    ['a cause', () => new QuittanceError('INTERNAL', { message: 'x', got: NAME, cause: new RangeError(NAME) })],
    ['text that is thrown', () => NAME],
    ['a list that is thrown', () => [NAME]],
    ['a method named after somebody', () => thrown(({ [NAME]: () => new Date(NaN).toISOString() } as const)[NAME])],
  ])('quotes nothing of %s', (_, make) => {
    const { lines } = noted(make(), { ticketId: NAME });
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/Ottoline|Marchbanks/);
  });

  it('says the code of a system and the chain of causes', () => {
    const cause = Object.assign(new Error(NAME), { code: 'ECONNRESET' });
    expect(noted(new QuittanceError('INTERNAL', { message: 'a rule', cause })).line).toMatchObject({
      ...{ error: 'QuittanceError', code: 'INTERNAL', cause: { error: 'Error', code: 'ECONNRESET' } },
    });
  });

  it('is written once, however many hands an error goes through', () => {
    const error = new Error(NAME);
    const [first, second] = [noted(error), noted(error)];
    expect(second).toMatchObject({ reference: first.reference, lines: [] });
    expect([isFault(error), isFault(new QuittanceError('NOT_FOUND', { message: 'x' }))]).toEqual([true, false]);
  });
});

describe('a request that meets one', () => {
  let harness: TicketHarness;
  let ticketId: string;
  let written: string[];
  beforeEach(async () => {
    harness = await ticketHarness();
    ticketId = await file(harness, { subject: { name: NAME } });
    written = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  });
  afterEach(() => void jest.restoreAllMocks());

  /** A look at the request is written into the history first. */
  const ask = (headers: Record<string, string>, body: string) =>
    appOf({ harness }).request(`/tickets/${ticketId}/request`, { method: 'POST', headers, body });
  const line = () => Line.parse(JSON.parse(written.join('')));

  it('is answered with the reference of the one line, which has the ticket and the pattern of the address', async () => {
    harness.faults.arm('tickets.commit#1', 'before');
    const answer = await ask({ ...as('approver'), ...JSON_BODY }, '{}');
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({ code: 'INTERNAL', reference: line().fault });
    expect(line()).toMatchObject({ ticketId, where: 'POST /tickets/:id/request' });
    expect(written.join('')).not.toMatch(/Ottoline|Marchbanks/);
  });

  it('is told so on a page too', async () => {
    jest.spyOn(harness.ports.tickets, 'get').mockRejectedValue(new TypeError(NAME));
    const answer = await appOf({ harness }).request(`/tickets/${ticketId}`, { headers: inBrowser('auditor') });
    expect([answer.status, line().where]).toEqual([500, 'GET /tickets/:id{T-[^/]*}']);
    expect(await answer.text()).toContain(`<code>${line().fault}</code>`);
  });

  it('writes nothing where the caller is at fault', async () => {
    expect((await ask({ ...as('filer'), ...JSON_BODY }, '{}')).status).toBe(403);
    expect(written).toEqual([]);
  });
});
