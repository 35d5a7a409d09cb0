// Signed notes, checkpoints and cosignatures against the published examples, and as attacks on their form.
import { readFileSync } from 'node:fs';
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import {
  checkpointText,
  cosignedAt,
  noteKeyId,
  openNote,
  parseCheckpoint,
  parseNote,
  signatureLine,
  verifyEd25519,
  type NoteKey,
} from '#core/ledger/note.ts';

const Note = z.object({ text: z.string(), note: z.string() });
const golden = z
  .object({
    signed: Note.extend({ verifier: z.string() }),
    blankLines: Note,
    cosigned: z.object({ note: z.string(), time: z.int() }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../golden/ledger/notes.json', import.meta.url), 'utf8')));

const [name = '', id = '', material = ''] = golden.signed.verifier.split('+');
const published: NoteKey = { name, publicKey: Buffer.from(material, 'base64').subarray(1) };

const keyPair = (): { privateKey: KeyObject; publicKey: Buffer } => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { privateKey, publicKey: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32) };
};
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return 'accepted';
  } catch (error) {
    return isQuittanceError(error) ? error.code : 'another error';
  }
};

describe('a signed note', () => {
  it("has Go's key id and opens with Go's key", () => {
    expect(noteKeyId(published).toString('hex')).toBe(id);
    expect(openNote(golden.signed.note, published)).toBe(golden.signed.text);
  });

  it('opens for nobody after any one character of text or signature was changed', () => {
    const { note } = golden.signed;
    for (let i = 0; i < note.length; i++) {
      const changed = note.slice(0, i) + (note[i] === 'x' ? 'y' : 'x') + note.slice(i + 1);
      let opened: string | undefined;
      try {
        opened = openNote(changed, published);
      } catch {
        continue;
      }
      expect([i, opened]).toEqual([i, undefined]);
    }
  });

  it('may hold empty lines: the last one ends the text', () => {
    const { text, signatures } = parseNote(golden.blankLines.note);
    expect(text).toBe(golden.blankLines.text);
    expect(signatures).toMatchObject([{ name: 'quasimodo.example/salvatore' }]);
  });

  it('is not opened by a key of the same name, or of the same id under another name', () => {
    expect(openNote(golden.signed.note, { name, publicKey: keyPair().publicKey })).toBeUndefined();
    expect(openNote(golden.signed.note, { ...published, name: 'NeterPeumann' })).toBeUndefined();
  });

  it('may carry signatures of strangers, and none that is false under a known name and id', () => {
    const stranger = golden.blankLines.note.split('\n').at(-2)!;
    expect(openNote(`${golden.signed.note}${stranger}\n`, published)).toBe(golden.signed.text);
    const forged = signatureLine(published, Buffer.alloc(64));
    expect(openNote(golden.signed.note + forged, published)).toBeUndefined();
  });

  it.each([
    ['no text at all', ''],
    ['no signature', 'text\n'],
    ['no final newline', golden.signed.note.slice(0, -1)],
    ['a hyphen for the dash', golden.signed.note.replace('— ', '- ')],
    ['a plus in the name', golden.signed.note.replace('PeterNeumann ', 'Peter+Neumann ')],
    ['no name', golden.signed.note.replace('— PeterNeumann', '—')],
    ['a signature in the URL alphabet', golden.signed.note.replace('x08go/', 'x08go_')],
    ['a signature of four bytes', golden.signed.note.replace(/x08go.*/, 'x08goA==')],
    ['a blank line after the signatures', `${golden.signed.note}\n`],
    ['ten thousand signatures', golden.signed.text + '\n' + '— a AAAAAAA=\n'.repeat(10_000)],
  ])('with %s is malformed', (_, note) => {
    expect(codeOf(() => openNote(note, published))).toBe('LEDGER_INVALID');
  });
});

