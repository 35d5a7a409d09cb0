// The log's key on AWS replaced by another: by the real adapters over a KMS that knows keys by their aliases and a
// table that holds conditions as DynamoDB does. What is handed out before and after verifies; a command that dies
// anywhere is gone on with by the same command, and nothing is signed meanwhile that a verifier refuses.
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { memoryHarness } from '#adapters/memory/ports.ts';
import { kmsSigner } from '#adapters/aws/kms-signer.ts';
import { condemnKmsKey, isUnderWay, lastEnded, noteEntered, retireKmsKey } from '#adapters/aws/replaced-kms-key.ts';
import { signerByName } from '#adapters/aws/wrapped-signer.ts';
import { assembleBundle } from '#core/bundle.ts';
import { keyIdOf } from '#core/dsse.ts';
import { appendToLog, openCheckpoint, readLog } from '#core/ledger/log.ts';
import { LOG_KEY, logKey, wasInUse, type LogKey } from '#core/ledger/log-keys.ts';
import { openNote } from '#core/ledger/note.ts';
import { ledgerReader } from '#core/ledger/reader.ts';
import { publishedKeys } from '#core/pinned-keys.ts';
import type { Signer } from '#core/ports.ts';
import { verifyBundle } from '#core/verify.ts';
import { noteKeyEnd } from '#functions/end-key.ts';
import { sequenceEvents } from '#functions/sequence-log.ts';
import { outcome } from '#test/contract/contract.ts';
import { walkedToEnd } from '#test/support/hand-walked.ts';
import { scriptedKeys } from '#test/support/scripted-keys.ts';

const ALIAS = 'alias/q/log';
const ROW = 'kms#former/log';
const END = { until: '2026-03-02T10:30:00.000Z', compromised: false };

const setup = () => {
  const { options, kmsKeys, ...scripted } = scriptedKeys();
  const rows = { dynamodb: options.dynamodb, table: options.table };
  const first = kmsKeys.deployed(ALIAS);
  const keys = { kms: options.kms, rows, aliasPrefix: 'alias/q', pauseMs: 0 };
  const inKms = () => kmsSigner(options.kms, { aliasPrefix: 'alias/q', rows });
  const signer = (memory: Signer) => signerByName(inKms(), memory, [LOG_KEY]);
  return { ...scripted, ...kmsKeys, first, keysOfLog: keys, inKms, signer };
};
type Setup = ReturnType<typeof setup>;

const failing = (found: ReturnType<typeof verifyBundle>) =>
  found.checks.filter(({ state }) => state === 'fails').map(({ id, detail }) => `${id}: ${detail}`);

