// Contracts of the ports that hold keys, count, or state the deployment's settings: signer, pseudonyms, notifier,
// clock, ids, calendar, installation.
import { createPublicKey, verify } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Calendar, Clock, Ids, Installation, Notifier, Pseudonyms, Signer } from '#core/ports.ts';
import { DeclaredScope, type Scope } from '#core/scope.ts';
import { TicketId } from '#core/ticket.ts';
import type { Notice } from '#test/support/mails.ts';
import { bytes, contract, outcome, type Make } from './contract.ts';

/** SubjectPublicKeyInfo of an Ed25519 key is this prefix and the raw key (RFC 8410). */
const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

export const signerContract = (name: string, make: Make<Signer>) =>
  contract(`signer: ${name}`, make, (signer, reopen) => {
    const check = async (port: Signer, key: string, message: Uint8Array, signature: Uint8Array) => {
      const raw = await port.publicKey(key);
      expect(raw.byteLength).toBe(32);
      const publicKey = createPublicKey({ key: Buffer.concat([SPKI_ED25519, raw]), format: 'der', type: 'spki' });
      return verify(null, message, publicKey, signature);
    };

    it('signs what its public key verifies, over a restart, and nothing else', async () => {
      const signature = await signer().sign('service', bytes('statement'));
      const again = await reopen();
      expect(await check(again, 'service', bytes('statement'), signature)).toBe(true);
      expect(await check(again, 'service', bytes('Statement'), signature)).toBe(false);
      expect(await check(again, 'approver.aino', bytes('statement'), signature)).toBe(false);
    });

    it('makes one key a name, also when asked twice at once', async () => {
      const keys = await Promise.all(Array.from({ length: 6 }, () => signer().publicKey('log')));
      expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    });

    it.each(['../service', 'a/b', '', 'Ä'])('refuses the key name %j', async (key) => {
      const acts = [signer().publicKey(key), signer().sign(key, bytes('statement'))];
      expect(await Promise.all(acts.map(outcome))).toEqual(['INVALID_INPUT', 'INVALID_INPUT']);
    });
  });

export const pseudonymsContract = (name: string, make: Make<Pseudonyms>) =>
  contract(`pseudonyms: ${name}`, make, (pseudonyms, reopen) => {
    it('are stable over a restart and differ by purpose, with no way to join the two', async () => {
      const [a, b, c] = [
        await pseudonyms().of('person', 'Ada'),
        await pseudonyms().of('word', 'Ada'),
        await pseudonyms().of('personA', 'da'),
      ];
      expect(a).toMatch(/^[0-9a-f]{64}$/);
      expect(await (await reopen()).of('person', 'Ada')).toBe(a);
      expect(new Set([a, b, c]).size).toBe(3);
    });
  });

/**
 * `delivered`: every notice that the current notifier has delivered, with repeats where its way of delivery has them.
 */
export const notifierContract = (name: string, make: Make<Notifier>, delivered: () => Promise<readonly Notice[]>) =>
  contract(`notifier: ${name}`, make, (notifier) => {
    const completion = {
      id: 'T-1.completion',
      to: 'requester',
      template: 'completion',
      references: { ticketId: 'T-1' },
    };
    const reminder = {
      id: 'T-1.reminder',
      to: 'approvers',
      template: 'approval-due',
      references: { ticketId: 'T-1', due: '2026-04-02' },
    };

    it('delivers each notice as it was given; a repeat can be told by its id', async () => {
      for (const notice of [completion, completion, reminder]) await notifier().notify(notice);
      const byId = new Map((await delivered()).map((notice) => [notice.id, notice]));
      expect([...byId.values()]).toEqual([completion, reminder]);
    });
  });

