// What others add to a bundle on its way is set aside with a remark; anything else that was changed stays, so that the
// seal finds it.
import { describe, expect, it } from '@jest/globals';
import { canonicalize, digestOf } from '#core/canonical.ts';
import { unwrapped } from '#core/verify/unwrapped.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8');
const bundle = (files: Readonly<Record<string, string>>) =>
  new Map(Object.entries(files).map(([name, text]) => [name, bytes(text)]));
const left = (files: Readonly<Record<string, string>>) => {
  const { files: kept, remarks } = unwrapped(bundle(files));
  return {
    files: Object.fromEntries([...kept].map(([name, one]) => [name, Buffer.from(one).toString('utf8')])),
    remarks,
  };
};

describe('a folder around the bundle', () => {
  it('is taken off, and said', () => {
    const { files, remarks } = left({ 'mine/bundle.json': '{}', 'mine/log/1.json': '1' });
    expect(files).toEqual({ 'bundle.json': '{}', 'log/1.json': '1' });
    expect(remarks).toEqual([expect.stringContaining('mine/')]);
  });

  it('is taken off with those around it', () => {
    for (const around of ['mine/mine/', 'a/b/c/d/']) {
      const { files, remarks } = left({ [`${around}log/bundle.json`]: '1', [`${around}bundle.json`]: '{}' });
      expect(files).toEqual({ 'bundle.json': '{}', 'log/bundle.json': '1' });
      expect(remarks).toEqual([expect.stringContaining(around)]);
    }
  });

  it.each<Record<string, string>>([
    { 'bundle.json': '{}', 'log/1.json': '1' }, // none
    { 'bundle.json': '{}', 'mine/bundle.json': '{}' }, // a file of the bundle
    { 'mine/bundle.json': '{}', 'log/1.json': '1' }, // not around all of it
    { 'mine/log/1.json': '1', 'mine/log/2.json': '1' }, // not of a bundle
    { 'a.json': '{}', 'b.json': '{}' },
    { 'mine/bundle.json': '{}', 'mine/yours/bundle.json': '{}', 'yours/a.json': '1' }, // beside another
    { 'a/b/c/d/e/bundle.json': '{}' }, // five of them
    {},
  ])('is no other folder: %j', (files) => expect(left(files)).toEqual({ files, remarks: [] }));
});

describe('files of a file manager', () => {
  const OWN = { 'bundle.json': '{}', 'log/1.json': '1' };

  it.each([
    '.DS_Store',
    'log/.DS_Store',
    'Thumbs.db',
    'a/Thumbs.db',
    'log/._1.json',
    'desktop.ini',
    '__MACOSX/._bundle.json',
    'a/__MACOSX/b/c',
  ])('are left aside: %s', (name) =>
    expect(left({ ...OWN, [name]: 'x' })).toEqual({ files: OWN, remarks: [expect.stringMatching(/^1 file of/)] }),
  );

  it.each([
    'my.DS_Store',
    '.DS_Store.json',
    'MyThumbs.db',
    'Thumbs.db/a',
    'x__MACOSX/a',
    '__MACOSX',
    '.DS_Store/a',
    '._',
    '._a/b',
    'my._a',
    'my-desktop.ini',
  ])('are no others: %s', (name) =>
    expect(left({ ...OWN, [name]: 'x' })).toEqual({ files: { ...OWN, [name]: 'x' }, remarks: [] }),
  );

  it('are counted, and do not stand beside the folder around the bundle', () => {
    const { files, remarks } = left({ 'mine/bundle.json': '{}', '__MACOSX/mine/a': '', '.DS_Store': '' });
    expect(files).toEqual({ 'bundle.json': '{}' });
    expect(remarks).toEqual([expect.stringMatching(/^2 files/), expect.stringContaining('mine/')]);
  });
});

const NOTE = 'origin\n7\nroot\n\n— origin AAAA\n';
const LINE = '— witness.else QUJD+/9=\n';
const listing = (files: Readonly<Record<string, string>>) =>
  JSON.stringify({
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, digestOf(bytes(text))])),
  });
/** The note under this name, listed as it was, with something put under it. */
const noted = (added: string, name = 'checkpoint', note = NOTE) => {
  const list = { 'bundle.json': listing({ [name]: note }) };
  return { found: left({ ...list, [name]: note + added }), set: { ...list, [name]: note } };
};

