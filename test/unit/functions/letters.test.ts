// Letters of filed tickets: what is shown, what is kept and what the log says of it; and a hold that is told.
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Ticket } from '#core/ticket.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { placeHold } from '#functions/holds.ts';
import { previewLetter, writeLetter } from '#functions/letters.ts';
import { outcome } from '#test/contract/contract.ts';
import { SUBJECT } from '#bench/house/requests.ts';
import { file, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';

const by = 'legal.lou';
const ticketOf = async ({ ports }: TicketHarness, id: string): Promise<Ticket> => (await ports.tickets.get(id)).ticket;
const preview = async (harness: TicketHarness, id: string, asked: Parameters<typeof previewLetter>[1]) =>
  previewLetter(await ticketOf(harness, id), asked, harness.ports.clock.now());

describe('a letter', () => {
  it('that is only shown holds no name and no secret, and writes nothing', async () => {
    const harness = await ticketHarness();
    const id = await file(harness);
    const before = inspect(await ticketOf(harness, id), { depth: 9 });
    const { text, findings } = await preview(harness, id, { kind: 'acknowledgement', language: 'de' });
    expect([text.includes('2. April 2026'), text.includes(SUBJECT), findings]).toEqual([true, false, []]);
    expect(inspect(await ticketOf(harness, id), { depth: 9 })).toBe(before);
  });

  it('that is kept lies in the vault, and the log has its kind and a commitment', async () => {
    const harness = await ticketHarness();
    const id = await file(harness);
    const input = { ticketId: id, kind: 'clarification', language: 'fr', note: 'quel dossier ?', by };
    const { letter, text } = await harness.call<{ letter: string; text: string }>(writeLetter, input);
    expect(text).toContain(`Bonjour ${SUBJECT},`);
    expect(Buffer.from(await harness.ports.vault.get(id, letter)).toString()).toBe(text);
    const [last] = (await harness.ports.tickets.events(id)).slice(-1);
    expect(JSON.parse(last!.body)).toMatchObject({
      event: {
        ...{ type: 'letter-written', letter: 'clarification', language: 'fr', by },
        body: await harness.ports.vault.commit(id, new TextEncoder().encode(text)),
      },
    });
    expect(inspect([last, await ticketOf(harness, id), harness.notices], { depth: 9 })).not.toMatch(/dossier|Ottoline/);
  });

  it('that lacks what it must say is not kept, and the error says what to do', async () => {
    const harness = await ticketHarness();
    const id = await file(harness);
    const refusal = { ticketId: id, kind: 'refusal', language: 'en', by };
    await expect(harness.call(writeLetter, refusal)).rejects.toMatchObject({
      code: 'LETTER_INCOMPLETE',
      expected: expect.stringMatching(/ground: propose .*; facts: write the facts/),
    });
    const kept = await harness.ports.vault.list(id);
    expect([kept, (await ticketOf(harness, id)).sequence]).toEqual([['forget-set', 'request'], 1]);
    await harness.call(closeTicket, { ticketId: id, outcome: 'refused', reason: 'art-17-3-e', by });
    await harness.call(closeTicket, { ticketId: id, outcome: 'refused', reason: 'art-17-3-e', by: 'approver.aino' });
    await harness.call(writeLetter, { ...refusal, note: 'a lawsuit about the contract is pending' });
    expect((await ticketOf(harness, id)).status).toBe('REFUSED');
  });

  it('with the value of a record in its note is refused', async () => {
    const harness = await ticketHarness();
    const id = await file(harness);
    const asked = { ticketId: id, kind: 'clarification', language: 'en', note: 'were you born in Velletri?', by };
    expect(await outcome(harness.call(writeLetter, asked))).toBe('LETTER_INCOMPLETE');
  });
});

describe('a hold', () => {
  it('has its matter and the day of its review, and the requester is told', async () => {
    const harness = await ticketHarness();
    const id = await file(harness);
    const hold = { ticketId: id, code: 'litigation', by, matter: '4-O-1789', review: '2026-09-01' };
    expect(await outcome(harness.call(placeHold, { ...hold, review: '2026-01-01' }))).toBe('INVALID_INPUT');
    await harness.call(placeHold, hold);
    expect(await ticketOf(harness, id)).toMatchObject({ hold: { matter: '4-O-1789', review: '2026-09-01' } });
    expect(harness.notices.at(-1)).toMatchObject({
      to: 'requester',
      template: 'hold',
      references: { ticketId: id, code: 'litigation', review: '2026-09-01' },
    });
    expect(await outcome(harness.call(placeHold, hold))).toBe('TICKET_ON_HOLD');
    expect(harness.notices.filter(({ template }) => template === 'hold')).toHaveLength(1);
    const { text, findings } = await preview(harness, id, { kind: 'hold', language: 'en' });
    expect([text.includes('1 September 2026'), findings]).toEqual([true, []]);
  });
});