describe("the log's key on AWS", () => {
  it.each([false, true])('is followed by another, and bundles rest on that (compromised: %s)', async (compromised) => {
    const { keysOfLog, signer, aliases } = setup();
    const { harness, ticketId } = await walkedToEnd({}, { signer });
    const { ports } = harness;
    const old = { files: await assembleBundle(ports, ticketId), root: await publishedKeys(ports) };
    const { origin } = await readLog(ports);
    harness.clock.advance(60);
    const end = { until: ports.clock.now().toISOString(), compromised };
    const { publicKey } = await retireKmsKey(keysOfLog, LOG_KEY, end);
    harness.clock.advance(60);
    expect(await noteKeyEnd('log', { key: keyIdOf(publicKey), ...end }, ports)).toBe(1);
    await noteEntered(keysOfLog, LOG_KEY);
    await sequenceEvents(ports);
    const root = await publishedKeys(ports);
    expect(root.keys.filter(({ role }) => role === 'log')).toMatchObject([
      { id: keyIdOf(publicKey), name: origin, ended: end },
      { id: keyIdOf(await ports.signer.publicKey(LOG_KEY)), name: origin },
    ]);
    const now = new Date(ports.clock.now().getTime() + 60_000);
    expect(failing(verifyBundle(await assembleBundle(ports, ticketId), { now, trustRoot: root }))).toEqual([]);
    expect(verifyBundle(old.files, { now, trustRoot: root }).ok).toBe(!compromised);
    expect(failing(verifyBundle(await assembleBundle(ports, ticketId), { now, trustRoot: old.root }))).toContain(
      'checkpoint: no log key of the trust root that was given signed the checkpoint',
    );
    expect([...aliases.keys()]).toEqual([ALIAS, `${ALIAS}/1`, `${ALIAS}/2`]);
  });

  it('is known at once to whoever had asked for the one before', async () => {
    const { keysOfLog, inKms } = setup();
    const { ports } = memoryHarness();
    const before = { ...ports, signer: inKms() };
    const reading = { ...ports, signer: ledgerReader(ports.logStorage, ports.logHead, inKms()) };
    await appendToLog(before, [Buffer.from('one')]);
    expect((await readLog(reading)).size).toBe(1);
    await retireKmsKey(keysOfLog, LOG_KEY, { ...END, until: ports.clock.now().toISOString() });
    expect((await readLog(reading)).size).toBe(1); // the last that the first key signed
    await appendToLog(before, [Buffer.from('two')]);
    const { note, origin, size } = await readLog(reading);
    expect(size).toBe(2);
    expect(openNote(note!, await logKey(inKms(), origin))).toBeDefined();
  });

  it('ends as often as it must', async () => {
    const { keysOfLog, inKms, aliases } = setup();
    const used = [await inKms().publicKey(LOG_KEY)];
    for (const until of ['2026-03-02T10:30:00.000Z', '2026-03-03T10:30:00.000Z', '2026-03-04T10:30:00.000Z']) {
      await retireKmsKey(keysOfLog, LOG_KEY, { until, compromised: false });
      await noteEntered(keysOfLog, LOG_KEY);
      used.push(await inKms().publicKey(LOG_KEY));
    }
    expect(new Set(used.map(keyIdOf)).size).toBe(4);
    expect((await inKms().former(LOG_KEY)).map(({ publicKey }) => keyIdOf(publicKey))).toEqual(
      used.slice(0, -1).map(keyIdOf),
    );
    expect(aliases.get(ALIAS)).toBe(aliases.get(`${ALIAS}/4`));
  });

  it('is not ended where there is none, or where its number is the alias of another', async () => {
    const { keysOfLog, inKms, aliases, deployed } = setup();
    deployed(`${ALIAS}/1`);
    expect(await outcome(retireKmsKey(keysOfLog, LOG_KEY, END))).toBe('STORE_CORRUPT');
    expect(await inKms().former(LOG_KEY)).toEqual([]);
    aliases.clear();
    expect(await outcome(retireKmsKey(keysOfLog, LOG_KEY, END))).toBe('KEY_UNAVAILABLE');
    expect(await outcome(condemnKmsKey(keysOfLog, LOG_KEY, END.until))).toBe('NOT_FOUND');
  });

  it('may turn out to have been in other hands, for good', async () => {
    const { keysOfLog } = setup();
    await retireKmsKey(keysOfLog, LOG_KEY, END);
    await noteEntered(keysOfLog, LOG_KEY);
    expect(await isUnderWay(keysOfLog, LOG_KEY)).toBe(false);
    const earlier = '2026-03-01T00:00:00.000Z';
    await condemnKmsKey(keysOfLog, LOG_KEY, earlier);
    await condemnKmsKey(keysOfLog, LOG_KEY, END.until);
    expect(await isUnderWay(keysOfLog, LOG_KEY)).toBe(true);
    expect(await lastEnded(keysOfLog, LOG_KEY)).toMatchObject({ until: earlier, compromised: true });
  });

  it('of whoever writes to the table is not taken for a former one', async () => {
    const { keysOfLog, inKms, rows } = setup();
    await retireKmsKey(keysOfLog, LOG_KEY, END);
    const row = rows.get(ROW)!;
    const [ended] = z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(row['body']!['S']!));
    const mine = { ...ended, publicKey: Buffer.alloc(32, 7).toString('base64') };
    rows.set(ROW, { ...row, body: { S: JSON.stringify([mine]) } });
    expect(await outcome(inKms().former(LOG_KEY))).toBe('STORE_CORRUPT');
  });

  it('is ended once where two end it, and the other is told to repeat', async () => {
    const { keysOfLog, dying, rows } = setup();
    dying.call = (operation, done) => {
      if (operation.endsWith('.PutItem') && !done) rows.set(ROW, { pk: { S: ROW }, body: { S: '[]' } });
    };
    await expect(retireKmsKey(keysOfLog, LOG_KEY, END)).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      hint: 'give the same command again',
    });
  });
});