describe('an Ed25519 signature', () => {
  it('of a key that is no point, or of the wrong length, verifies nothing and throws nothing', () => {
    const { privateKey, publicKey } = keyPair();
    const message = Buffer.from('m');
    const signature = sign(null, message, privateKey);
    expect(verifyEd25519(publicKey, message, signature)).toBe(true);
    for (const key of [Buffer.alloc(32, 0xff), Buffer.alloc(31), Buffer.alloc(0)])
      expect(verifyEd25519(key, message, signature)).toBe(false);
    for (const wrong of [signature.subarray(1), Buffer.concat([signature, Buffer.of(0)]), Buffer.alloc(64)])
      expect(verifyEd25519(publicKey, message, wrong)).toBe(false);
  });

  it('cannot be bent into a second one for the same message (S below the group order)', () => {
    const { privateKey, publicKey } = keyPair();
    const message = Buffer.from('m');
    const signature = sign(null, message, privateKey);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + order;
    const bent = Buffer.concat([
      signature.subarray(0, 32),
      Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse(),
    ]);
    expect(verifyEd25519(publicKey, message, bent)).toBe(false);
  });
});

describe('a checkpoint', () => {
  const checkpoint = {
    origin: 'example.com/log',
    size: 7,
    root: Buffer.alloc(32, 1),
    time: '2026-03-01T00:00:00.000Z',
  };
  const text = checkpointText(checkpoint);

  it('is read as it was written', () => {
    expect(parseCheckpoint(text)).toEqual(checkpoint);
    expect(text.split('\n').slice(0, 3)).toEqual(['example.com/log', '7', Buffer.alloc(32, 1).toString('base64')]);
  });

  it.each([
    ['a leading zero', text.replace('\n7\n', '\n07\n')],
    ['a negative size', text.replace('\n7\n', '\n-7\n')],
    ['a size in hex', text.replace('\n7\n', '\n0x7\n')],
    ['a size beyond 2⁵³', text.replace('\n7\n', '\n9007199254740993\n')],
    ['a short root', text.replace(/AQEB/, '')],
    ['no origin', text.replace('example.com/log', '')],
    ['another line', `${text}extra\n`],
    ['no time', text.replace(/time.*\n/, '')],
    ['a time that is none', text.replace(/time .*/, 'time soon')],
    ['no final newline', text.slice(0, -1)],
  ])('with %s is malformed', (_, bad) => {
    expect(codeOf(() => parseCheckpoint(bad))).toBe('LEDGER_INVALID');
  });
});

describe('a witness cosignature', () => {
  const witness = (publicKey: Buffer): NoteKey => ({ name: 'witness.example/w', publicKey });
  const text = checkpointText({ origin: 'o', size: 1, root: Buffer.alloc(32), time: '2026-03-01T00:00:00.000Z' });
  const cosigned = (time: bigint, key: KeyObject, publicKey: Buffer, over = text) => {
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(time);
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${over}`), key);
    const line = Buffer.concat([noteKeyId(witness(publicKey), 'cosignature'), stamp, signature]).toString('base64');
    return `${text}\n— log AAAAAAA=\n— witness.example/w ${line}\n`;
  };

  it('is where the published example has it, and its time is read', () => {
    const { signatures } = parseNote(golden.cosigned.note);
    expect(Number(signatures[1]!.signature.readBigUInt64BE(0))).toBe(golden.cosigned.time);
    expect(signatures[1]!.signature).toHaveLength(72);
  });

  it('says when the witness saw the checkpoint', () => {
    const { privateKey, publicKey } = keyPair();
    expect(cosignedAt(cosigned(1_772_323_200n, privateKey, publicKey), witness(publicKey))).toBe(1_772_323_200);
  });

  it('counts for no other checkpoint, key, time or type', () => {
    const { privateKey, publicKey } = keyPair();
    const note = cosigned(1_772_323_200n, privateKey, publicKey);
    expect(cosignedAt(note.replace('\n1\n', '\n2\n'), witness(publicKey))).toBeUndefined();
    expect(cosignedAt(note, witness(keyPair().publicKey))).toBeUndefined();
    expect(cosignedAt(cosigned(1n, privateKey, publicKey, `time 1\n${text}`), witness(publicKey))).toBeUndefined();
    expect(openNote(note, witness(publicKey))).toBeUndefined();
    const plain = `${text}\n${signatureLine(witness(publicKey), sign(null, Buffer.from(text), privateKey))}`;
    expect(cosignedAt(plain, witness(publicKey))).toBeUndefined();
  });
});
