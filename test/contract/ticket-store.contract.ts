import { expect, it } from '@jest/globals';
import type { TicketStore } from '#core/ports.ts';
import { advance, receive, type Transition } from '#core/transitions.ts';
import { FILER } from '#bench/house/requests.ts';
import { receivedEvent } from '#test/support/histories.ts';
import { contract, outcome, type Make } from './contract.ts';

const NOW = new Date('2026-03-02T10:00:00.000Z');
const CALENDAR = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };
const first = (id = 'T-00000001', subject = 'a', model = 'house'): Transition =>
  receive({ ...receivedEvent(), id, model }, { subjectKey: subject.repeat(64), calendar: CALENDAR }, NOW);
const second = ({ ticket }: Transition) => advance(ticket, { type: 'identity-requested' }, NOW);
const closing = ({ ticket }: Transition) =>
  advance(ticket, { type: 'closed', outcome: 'withdrawn', reason: 'by-subject', by: FILER }, NOW);

export const ticketStoreContract = (name: string, make: Make<TicketStore>) =>
  contract(`ticket store: ${name}`, make, (store, reopen) => {
    it('keeps a ticket with its events, over a restart', async () => {
      await store().create(first());
      await store().commit(second(first()), 1);
      const again = await reopen();
      expect(await again.get('T-00000001')).toEqual({ ticket: second(first()).ticket, version: 2 });
      expect((await again.events('T-00000001')).map(({ eventId, type }) => [eventId, type])).toEqual([
        ['T-00000001.1', 'received'],
        ['T-00000001.2', 'identity-requested'],
      ]);
    });

    it('refuses a commit on a version that is no longer current, and stores nothing of it', async () => {
      await store().create(first());
      await store().commit(second(first()), 1);
      expect(await outcome(store().commit(closing(first()), 1))).toBe('TICKET_CONFLICT');
      expect((await store().get('T-00000001')).ticket.status).toBe('IDENTITY_PENDING');
      expect(await store().events('T-00000001')).toHaveLength(2);
    });

    it('lets one of many racing commits win', async () => {
      await store().create(first());
      const race = await Promise.all(Array.from({ length: 8 }, () => outcome(store().commit(second(first()), 1))));
      expect(race.sort()).toEqual([...Array.from({ length: 7 }, () => 'TICKET_CONFLICT'), 'fulfilled'].sort());
    });

    it('refuses an id twice, for the same person too', async () => {
      await store().create(first());
      for (const person of ['a', 'b'])
        expect(await outcome(store().create(first('T-00000001', person)))).toBe('TICKET_CONFLICT');
    });

    it('refuses a second open ticket for the same person and model, not for another model or a closed one', async () => {
      await store().create(first());
      expect(await outcome(store().create(first('T-00000002')))).toBe('TICKET_DUPLICATE');
      expect(await outcome(store().create(first('T-00000003', 'a', 'garden')))).toBe('fulfilled');
      await store().commit(closing(first()), 1);
      expect(await outcome(store().create(first('T-00000004')))).toBe('fulfilled');
    });

    it('keeps what a request was filed as, by its digest and its first event, when the case is gone', async () => {
      const requestDigest = 'd'.repeat(64);
      const filed = receive(
        { ...receivedEvent(), requestDigest },
        { subjectKey: 'a'.repeat(64), calendar: CALENDAR },
        NOW,
      );
      const closed = closing(filed);
      const purged = advance(closed.ticket, { type: 'purged', objects: 2, readsRefused: 2 }, NOW);
      await store().create(filed);
      await store().commit(closed, 1);
      await store().commit(purged, 2);
      const again = await reopen();
      const { id } = filed.ticket;
      expect((await again.get(id)).ticket).toMatchObject({ status: 'PURGED', requestDigest });
      const [received] = await again.events(id);
      expect(JSON.parse(received!.body)).toMatchObject({ event: { type: 'received', requestDigest } });
    });

    it('names an id that it does not have', async () => {
      expect(await outcome(store().get('T-99999999'))).toBe('TICKET_NOT_FOUND');
      expect(await outcome(store().commit(second(first()), 1))).toBe('TICKET_CONFLICT');
    });

    it('lists newest first', async () => {
      await store().create(first('T-00000001', 'a'));
      await store().create(first('T-00000002', 'b'));
      expect((await store().list()).map(({ id }) => id)).toEqual(['T-00000002', 'T-00000001']);
    });

    it("lists a model's open tickets newest first, none that is closed, and none of another model", async () => {
      for (const [id, person, model] of [
        ['T-00000001', 'a', 'town'],
        ['T-00000002', 'b', 'garden'],
        ['T-00000003', 'c', 'town'],
        ['T-00000004', 'd', 'town'],
      ] as const)
        await store().create(first(id, person, model));
      await store().commit(second(first('T-00000001', 'a', 'town')), 1);
      await store().commit(closing(first('T-00000003', 'c', 'town')), 1);
      const again = await reopen();
      const open = await again.openOf('town');
      expect(open.map(({ id, status }) => [id, status])).toEqual([
        ['T-00000004', 'RECEIVED'],
        ['T-00000001', 'IDENTITY_PENDING'],
      ]);
      expect(await again.openOf('nobody')).toEqual([]);
    });

    it('hands out events for the log in commit order until they are marked, and takes a mark twice', async () => {
      await store().create(first('T-00000002', 'b'));
      await store().create(first('T-00000001', 'a'));
      await store().commit(second(first()), 1);
      const waiting = await store().unsequenced(2);
      expect(waiting.map(({ eventId }) => eventId)).toEqual(['T-00000002.1', 'T-00000001.1']);
      const marks = waiting.map(({ eventId }, leafIndex) => ({ eventId, leafIndex }));
      await store().markSequenced(marks);
      await store().markSequenced(marks);
      expect((await store().unsequenced(9)).map(({ eventId }) => eventId)).toEqual(['T-00000001.2']);
      expect((await (await reopen()).events('T-00000001')).map(({ leafIndex }) => leafIndex)).toEqual([1, undefined]);
    });

    it('returns what it holds, not a window onto it', async () => {
      await store().create(first());
      const { ticket } = await store().get('T-00000001');
      ticket.due.derivation.push('edited');
      expect((await store().get('T-00000001')).ticket).toEqual(first().ticket);
    });
  });