describe('while KMS still signs by the key before', () => {
  it('nothing is signed, and then all goes on', async () => {
    const { keysOfLog, inKms, stale, first } = setup();
    const { ports } = memoryHarness();
    const signing = { ...ports, signer: inKms() };
    await appendToLog(signing, [Buffer.from('one')]);
    await retireKmsKey(keysOfLog, LOG_KEY, { ...END, until: ports.clock.now().toISOString() });
    stale.set(ALIAS, first);
    expect(await outcome(appendToLog(signing, [Buffer.from('two')]))).toBe('SERVICE_UNAVAILABLE');
    expect((await readLog(signing)).size).toBe(1);
    stale.clear();
    await appendToLog(signing, [Buffer.from('two')]);
    expect((await readLog(signing)).size).toBe(2);
  });
});

/** What the log's keys are now, as a verifier pins them. */
const pinned = async (signer: Signer, origin: string): Promise<LogKey[]> => {
  const former = (await signer.former?.(LOG_KEY)) ?? [];
  const ended = former.map(({ publicKey, ...end }) => ({ name: origin, publicKey, ended: end }));
  return [...ended, { name: origin, publicKey: await signer.publicKey(LOG_KEY) }];
};

/** The head is by a key that was the log's at its date. */
const requireBelievedHead = async ({ inKms }: Setup, ports: ReturnType<typeof memoryHarness>['ports']) => {
  const { checkpoint: note } = (await ports.logHead.read())!;
  const { time, origin } = await openCheckpoint(note, { ...ports, signer: inKms() });
  const keys = await pinned(inKms(), origin);
  expect(keys.filter((key) => openNote(note, key) !== undefined && wasInUse(keys, key, time))).toHaveLength(1);
};

const CALLS = 13; // of the whole command
const DEATHS = Array.from({ length: CALLS }, (_, i) => i + 1).flatMap((call) => [
  [call, 'before'] as const,
  [call, 'after'] as const,
]);

describe('a command that dies', () => {
  it.each(DEATHS)('at call %i, %s it took effect, is gone on with by the same command', async (deadly, when) => {
    const now = setup();
    const { keysOfLog, inKms, dying, aliases, rows } = now;
    const harness = memoryHarness();
    const ports = { ...harness.ports, signer: inKms() };
    await appendToLog(ports, [Buffer.from('one')]);
    const first = keyIdOf(await inKms().publicKey(LOG_KEY));
    const command = async () => {
      const until = ports.clock.now().toISOString();
      const ended = await retireKmsKey(keysOfLog, LOG_KEY, { until, compromised: false });
      await noteEntered(keysOfLog, LOG_KEY);
      return ended;
    };
    let calls = 0;
    dying.call = (_operation, done) => {
      if (!done) calls++;
      if (calls >= deadly && (done || when === 'before')) throw new Error('killed');
    };
    const died = await outcome(command());
    delete dying.call;
    expect(died).toBe('INTERNAL');
    harness.clock.advance(3_600);
    const signed = await outcome(appendToLog(ports, [Buffer.from('two')]));
    expect(['fulfilled', 'SERVICE_UNAVAILABLE']).toContain(signed);
    await requireBelievedHead(now, ports);
    // a death after the last write is none that anybody has to go on from
    if (!rows.has(ROW) || (await isUnderWay(keysOfLog, LOG_KEY))) await command();
    expect(await isUnderWay(keysOfLog, LOG_KEY)).toBe(false);
    expect((await inKms().former(LOG_KEY)).map(({ publicKey }) => keyIdOf(publicKey))).toEqual([first]);
    expect(aliases.get(ALIAS)).toBe(aliases.get(`${ALIAS}/2`));
    await requireBelievedHead(now, ports);
    await appendToLog(ports, [Buffer.from(signed === 'fulfilled' ? 'three' : 'two')]);
    await requireBelievedHead(now, ports);
  });
});
