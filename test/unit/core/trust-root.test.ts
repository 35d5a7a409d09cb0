// The keys to pin, written in three forms and read again; what says no role, or lies about a key, is refused.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { createPublicKey } from 'node:crypto';
import { canonicalize } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { memorySigner } from '#adapters/memory/secrets.ts';
import { publishedKeys } from '#core/pinned-keys.ts';
import { keyBlocks, keyLine, keyLines, parseTrustRoot, trustRootOf, type TrustRoot } from '#core/trust-root.ts';
import { APPROVER } from '#bench/house/requests.ts';
import { walkedToEnd } from '#test/support/hand-walked.ts';

let root: TrustRoot;
beforeAll(async () => {
  const { harness } = await walkedToEnd();
  root = await publishedKeys(harness.ports);
});

const END = { until: '2026-01-01T00:00:00.000Z', compromised: false };

const refusal = (text: string): string => {
  try {
    return JSON.stringify(parseTrustRoot(text, 'keys'));
  } catch (error) {
    return isQuittanceError(error) ? error.code : String(error);
  }
};

describe('the keys of an installation', () => {
  it('are those of its log, of its service, and of whoever signed a certificate', () => {
    expect(root.keys.map(({ role, name }) => [role, name])).toEqual([
      ['log', root.origin],
      ['service', 'service'],
      ['person', APPROVER],
    ]);
  });

  it('are read again from JSON, key lines and PEM as they were', () => {
    for (const text of [canonicalize(root), keyLines(root), keyBlocks(root)])
      expect(parseTrustRoot(text, 'keys')).toEqual(root);
    const crlf = `# from the controller\r\n\r\n${keyLines(root).replaceAll('\n', '\r\n')}`;
    expect(parseTrustRoot(crlf, 'keys')).toEqual(root);
    expect(parseTrustRoot(keyBlocks(root).replaceAll('\n', '\r\n'), 'keys')).toEqual(root);
  });

  it('are what other tools read: a key line ends in the typed key, a PEM block is a public key', () => {
    const [log] = root.keys;
    const [line = ''] = keyLines(root).split('\n');
    const typed = Buffer.concat([Uint8Array.of(1), Buffer.from(log!.publicKey, 'base64')]).toString('base64');
    expect(line).toMatch(new RegExp(`^${root.origin}\\+[0-9a-f]{8}\\+`));
    expect(line.endsWith(typed)).toBe(true);
    const [block = ''] = /-----BEGIN[\s\S]*?-----END PUBLIC KEY-----/.exec(keyBlocks(root)) ?? [];
    const der = createPublicKey(block).export({ format: 'der', type: 'spki' });
    expect(der.subarray(-32).toString('base64')).toBe(log!.publicKey);
  });

  it('of a person are all that they signed with, each with its end', async () => {
    const ends = [
      { publicKey: Buffer.alloc(32, 1), until: '2026-01-01T00:00:00.000Z', compromised: false },
      { publicKey: Buffer.alloc(32, 2), until: '2026-02-01T00:00:00.000Z', compromised: true },
    ];
    const signer = { ...memorySigner(), former: async () => ends };
    const all = await trustRootOf(signer, root.origin, [APPROVER]);
    const ended = all.keys.filter(({ role }) => role === 'person').map((key) => key.ended);
    expect(ended).toEqual([...ends.map(({ until, compromised }) => ({ until, compromised })), undefined]);
    for (const text of [canonicalize(all), keyLines(all), keyBlocks(all)])
      expect(parseTrustRoot(text, 'keys')).toEqual(all);
    expect(refusal(keyLines(all).replace('# until 2026', '# until then'))).toBe('TRUST_ROOT_INVALID');

    const retired = async () => {
      throw new QuittanceError('KEY_UNAVAILABLE', { message: 'no key' });
    };
    const without = {
      ...signer,
      publicKey: (name: string) => (/^person/.test(name) ? retired() : signer.publicKey(name)),
    };
    expect((await trustRootOf(without, root.origin, [APPROVER])).keys).toEqual(all.keys.slice(0, -1));
  });

  it('take a witness of the verifier as one more line', () => {
    const witness = keyLine({ name: 'witness.example', publicKey: Buffer.alloc(32, 7) }, 'cosignature');
    const read = parseTrustRoot(`${keyLines(root)}${witness}\n`, 'keys');
    expect(read.keys.at(-1)).toMatchObject({ role: 'witness', name: 'witness.example' });
  });

  it('are refused where a line names no role, another log, a wrong id, no log, or an end of a witness’s key', () => {
    const lines = keyLines(root).trimEnd().split('\n');
    const other = keyLine({ name: 'elsewhere.example/service', publicKey: Buffer.alloc(32, 1) }, 'signature');
    const strange = keyLine({ name: `${root.origin}/clerk`, publicKey: Buffer.alloc(32, 1) }, 'signature');
    const wrong = lines[0]!.replace(/\+[0-9a-f]{8}\+/, '+00000000+');
    const block = keyBlocks(root).replace(/^log \S+\n/, '');
    for (const bad of [
      [...lines, other].join('\n'),
      [...lines, strange].join('\n'),
      [wrong, ...lines.slice(1)].join('\n'),
      lines.slice(1).join('\n'),
      block,
      keyBlocks(root).replace('person ', 'boss '),
      canonicalize({ ...root, origin: 1 }),
      canonicalize({
        ...root,
        keys: root.keys.map((key) => (key.role === 'log' ? { ...key, role: 'witness', ended: END } : key)),
      }),
      '',
      'trust me',
    ])
      expect([bad, refusal(bad)]).toEqual([bad, 'TRUST_ROOT_INVALID']);
  });
});