/** `turn` sets the machine's clock, which the current port reads, forward or back by seconds. */
export const clockContract = (name: string, make: Make<Clock>, turn: (seconds: number) => void) =>
  contract(`clock: ${name}`, make, (clock, reopen) => {
    it("shows the machine's time as it goes on, over a restart", async () => {
      const begin = clock().now().getTime();
      turn(90.25);
      expect(clock().now().getTime() - begin).toBe(90_250);
      turn(10);
      expect((await reopen()).now().getTime() - begin).toBe(100_250);
    });

    it("stands still while the machine's clock is slewed, and goes on where that passes it", async () => {
      const begin = clock().now().getTime();
      turn(-1.5);
      const again = await reopen();
      const shown = [clock(), again].map((one) => one.now().getTime() - begin);
      turn(2);
      expect([...shown, again.now().getTime() - begin]).toEqual([0, 0, 500]);
    });

    it('refuses a clock that was set back, over a restart', async () => {
      clock().now();
      const shown = async (one: Clock) => one.now();
      turn(-3600);
      const again = await reopen();
      expect(await Promise.all([clock(), again].map(shown).map(outcome))).toEqual([
        'CLOCK_WENT_BACK',
        'CLOCK_WENT_BACK',
      ]);
      turn(3600);
      expect(await Promise.all([clock(), again].map(shown).map(outcome))).toEqual(['fulfilled', 'fulfilled']);
    });
  });

export const idsContract = (name: string, make: Make<Ids>) =>
  contract(`ids: ${name}`, make, (ids, reopen) => {
    it('are fresh, over a restart too, and fit a ticket id', async () => {
      const again = await reopen();
      const made = [ids(), again].flatMap((one) => Array.from({ length: 200 }, () => one.next('T-')));
      expect(new Set(made).size).toBe(400);
      expect(made.filter((id) => !TicketId.safeParse(id).success)).toEqual([]);
    });

    it('begin as they are asked to', () => {
      expect(ids().next('run-')).toMatch(/^run-[0-9a-z]{8,40}$/);
    });
  });

export interface Where {
  region: string;
  timeZone: string;
}

/**
 * `where` is a place that keeps Christmas, Easter Monday and Labour Day, and works on All Souls' Day and Christmas Eve.
 */
export const calendarContract = (name: string, make: Make<Calendar>, where: Where) =>
  contract(`calendar: ${name}`, make, (calendar) => {
    const yearsAround = async (date: string) => {
      const { holidays } = await calendar().around(new Date(date));
      return holidays.filter((day) => day.endsWith('-12-25')).map((day) => Number(day.slice(0, 4)));
    };

    it('says of what place it is, and from what source', async () => {
      const { region, timeZone, source } = await calendar().around(new Date('2026-03-02T10:00:00Z'));
      expect({ region, timeZone }).toEqual(where);
      expect(source).toMatch(/^\S/);
    });

    it('has the holidays from the year before to three years after, in order, each once', async () => {
      const { holidays } = await calendar().around(new Date('2026-03-02T10:00:00Z'));
      expect(holidays).toEqual([...new Set(holidays)].sort());
      expect(holidays.filter((day) => !/^202[5-9]-\d\d-\d\d$/.test(day))).toEqual([]);
      expect(await yearsAround('2026-03-02T10:00:00Z')).toEqual([2025, 2026, 2027, 2028, 2029]);
      expect(await yearsAround('2030-12-31T23:59:59Z')).toEqual([2029, 2030, 2031, 2032, 2033]);
    });

    it('has the days on which nobody works, movable ones too, and no others', async () => {
      const { holidays } = await calendar().around(new Date('2026-03-02T10:00:00Z'));
      const off = ['2025-04-21', '2026-04-06', '2026-05-01', '2027-03-29', '2028-04-17'];
      expect(off.filter((day) => !holidays.includes(day))).toEqual([]);
      const working = ['2026-03-03', '2026-11-02', '2026-12-24', '2027-02-15']; // All Souls' Day is kept, and worked on
      expect(working.filter((day) => holidays.includes(day))).toEqual([]);
    });
  });

/** `said`: what the deployment's settings say. */
export const installationContract = (name: string, make: Make<Installation>, said: Scope) =>
  contract(`installation: ${name}`, make, (installation, reopen) => {
    it('says of its scope what its settings say, over a restart', async () => {
      expect(await installation().certificateScope()).toEqual(said);
      expect(await (await reopen()).certificateScope()).toEqual(said);
    });

    it('says a scope that a deployment may declare', async () => {
      expect(DeclaredScope.parse(await installation().certificateScope())).toEqual(said);
    });
  });
