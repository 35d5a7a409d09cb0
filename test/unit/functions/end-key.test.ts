// The end of a signing key in the history of what it signed: a bundle from then on tells whoever verifies it by keys
// from before, and one that leaves the end out shows that it does.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import type { CertificatePredicate } from '#core/certificate.ts';
import type { TrustRoot } from '#core/trust-root.ts';
import { verifyBundle } from '#core/verify.ts';
import { endKey, type KeyEnd } from '#functions/end-key.ts';
import { requireAsLogged } from '#core/as-logged.ts';
import type { TicketHarness } from '#bench/house/ticket-harness.ts';
import { payloadOf, readJson, trustRootOf } from '#test/support/forged-bundles.ts';
import { walkedToApproval, walkedToEnd } from '#test/support/hand-walked.ts';

let harness: TicketHarness;
let ticketId: string;
let before: { files: BundleFiles; trustRoot: TrustRoot };
let end: KeyEnd;

const detailOf = (files: BundleFiles, trustRoot: TrustRoot) => {
  const { checks } = verifyBundle(files, { now: harness.ports.clock.now(), trustRoot });
  const failed = checks.filter(({ state }) => state === 'fails');
  return failed.map(({ id, detail }) => `${id}: ${detail}`);
};
const ending = (ended: Omit<KeyEnd, 'key'>): TrustRoot => ({
  ...before.trustRoot,
  keys: before.trustRoot.keys.map((key) => (key.id === end.key ? { ...key, ended } : key)),
});

beforeAll(async () => {
  ({ harness, ticketId } = await walkedToEnd());
  const files = await assembleBundle(harness.ports, ticketId);
  before = { files, trustRoot: await trustRootOf(harness.ports.signer) };
  const { keys } = payloadOf(files, 'certificate.dsse.json').predicate as CertificatePredicate;
  harness.clock.advance(60);
  end = { key: keys.approver, until: harness.ports.clock.now().toISOString(), compromised: false };
  harness.clock.advance(60);
});

describe('a key that ended', () => {
  it('is written once into the history of each certificate that it signed, and of no other', async () => {
    expect(await endKey('approval', { ...end, key: before.trustRoot.keys[0]!.id }, harness.ports)).toBe(0);
    expect(await endKey('approval', end, harness.ports)).toBe(1);
    expect(await endKey('approval', end, harness.ports)).toBe(0);
    const events = await harness.ports.tickets.events(ticketId);
    expect(events.map(({ type }) => type).filter((type) => type === 'approval-key-ended')).toHaveLength(1);
    expect(events.every(({ leafIndex }) => leafIndex !== undefined)).toBe(true);
    await requireAsLogged((await harness.ports.tickets.get(ticketId)).ticket, harness.ports);
  });

  it('is noticed by a trust root from before, and agrees with one that names it', async () => {
    const files = await assembleBundle(harness.ports, ticketId);
    const { until } = end;
    expect(detailOf(files, before.trustRoot)).toEqual([
      `approval-key: the log says that the approver's key ended on ${until}; the trust root has no end of it: ask for a newer one`,
    ]);
    expect(detailOf(files, ending({ until, compromised: false }))).toEqual([]);
    const other = detailOf(files, ending({ until: '2099-01-01T00:00:00.000Z', compromised: false }));
    expect(other).toEqual([expect.stringContaining('has a milder end of it, 2099-01-01T00:00:00.000Z')]);
    expect(detailOf(before.files, before.trustRoot)).toEqual([]); // what was handed out before stays as it was
  });

  it('shows where it is left out of a bundle', async () => {
    const files = await assembleBundle(harness.ports, ticketId);
    const last = [...files.keys()]
      .filter((name) => /^log\/\d+\.json$/.test(name))
      .toSorted()
      .at(-1)!;
    expect(readJson<{ event: { type: string } }>(files, last).event.type).toBe('approval-key-ended');
    files.delete(last);
    files.delete(last.replace('.json', '.tlog-proof'));
    expect(detailOf(files, before.trustRoot).join()).toMatch(/history-complete/);
  });

  it('turns out to have been in other hands: the strictest end counts, and none makes it milder', async () => {
    const worse = { ...end, compromised: true };
    expect(await endKey('approval', worse, harness.ports)).toBe(1);
    expect(await endKey('approval', end, harness.ports)).toBe(0);
    const files = await assembleBundle(harness.ports, ticketId);
    expect(detailOf(files, ending({ until: end.until, compromised: false }))).toEqual([
      expect.stringContaining('and that others may have had it since'),
    ]);
    const stamped = [expect.stringMatching(/^approval-key: others may have had the key since .*no timestamp shows/)];
    expect(detailOf(files, ending({ until: end.until, compromised: true }))).toEqual(stamped);
    const stricter = ending({ until: '2020-01-01T00:00:00.000Z', compromised: true });
    expect(detailOf(files, stricter)).toEqual([expect.stringContaining('with a key that had ended on 2020-01-01')]);
  });

  it("is the service's too: what it signed before holds, what the log has from later does not", async () => {
    const service = before.trustRoot.keys.find(({ role }) => role === 'service')!;
    const late = '2999-01-01T00:00:00.000Z';
    const rooted = (until: string, compromised = false) => ({
      ...before.trustRoot,
      keys: before.trustRoot.keys.map((key) =>
        key.id === service.id ? { ...key, ended: { until, compromised } } : key,
      ),
    });
    expect(detailOf(before.files, rooted(late))).toEqual([]);
    expect(detailOf(before.files, rooted('2020-01-01T00:00:00.000Z'))).toEqual([
      expect.stringMatching(/^bundle-sealed: the service's key ended on 2020-01-01.*, before the list of files/),
      expect.stringMatching(/^certificate-signatures: the service's key ended on 2020-01-01.*, before the certificate/),
    ]);
    expect(await endKey('service', { key: service.id, until: late, compromised: true }, harness.ports)).toBe(1);
    const after = await assembleBundle(harness.ports, ticketId);
    expect(detailOf(after, rooted(late)).join()).toMatch(/certificate-signatures: the log says that the service's key/);
    expect(detailOf(after, rooted(late, true)).join()).not.toMatch(/certificate-signatures/);
  });

  it('is of no ticket without a certificate', async () => {
    const open = await walkedToApproval();
    expect(await endKey('approval', end, open.harness.ports)).toBe(0);
  });
});
