// Ports that hold keys or count: signer, pseudonyms, notifier, clock, ids, calendar.
import { createPublicKey, verify } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Calendar, Clock, Ids, Notifier, Pseudonyms, Signer } from '#core/ports.ts';
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
      expect(['INVALID_INPUT', 'fulfilled']).toContain(await outcome(signer().publicKey(key)));
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

export const notifierContract = (name: string, make: Make<Notifier>) =>
  contract(`notifier: ${name}`, make, (notifier) => {
    it('takes a notice twice', async () => {
      const notice = { id: 'T-1.completion', to: 'requester', template: 'completion', references: { ticketId: 'T-1' } };
      expect([await outcome(notifier().notify(notice)), await outcome(notifier().notify(notice))]).toEqual([
        'fulfilled',
        'fulfilled',
      ]);
    });
  });

export const clockContract = (name: string, make: Make<Clock>) =>
  contract(`clock: ${name}`, make, (clock, reopen) => {
    it('never shows an earlier time than before, over a restart', async () => {
      const times: number[] = [];
      for (let i = 0; i < 50; i++) times.push(clock().now().getTime());
      times.push((await reopen()).now().getTime());
      expect(times).toEqual([...times].sort((a, b) => a - b));
    });
  });

export const idsContract = (name: string, make: Make<Ids>) =>
  contract(`ids: ${name}`, make, (ids) => {
    it('are fresh and fit a ticket id', () => {
      const made = Array.from({ length: 200 }, () => ids().next('T-'));
      expect(new Set(made).size).toBe(200);
      expect(made.filter((id) => !/^T-[0-9a-z]{8,40}$/.test(id))).toEqual([]);
    });
  });

export const calendarContract = (name: string, make: Make<Calendar>) =>
  contract(`calendar: ${name}`, make, (calendar) => {
    it('says where, from what source, and dates in order', async () => {
      const { holidays, source, region } = await calendar().around(new Date('2026-03-02T10:00:00Z'));
      expect(holidays).toEqual([...new Set(holidays)].sort());
      expect([source.length > 0, region.length > 0, holidays.length > 0]).toEqual([true, true, true]);
    });
  });
