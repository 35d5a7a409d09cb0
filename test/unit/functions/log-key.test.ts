// The log's own key replaced in an installation at work: the head is signed anew, each case that came to its end has
// the end of the key in its history and its leaves listed by the next one, and witnesses go on.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { httpCourier } from '#adapters/http/courier.ts';
import { Attestors } from '#core/attestors.ts';
import { requireAsLogged } from '#core/as-logged.ts';
import { assembleBundle } from '#core/bundle.ts';
import { keyIdOf } from '#core/dsse.ts';
import { appendToLog, readLog, readOrigin } from '#core/ledger/log.ts';
import { LOG_KEY, logKey } from '#core/ledger/log-keys.ts';
import { openNote } from '#core/ledger/note.ts';
import { publishedKeys } from '#core/pinned-keys.ts';
import { verifyBundle } from '#core/verify.ts';
import { endKey } from '#functions/end-key.ts';
import { sequenceEvents, sequenceLog } from '#functions/sequence-log.ts';
import { findStep } from '#functions/steps.ts';
import { memoryHarness } from '#adapters/memory/ports.ts';
import { FILER } from '#bench/house/requests.ts';
import type { TicketHarness } from '#bench/house/ticket-harness.ts';
import { walkedToApproval, walkedToEnd } from '#test/support/hand-walked.ts';
import { smallWitness, type SmallWitness } from '#test/support/small-witness.ts';
import { codeOf } from '#test/support/log-entries.ts';

const replaced = async (
  { ports, signer, clock }: Pick<TicketHarness, 'ports' | 'signer' | 'clock'>,
  compromised = false,
  seconds = 60,
) => {
  clock.advance(seconds);
  const { publicKey, until } = await signer.retire(LOG_KEY, { until: ports.clock.now().toISOString(), compromised });
  clock.advance(seconds);
  return { key: keyIdOf(publicKey), until, compromised };
};
const found = async ({ ports }: TicketHarness, ticketId: string, trustRoot = publishedKeys(ports)) => {
  const now = new Date(ports.clock.now().getTime() + 60_000);
  const { checks } = verifyBundle(await assembleBundle(ports, ticketId), { now, trustRoot: await trustRoot });
  return checks.filter(({ state }) => state === 'fails').map(({ id, detail }) => `${id}: ${detail}`);
};

describe('the end of the log key', () => {
  it.each([false, true])('is followed by bundles under the next one (compromised: %s)', async (compromised) => {
    const { harness, ticketId } = await walkedToEnd();
    const { ports } = harness;
    const before = publishedKeys(ports);
    const old = { files: await assembleBundle(ports, ticketId), root: await before, origin: await readOrigin(ports) };
    const end = await replaced(harness, compromised);
    const between = await found(harness, ticketId); // not signed anew yet
    expect(between.length > 0).toBe(compromised);
    expect(await endKey('log', end, ports)).toBe(1);
    expect(await endKey('log', end, ports)).toBe(0);
    const after = await publishedKeys(ports);
    expect(await found(harness, ticketId)).toEqual([]);
    expect(await found(harness, ticketId, Promise.resolve(old.root))).toContain(
      'checkpoint: no log key of the trust root that was given signed the checkpoint',
    );
    expect(after.keys.filter(({ role }) => role === 'log')).toMatchObject([
      { id: end.key, ended: { until: end.until, compromised } },
      { name: old.origin },
    ]);
    const handedOut = verifyBundle(old.files, { now: ports.clock.now(), trustRoot: after });
    expect(handedOut.ok).toBe(!compromised);
    await requireAsLogged((await ports.tickets.get(ticketId)).ticket, ports);
    const endless = { ...after, keys: after.keys.map((key) => ({ ...key, ended: undefined })) };
    expect(await found(harness, ticketId, Promise.resolve(endless))).toEqual([
      expect.stringMatching(
        /^checkpoint: the log says that the log's key ended on .* no end of it: ask for a newer one/,
      ),
    ]);
  });

  it('is told of a request that was withdrawn, too, and of none that is open', async () => {
    const { harness, ticketId } = await walkedToApproval();
    expect(await endKey('log', await replaced(harness), harness.ports)).toBe(0);
    await harness.call(findStep('close-ticket'), { ticketId, outcome: 'withdrawn', reason: 'by-requester', by: FILER });
    await harness.call(sequenceLog, { ticketId });
    for (const name of ['notify-parties', 'purge-case']) await harness.call(findStep(name), { ticketId });
    await harness.call(sequenceLog, { ticketId });
    expect(await endKey('log', await replaced(harness, true), harness.ports)).toBe(1);
    expect(await found(harness, ticketId)).toEqual([]);
  });
});

