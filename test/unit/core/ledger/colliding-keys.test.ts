// Two keys of one name whose ids are the same four bytes, as anybody can make them: each is tried, and neither
// stands in the other's way.
import { sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { openByOne } from '#core/ledger/log-keys.ts';
import { cosignedAt, noteKeyId, openNote, signatureLine } from '#core/ledger/note.ts';
import { keyLine, parseTrustRoot } from '#core/trust-root.ts';
import { COLLIDING, COLLIDING_NAME, keyFromWords } from '#test/support/colliding-keys.ts';

const NAME = COLLIDING_NAME;
const [first, second] = COLLIDING;
const stranger = keyFromWords('stranger');
const BOTH = [first.note, second.note];
const TEXT = `${NAME}\n1\nAAAA\n`;

const signed = (...by: (typeof first)[]): string =>
  `${TEXT}\n${by.map(({ key, note }) => signatureLine(note, sign(null, Buffer.from(TEXT), key))).join('')}`;

describe('two keys with one id', () => {
  it('are two', () => {
    expect(BOTH.map((key) => noteKeyId(key).toString('hex'))).toEqual(['f88a0ac2', 'f88a0ac2']);
    expect(Buffer.from(first.note.publicKey).equals(second.note.publicKey)).toBe(false);
  });

  it('open a note that either of them signed, in whatever order they are known', () => {
    for (const who of [first, second])
      for (const keys of [BOTH, BOTH.toReversed()]) expect(openByOne(signed(who), keys)?.key).toBe(who.note);
    expect(openByOne(signed(stranger), BOTH)).toBeUndefined();
  });

  it('open a note that both signed, each where the other is known', () => {
    for (const note of [signed(first, second), signed(second, first)]) {
      expect(BOTH.map((key) => openNote(note, key, BOTH))).toEqual([TEXT, TEXT]);
      expect(openNote(note, first.note)).toBeUndefined(); // a line under its id that nobody known made
    }
    const [begin, line] = signed(first).split('\n\n');
    const forged = `${begin}\n\n${line}${signatureLine(second.note, Buffer.alloc(64))}`;
    expect(BOTH.map((key) => openNote(forged, key, BOTH))).toEqual([undefined, undefined]);
  });

  it('cosign a note beside each other', () => {
    const at = 1_770_000_000;
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(at));
    const cosigned = (who: typeof first, id: Buffer) =>
      `— ${NAME} ${Buffer.concat([id, time, sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${TEXT}`), who.key)]).toString('base64')}\n`;
    const id = noteKeyId(first.note, 'cosignature');
    const note = signed(stranger) + cosigned(first, id);
    expect(cosignedAt(note, first.note, BOTH)).toBe(at);
    expect(cosignedAt(note, second.note, BOTH)).toBeUndefined();
  });

  it('stand both in a trust root, each as its own line', () => {
    const lines = BOTH.map((key) => keyLine(key, 'signature')).join('\n');
    const { keys } = parseTrustRoot(lines, 'keys.txt');
    expect(keys.map(({ role, publicKey }) => [role, publicKey])).toEqual(
      BOTH.map(({ publicKey }) => ['log', Buffer.from(publicKey).toString('base64')]),
    );
  });
});
