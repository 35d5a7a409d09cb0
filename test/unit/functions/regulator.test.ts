// The file for a regulator: whole, checkable by what is in it, the same each time, and about no person.
import { describe, expect, it } from '@jest/globals';
import { unzipSync } from 'fflate';
import type { Digest } from '#core/canonical.ts';
import { verifyBundle } from '#core/verify.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { findStep } from '#functions/steps.ts';
import { regulatorFile } from '#functions/regulator.ts';
import { reportPdf } from '#report/pdf.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { FILER, RECORDS, SUBJECT } from '#bench/house/requests.ts';
import { outcome } from '#test/contract/contract.ts';
import { appOf, as } from '#test/support/api-callers.ts';
import { walkedToApproval, walkedToEnd, type WalkedTicket } from '#test/support/hand-walked.ts';

const fileOf = async ({ harness, ticketId }: WalkedTicket) => {
  const zip = await regulatorFile(harness.ports, ticketId, reportPdf);
  return { zip, files: unzipSync(zip) };
};

const bundleIn = (files: Readonly<Record<string, Uint8Array>>) =>
  new Map(
    Object.entries(files).flatMap(([name, bytes]) =>
      name.startsWith('bundle/') ? [[name.slice('bundle/'.length), bytes] as const] : [],
    ),
  );

describe('the file for a regulator', () => {
  it('has instructions, report, register row and a bundle that verifies', async () => {
    const walked = await walkedToEnd();
    const { zip, files } = await fileOf(walked);
    const text = (name: string) => Buffer.from(files[name] ?? []).toString();
    for (const name of ['README.txt', 'report.pdf', 'report.html', 'report.json', 'register.csv'])
      expect(files).toHaveProperty([name]);
    expect(text('README.txt')).toContain('quittance-verify bundle --trust-root');
    expect(text('register.csv')).toContain(walked.ticketId);
    expect(verifyBundle(bundleIn(files), { now: walked.harness.ports.clock.now() }).ok).toBe(true);
    for (const secret of [SUBJECT, ...RECORDS.map(({ answer }) => answer)])
      for (const name of Object.keys(files)) expect([name, text(name).includes(secret)]).toEqual([name, false]);
    expect(Buffer.from(zip).equals(Buffer.from((await fileOf(walked)).zip))).toBe(true);
  });

  it('is made of a refusal, and of no request that is open', async () => {
    const walked = await walkedToApproval();
    const { harness, ticketId } = walked;
    expect(await outcome(fileOf(walked))).toBe('NOT_FOUND');
    const input = { ticketId, outcome: 'refused', reason: 'art-17-3-e' };
    for (const by of ['legal.lou', 'approver.aino']) await harness.call(findStep('close-ticket'), { ...input, by });
    await harness.call(sequenceLog, {});
    const { files } = await fileOf(walked);
    expect(Buffer.from(files['README.txt'] ?? []).toString()).toContain('The request was refused by approver.aino');
    expect(files).toHaveProperty(['bundle/closing.dsse.json']);
    const response = await appOf(walked).request(`/tickets/${ticketId}/regulator.zip`, { headers: as('auditor') });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/zip']);
  });

  it.each([['regulator.zip'], ['bundle.zip']])('%s is not made for whoever asks for its headers', async (name) => {
    const walked = await walkedToEnd();
    const { harness, ticketId } = walked;
    let read = 0;
    const artifacts = {
      ...harness.ports.artifacts,
      get: (digest: Digest) => {
        read++;
        return harness.ports.artifacts.get(digest);
      },
    };
    const app = appOf({ ...walked, harness: { ...harness, ports: { ...harness.ports, artifacts } } });
    const asked = async (method: string) => {
      const before = read;
      const response = await app.request(`/tickets/${ticketId}/${name}`, { method, headers: as('auditor') });
      const { length } = Buffer.from(await response.arrayBuffer());
      return { status: response.status, type: response.headers.get('content-type'), length, read: read - before };
    };
    expect(await asked('HEAD')).toEqual({ status: 200, type: 'application/zip', length: 0, read: 0 });
    const { length, read: needed } = await asked('GET');
    expect([length > 1000, needed > 0]).toEqual([true, true]);
    const open = await walkedToApproval();
    for (const method of ['HEAD', 'GET']) {
      const url = `/tickets/${open.ticketId}/${name}`;
      expect((await appOf(open).request(url, { method, headers: as('auditor') })).status).toBe(404);
    }
    // ended, and its end not in the log yet
    const { harness: ended } = open;
    await ended.call(closeTicket, { ticketId: open.ticketId, by: FILER, outcome: 'withdrawn', reason: 'by-requester' });
    expect((await ended.ports.tickets.get(open.ticketId)).ticket.status).toBe('WITHDRAWN');
    const statuses = ['HEAD', 'GET'].map(async (method) => {
      const url = `/tickets/${open.ticketId}/${name}`;
      return (await appOf(open).request(url, { method, headers: as('auditor') })).status;
    });
    expect(await Promise.all(statuses)).toEqual([404, 404]);
  });
});