describe('signatures under a note', () => {
  it.each(['checkpoint', 'consistency', 'leaves', 'log/1.tlog-proof', 'certificate.tlog-proof'])(
    'are taken off %s',
    (name) => {
      const { found, set } = noted(LINE, name);
      expect(found).toEqual({ files: set, remarks: [expect.stringContaining(name)] });
    },
  );

  it.each(['mycheckpoint', 'checkpoint.json', 'a/consistency', 'consistency2', '1.tlog-proof.json'])(
    'stay under %s, which is no note',
    (name) => {
      const { found, set } = noted(LINE, name);
      expect(found).toEqual({ files: { ...set, [name]: NOTE + LINE }, remarks: [] });
    },
  );

  it('are sixteen at most', () => {
    expect(noted(LINE.repeat(16)).found.files['checkpoint']).toBe(NOTE);
    expect(noted(LINE.repeat(17)).found.files['checkpoint']).toBe(NOTE + LINE.repeat(17));
  });

  it('are looked for in a note of a bounded length', () => {
    const most = 65_536 - Buffer.byteLength(NOTE + LINE);
    for (const [length, remarks] of [
      [most, 1],
      [most + 1, 0],
    ] as const)
      expect(noted(LINE, 'checkpoint', 'x'.repeat(length) + NOTE).found.remarks).toHaveLength(remarks);
  });

  it.each([
    'something else\n',
    `${LINE}something else\n`,
    '— witness.else\n',
    '— witness.else QUJD\n\n',
    '- witness.else QUJD\n',
    '— witness.else QU*D\n',
    '— witness.else QUJD===\n',
    '— witness.else QUJD',
    ' — witness.else QUJD\n',
  ])('are nothing else: %j', (added) => {
    const { found, set } = noted(added);
    expect(found).toEqual({ files: { ...set, checkpoint: NOTE + added }, remarks: [] });
  });

  it('are not taken off the note as it is listed, nor off one that is listed otherwise or not at all', () => {
    expect(noted('').found).toEqual({ files: noted('').set, remarks: [] });
    for (const list of [listing({ checkpoint: 'another' }), listing({ consistency: NOTE }), '{}', 'not JSON']) {
      const files = { 'bundle.json': list, checkpoint: NOTE + LINE };
      expect(left(files)).toEqual({ files, remarks: [] });
    }
    expect(left({ checkpoint: NOTE + LINE })).toEqual({ files: { checkpoint: NOTE + LINE }, remarks: [] });
  });
});

describe('signatures in an envelope', () => {
  const signature = (keyid: string) => ({ keyid, sig: 'AAAA' });
  const envelope = (...keyids: string[]) => ({
    ...{ payload: 'e30=', payloadType: 'application/vnd.in-toto+json', signatures: keyids.map(signature) },
  });
  const OURS = JSON.stringify(envelope('ours', 'theirs'));
  const found = (text: string, name = 'certificate.dsse.json', listed = OURS) =>
    left({ 'bundle.json': listing({ [name]: listed }), [name]: text });

  it('that were added are taken out, however its JSON is written', () => {
    const added = envelope('ours', 'theirs', 'a', 'b');
    for (const text of [JSON.stringify(added), JSON.stringify(added, null, 2)]) {
      const { files, remarks } = found(text, 'attestations/x.dsse.json');
      expect(files['attestations/x.dsse.json']).toBe(OURS);
      expect(remarks).toEqual([expect.stringContaining('attestations/x.dsse.json')]);
    }
    const sixteen = JSON.stringify(envelope('ours', 'theirs', ...Array.from({ length: 16 }, () => 'a')));
    expect(found(sixteen).files['certificate.dsse.json']).toBe(OURS);
    const two = { ...added, signatures: [...added.signatures.slice(0, 2), { keyid: 'odd' }, signature('b')] };
    expect(found(JSON.stringify(two)).files['certificate.dsse.json']).toBe(OURS);
    const withMore = { ...added, signatures: [...added.signatures.slice(0, 2), { ...signature('a'), cert: 'x' }] };
    expect(found(JSON.stringify(withMore)).files['certificate.dsse.json']).toBe(OURS);
  });

  it.each([
    ['another order', JSON.stringify(envelope('theirs', 'ours', 'a'))],
    ['one before the others', JSON.stringify(envelope('a', 'ours', 'theirs'))],
    ['one less', JSON.stringify(envelope('ours'))],
    ['another payload', JSON.stringify({ ...envelope('ours', 'theirs', 'a'), payload: 'e31=' })],
    ['a field beside', JSON.stringify({ ...envelope('ours', 'theirs', 'a'), more: 1 })],
    ['no signature, written otherwise', JSON.stringify(envelope('ours', 'theirs'), null, 2)],
    ['a key twice', OURS.replace('{', '{"payload":"e31=",').replace(']}', ',{"keyid":"a","sig":"A"}]}')],
    ['more than sixteen', JSON.stringify(envelope('ours', 'theirs', ...Array.from({ length: 17 }, () => 'a')))],
    ['no JSON', '{'],
  ])('stay where the envelope has %s', (_what, text) => {
    expect(found(text)).toMatchObject({ files: { 'certificate.dsse.json': text }, remarks: [] });
  });

  it.each(['certificate.dsse.json.txt', 'certificate.json', 'checkpoint'])(
    'stay in %s, which is no envelope',
    (name) => {
      const text = JSON.stringify(envelope('ours', 'theirs', 'a'));
      expect(found(text, name)).toMatchObject({ files: { [name]: text }, remarks: [] });
    },
  );

  it('stay where the listed file has none at all', () => {
    const bare = { payload: 'e30=', payloadType: 'application/vnd.in-toto+json' };
    const text = JSON.stringify({ ...bare, signatures: [{ keyid: 'odd' }, signature('a')] });
    expect(found(text, 'certificate.dsse.json', canonicalize(bare)).remarks).toEqual([]);
  });
});