describe('the log itself', () => {
  it('keeps its name, and its head is signed anew though nothing waits', async () => {
    const harness = memoryHarness();
    const { ports } = harness;
    const empty = await readOrigin(ports);
    await replaced(harness);
    expect(await readOrigin(ports)).toBe(empty); // a name that was handed out stays
    await appendToLog(ports, [Buffer.from('one')]);
    const { origin, version } = await readLog(ports);
    expect(origin).toBe(empty);
    await replaced(harness);
    await sequenceEvents(ports);
    const head = await readLog(ports);
    expect(head).toMatchObject({ origin, version: version + 1, size: 1 });
    expect(openNote(head.note!, await logKey(ports.signer, origin))).toBeDefined();
    await sequenceEvents(ports);
    expect((await readLog(ports)).version).toBe(version + 1);
    await appendToLog({ ...ports, logStorage: { ...ports.logStorage } }, [Buffer.from('two')]);
    expect((await readLog(ports)).size).toBe(2);
  });

  it('takes no head by the key from before once the next one has signed', async () => {
    const harness = memoryHarness();
    const { ports } = harness;
    await appendToLog(ports, [Buffer.from('one')]);
    const first = (await ports.logHead.read())!.checkpoint;
    await replaced(harness);
    expect((await readLog(ports)).size).toBe(1); // the last that the old key signed
    await sequenceEvents(ports);
    const { version } = await readLog(ports);
    await ports.logHead.replace(first, version); // by whoever writes heads, and has the old key
    expect(await codeOf(readLog(ports))).toBe('LEDGER_INVALID');
  });

  it('publishes nothing that was signed while its key was replaced', async () => {
    const harness = memoryHarness();
    const { ports, signer } = harness;
    await appendToLog(ports, [Buffer.from('one')]);
    const replacing = {
      ...ports.signer,
      sign: async (name: string, message: Uint8Array) => {
        await signer.retire(LOG_KEY, { until: ports.clock.now().toISOString(), compromised: false });
        return signer.sign(name, message);
      },
    };
    expect(await codeOf(appendToLog({ ...ports, signer: replacing }, [Buffer.from('two')]))).toBe('LEDGER_CONFLICT');
    await appendToLog(ports, [Buffer.from('two')]);
    expect((await readLog(ports)).size).toBe(2);
  });
});

describe('witnesses of the log', () => {
  let witness: SmallWitness;
  const logs = new Map<string, Uint8Array>();
  beforeEach(async () => {
    logs.clear();
    witness = await smallWitness('witness.next', logs);
  });
  afterEach(() => witness.close());

  it('co-sign by the next key once they have it, and are asked until then', async () => {
    const attestors = Attestors.parse({ witnesses: [{ key: witness.key, url: witness.url }] });
    const { ports } = memoryHarness();
    logs.set(await readOrigin(ports), await ports.signer.publicKey(LOG_KEY));
    const { harness, ticketId } = await walkedToEnd({}, { attestors, courier: httpCourier(5_000) });
    expect(await found(harness, ticketId)).toEqual([]);
    await endKey('log', await replaced(harness, false, 0), harness.ports); // the witness has the machine's clock
    await harness.call(sequenceLog, { model: 'house' });
    expect(witness.answered.at(-1)).toBe(403);
    expect(await found(harness, ticketId)).toEqual([expect.stringMatching(/^witnesses: 0 of 1 witnesses/)]);
    logs.set(await readOrigin(harness.ports), await harness.ports.signer.publicKey(LOG_KEY));
    await harness.call(sequenceLog, { model: 'house' });
    expect(witness.answered.at(-1)).toBe(200);
    await harness.call(sequenceLog, { model: 'house' });
    expect(await found(harness, ticketId)).toEqual([]);
  });
});
