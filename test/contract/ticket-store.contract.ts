import { describe, expect, it } from '@jest/globals';
import type { TicketStore } from '#core/ports.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { advance, receive, type Transition } from '#core/transitions.ts';
import { OtherColumn } from '#core/ticket-columns.ts';
import { workRowOf, type WorkPage, type WorkQuery } from '#core/worklist.ts';
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

const PART = { records: [2], reason: 'no-match' };
const PART_APPEALED: readonly TicketEvent[] = [
  { type: 'act-proposed', act: 'partly-refused', ...PART, by: FILER },
  { type: 'partly-refused', ...PART, first: FILER, by: 'second.sam' },
  { type: 'appealed', on: NOW.toISOString(), by: FILER },
];

export const ticketStoreContract = (name: string, make: Make<TicketStore>) =>
  contract(`ticket store: ${name}`, make, (store, reopen, edit) => {
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

    it.each(['model', 'duplicate', 'body'] as const)('refuses a ticket whose %s somebody edited', async (column) => {
      await store().create(first('T-00000001', 'a'));
      await store().create(first('T-00000002', 'b'));
      if (edit() === undefined) return expect(await outcome(store().get('T-00000001'))).toBe('fulfilled');
      await edit()!('T-00000001', column);
      const again = await reopen();
      const damaged = { code: 'STORE_CORRUPT', message: expect.stringContaining('T-00000001') as unknown };
      await expect(again.get('T-00000001')).rejects.toMatchObject(damaged);
      await expect(again.list()).rejects.toMatchObject(damaged);
      const told: unknown[] = [];
      const ids = (tickets: readonly { id: string }[]) => tickets.map(({ id }) => id);
      expect(ids(await again.list((error) => void told.push(error)))).toEqual(['T-00000002']);
      expect(ids(await again.openOf('house', () => undefined))).toEqual(['T-00000002']);
      expect(told).toEqual([expect.objectContaining(damaged)]);
      const [error] = told;
      expect(error instanceof OtherColumn ? error.ticket.id : 'body').toBe(column === 'body' ? 'body' : 'T-00000001');
      expect(JSON.stringify(error)).not.toContain('"ticket"');
      expect((await again.get('T-00000002')).version).toBe(1);
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

    describe('the work list', () => {
      const received = (id: string, subject: string, at: string, model = 'house', filer = FILER) =>
        receive(
          { ...receivedEvent(), id, model, filer, receivedAt: at },
          { subjectKey: subject.repeat(64), calendar: CALENDAR },
          NOW,
        );
      const fill = async () => {
        const all = [
          received('T-00000001', 'a', '2026-02-20T10:00:00.000Z'),
          received('T-00000002', 'b', '2026-02-10T10:00:00.000Z', 'town'),
          received('T-00000003', 'c', '2026-02-10T10:00:00.000Z'),
          received('T-00000004', 'd', '2026-02-01T10:00:00.000Z', 'town', 'filer.fay'),
          received('T-00000005', 'e', '2026-01-20T10:00:00.000Z'),
          received('T-00000006', 'f', '2026-01-25T10:00:00.000Z'),
        ];
        for (const one of all) await store().create(one);
        await store().commit(second(all[2]!), 1);
        await store().commit(closing(all[4]!), 1);
        await store().commit(closing(all[5]!), 1);
      };
      const ids = async (query: Partial<WorkQuery>) =>
        (await store().page({ scope: 'all', limit: 50, ...query })).rows.map(({ id }) => id.slice(-1)).join('');

      it('has what is open first, by due date, then what is closed, latest first', async () => {
        await fill();
        expect(await ids({})).toBe('423165');
        expect([await ids({ scope: 'open' }), await ids({ scope: 'closed' })]).toEqual(['4231', '65']);
        const again = await reopen();
        const { rows } = await again.page({ scope: 'open', limit: 1 });
        expect(rows).toEqual([workRowOf((await again.get('T-00000004')).ticket)]);
      });

      it('is narrowed by status, regime, model, filer, due date, the beginning of an id, and by several', async () => {
        await fill();
        expect(await ids({ statuses: ['IDENTITY_PENDING', 'WITHDRAWN'] })).toBe('365');
        expect([await ids({ model: 'town' }), await ids({ filer: 'filer.fay' })]).toEqual(['42', '4']);
        expect([await ids({ regime: 'gdpr' }), await ids({ regime: 'ccpa' })]).toEqual(['423165', '']);
        expect(await ids({ scope: 'open', dueUpTo: '2026-03-10' })).toBe('423');
        expect([await ids({ id: 'T-00000003' }), await ids({ id: 'T-0000000' }), await ids({ id: 'T-%' })]).toEqual([
          ...['3', '423165', ''],
        ]);
        expect(await ids({ model: 'town', filer: FILER, scope: 'open' })).toBe('2');
      });

      it('has what is to be decided, whatever the status is, with who may not decide it', async () => {
        await fill();
        const law = { regime: 'colorado', ground: '6-1-1306-1-d' } as const;
        const asked = receive(
          { ...receivedEvent(), ...law, id: 'T-00000007' },
          { subjectKey: '7'.repeat(64), calendar: CALENDAR },
          NOW,
        );
        await store().create(asked);
        let [last, version] = [asked, 0];
        for (const event of PART_APPEALED) {
          last = advance(last.ticket, event, NOW);
          await store().commit(last, ++version);
        }
        expect(await ids({ decisions: ['part-appeal'] })).toBe('7');
        expect(await ids({ scope: 'open', decisions: ['approval', 'part-appeal'], dueUpTo: '2027-01-01' })).toBe('7');
        expect(await ids({ decisions: ['approval'] })).toBe('');
        expect(await ids({ decisions: [] })).toBe('');
        const again = await reopen();
        expect(await again.counts({ scope: 'open', decisions: ['part-appeal'] })).toMatchObject({
          total: 1,
          regime: { colorado: 1 },
        });
        const [row] = (await again.page({ scope: 'open', decisions: ['part-appeal'], limit: 9 })).rows;
        expect(row).toMatchObject({ decision: 'part-appeal', notFor: ['second.sam'] });
        const decided = { type: 'appeal-decided', outcome: 'upheld', by: 'judge.jo' } as const;
        await again.commit(advance(last.ticket, decided, NOW), ++version);
        expect((await again.counts({ scope: 'open', decisions: ['part-appeal'] })).total).toBe(0);
      });

      it('is read page by page, each ticket once, over both kinds', async () => {
        await fill();
        for (const limit of [1, 2, 3, 6]) {
          const seen: string[] = [];
          let after: string | undefined;
          for (let pages = 0; pages < 10; pages++) {
            const { rows, next }: WorkPage = await store().page({ scope: 'all', limit, after });
            expect(rows.length).toBeLessThanOrEqual(limit);
            seen.push(...rows.map(({ id }) => id.slice(-1)));
            if (next === null) break;
            after = next;
          }
          expect([limit, seen.join('')]).toEqual([limit, '423165']);
        }
        expect(await outcome(store().page({ scope: 'all', limit: 1, after: 'elsewhere' }))).toBe('INVALID_INPUT');
      });

      it('counts each kind as if the list were not narrowed by it', async () => {
        await fill();
        const again = await reopen();
        const counts = await again.counts({ scope: 'open', model: 'house' });
        expect(counts).toEqual({
          total: 2,
          status: { RECEIVED: 1, IDENTITY_PENDING: 1 },
          regime: { gdpr: 2 },
          model: { house: 2, town: 2 },
          filer: { [FILER]: 2 },
        });
        expect((await again.counts({ scope: 'closed' })).total).toBe(2);
        expect((await again.counts({ scope: 'open', dueUpTo: '2026-03-10' })).total).toBe(3);
        expect((await again.counts({ scope: 'all', id: 'T-00000005' })).total).toBe(1);
        expect(await again.counts({ scope: 'all', model: 'nobody' })).toMatchObject({ total: 0, status: {} });
      });
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
      try {
        ticket.due.derivation.push('edited');
      } catch {
        // a store that shares what it holds does not let it be changed
      }
      expect((await store().get('T-00000001')).ticket).toEqual(first().ticket);
    });
  });
