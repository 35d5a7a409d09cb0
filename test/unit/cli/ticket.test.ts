// `ticket --help` and what the command prints of a ticket: the form that help shows is one that the parser takes, and each resting place names the next command.
import { describe, expect, it } from '@jest/globals';
import { helpOf } from '#cli/command.ts';
import { ticket } from '#cli/ticket.ts';
import { REQUEST_EXAMPLE } from '#cli/ticket/form.ts';
import { describe as shown, summary } from '#cli/ticket/print.ts';
import { REGIMES } from '#core/regimes.ts';
import { Ticket } from '#core/ticket.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { caseWorld, file, type CaseWorld } from '../../support/case-world.ts';
import { placeHold } from '#functions/holds.ts';

describe('ticket --help', () => {
  it('shows a form that the parser takes as it stands', () => {
    const help = helpOf(ticket);
    const example = help.slice(help.indexOf('\n{\n'), help.indexOf('\n}\n') + 2);
    expect(JSON.parse(example)).toEqual(REQUEST_EXAMPLE);
    expect(parseTicketRequest(Buffer.from(example)).forget.records).toEqual(REQUEST_EXAMPLE.forget.records);
  });

  it('lists the grounds of every regime', () => {
    const help = helpOf(ticket);
    for (const [name, { grounds }] of Object.entries(REGIMES)) expect(help).toContain(`${name}: ${grounds.join(', ')}`);
  });
});

const ticketOf = async (world: CaseWorld, id: string): Promise<Ticket> => (await world.ports.tickets.get(id)).ticket;

describe('what is printed of a ticket', () => {
  it('on hold: who may release it is said, and by which command', async () => {
    const world = await caseWorld();
    const id = await file(world);
    await world.call(placeHold, { ticketId: id, by: 'lena', code: 'litigation' });
    expect(shown(await ticketOf(world, id))).toContain(`next: quittance ticket release ${id} --as WHO (not lena)`);
  });

  it('in remediation: the step and the reason', async () => {
    const world = await caseWorld();
    const id = await file(world);
    const open = await ticketOf(world, id);
    const stuck = Ticket.parse({ ...open, status: 'REMEDIATION', step: 'plan-run', reason: 'STORE_FULL', from: open });
    expect(shown(stuck)).toContain(`next: quittance ticket resume ${id} --as WHO, once 'STORE_FULL' in plan-run`);
  });

  it('holds nothing of the case but ids, codes and dates', async () => {
    const world = await caseWorld();
    const one = await ticketOf(world, await file(world));
    expect(Object.keys(summary(one)).sort()).toEqual(['due', 'filer', 'id', 'model', 'regime', 'status']);
    expect(shown(one)).not.toContain('next:');
  });
});
