// Signed notes in a bundle: the checkpoint, its witnesses, and the list of a ticket's leaves. The notes and their
// signatures are written here from their specifications (test/support/small-log.ts), by whoever has the key or by
// others.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, sign } from 'node:crypto';
import type { BundleFiles } from '#core/bundle.ts';
import { keyIdOf } from '#core/dsse.ts';
import type { TrustRoot } from '#core/trust-root.ts';
import * as log from '#core/verify/log.ts';
import { jsonBytes, leavesOf, readJson, trueBundle, type TrueBundle } from '#test/support/forged-bundles.ts';
import { ruled } from '#test/support/rule-rows.ts';
import { noteLine, root, signedByLog, writtenLeaves } from '#test/support/small-log.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const MINUTE = 60_000;
const after = (ms: number) => new Date(Date.parse('2026-03-02T10:00:00.000Z') + ms);
const textOf = (name: string) => Buffer.from(truth.files.get(name)!).toString('utf8');
const withFile = (name: string, content: string | Uint8Array): BundleFiles =>
  new Map(truth.files).set(name, Buffer.from(content));
const other = `— somebody.else ${Buffer.alloc(68, 7).toString('base64')}\n`;

describe('checkpoint', () => {
  it('in the name of another log, under the signature of this one', async () => {
    const text = textOf('checkpoint').split('\n\n')[0]!.replace(truth.trustRoot.origin, 'other.example/log');
    const files = withFile('checkpoint', await signedByLog(truth.trustRoot.origin, truth.signer, `${text}\n`));
    expect(ruled(truth, log.checkpoint, files)).toBe(
      'fails: the checkpoint is of another log than the trust root that was given names',
    );
  });
});

describe('witnesses', () => {
  const made = (name: string) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
    const line = (at: Date) => {
      const seconds = Math.floor(at.getTime() / 1000);
      const text = `${textOf('checkpoint').split('\n\n')[0]!}\n`;
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(seconds));
      const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), privateKey);
      return noteLine(name, 4, raw, Buffer.concat([time, signature]));
    };
    return { key: { id: keyIdOf(raw), role: 'witness' as const, name, publicKey: raw.toString('base64') }, line };
  };
  const [one, two] = [made('witness.one'), made('witness.two')];
  const seen = (
    lines: string,
    { keys = [one.key], now = truth.now, ...rest }: Partial<TrustRoot> & { now?: Date } = {},
  ) =>
    ruled(truth, log.witnessed, withFile('checkpoint', textOf('checkpoint') + lines), {
      now,
      trustRoot: { ...truth.trustRoot, ...rest, keys: [...truth.trustRoot.keys, ...keys] },
    });
  const short = (n: number, of: number, quorum: number) =>
    `fails: ${n} of ${of} witnesses co-signed the checkpoint in its time, and ${quorum} must`;

  it('are not asked for where the trust root names none', () => {
    expect(seen(one.line(truth.now), { keys: [] })).toBe('not-checked: the trust root names no witness');
  });

  it('are one where no number is said, and as many as are said', () => {
    const both = { keys: [one.key, two.key] };
    expect(seen(one.line(truth.now))).toBe('holds: co-signed by 1 of 1 witness');
    expect(seen('')).toBe(short(0, 1, 1));
    expect(seen(one.line(truth.now), both)).toBe('holds: co-signed by 1 of 2 witnesses');
    expect(seen(one.line(truth.now), { ...both, quorum: 2 })).toBe(short(1, 2, 2));
    expect(seen(one.line(truth.now) + two.line(truth.now), { ...both, quorum: 2 })).toBe(
      'holds: co-signed by 2 of 2 witnesses',
    );
  });

  it('have seen it between its time and the present, up to what clocks differ', () => {
    const [holds, fails] = ['holds: co-signed by 1 of 1 witness', short(0, 1, 1)];
    expect(seen(one.line(after(-5 * MINUTE)))).toBe(holds);
    expect(seen(one.line(after(-5 * MINUTE - 1000)))).toBe(fails);
    expect(seen(one.line(after(65 * MINUTE)), { now: after(60 * MINUTE) })).toBe(holds);
    expect(seen(one.line(after(65 * MINUTE + 1000)), { now: after(60 * MINUTE) })).toBe(fails);
  });
});

describe('history-complete', () => {
  const bodies = () => leavesOf(truth.files).map((leaf) => Buffer.from(jsonBytes(leaf)).toString('utf8'));
  const id = () => readJson<{ ticketId: string }>(truth.files, 'bundle.json').ticketId;
  const listing = async (list: string) => ruled(truth, log.historyComplete, withFile('leaves', list));
  const written = async (ticketId: string, entries: readonly string[], leaves?: readonly number[]) =>
    listing(await writtenLeaves(truth.trustRoot.origin, truth.signer, ticketId, entries, leaves));
  const holds = "holds: all 14 leaves of the ticket up to entry 14, as the log's key says";

  it('where every leaf that the log lists is here', async () => {
    expect(await written(id(), bodies())).toBe(holds);
    expect(await written(id(), bodies(), [0, 1, 2])).toBe(
      "fails: the log says that 3 leaves are the ticket's, 14 are here",
    );
  });

  it('by a list of this ticket, log and checkpoint', async () => {
    const [elsewhere, then] = [
      'fails: the list of leaves is of another ticket or log',
      'fails: the list of leaves is of another checkpoint',
    ];
    expect(await written('T-9999999999', bodies())).toBe(elsewhere);
    expect(await written(id(), bodies().slice(1))).toBe(then);
    expect(await written(id(), bodies().toReversed())).toBe(then);
    const where = (size: number) => `size ${size}\nroot ${root(bodies()).toString('base64')}`;
    const leaves = bodies()
      .map((_, i) => i)
      .join(' ');
    const text = (origin: string, size = 14) => `${origin}/ticket\nticket ${id()}\n${where(size)}\nleaves ${leaves}\n`;
    expect(await listing(await signedByLog(truth.trustRoot.origin, truth.signer, text(truth.trustRoot.origin)))).toBe(
      holds,
    );
    expect(await listing(await signedByLog(truth.trustRoot.origin, truth.signer, text('other.example/log')))).toBe(
      elsewhere,
    );
    expect(
      await listing(await signedByLog(truth.trustRoot.origin, truth.signer, text(truth.trustRoot.origin, 15))),
    ).toBe(then);
  });

  it('not by a list that the log did not sign', async () => {
    const list = textOf('leaves').split('\n\n')[0]!;
    expect(await listing(`${list}\n\n${other}`)).toBe("fails: the list of leaves does not carry the log's signature");
  });

  it('is asked of each bundle that has a list, and of each in the form since there are lists', () => {
    const formed = (kind: string, list: boolean) => {
      const files = withFile('bundle.json', jsonBytes({ ...readJson<object>(truth.files, 'bundle.json'), kind }));
      if (!list) files.delete('leaves');
      return ruled(truth, log.historyComplete, files);
    };
    expect(formed('quittance-bundle/v2', true)).toBe(holds);
    expect(formed('quittance-bundle/v2', false)).toMatch(/^not-checked: a bundle from before the log signed/);
    expect(formed('quittance-bundle/v3', false)).toBe('fails: leaves is missing');
  });
});
