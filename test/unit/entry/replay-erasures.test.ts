// The restore drill: the registry comes from a backup that is older than an erasure, and whom the service forgot must
// stay forgotten.
import { describe, expect, it } from '@jest/globals';
import { digestOf, type Digest } from '#core/canonical.ts';
import type { ModelRecord } from '#core/model.ts';
import { replayErasures } from '#entry/replay-erasures.ts';
import { walkedToEnd } from '#test/support/hand-walked.ts';

/** A walked case whose registry is then put back to before its erasure, as a restored table is. */
const restored = async ({ serving }: { serving: 'old' | 'new' }) => {
  const { harness, ticketId } = await walkedToEnd();
  const { ports } = harness;
  const { ticket } = await ports.tickets.get(ticketId);
  const { model, version } = await ports.models.get(ticket.model);
  const [{ certificateDigest: certificate }] = model.certificates as [ModelRecord['certificates'][0]];
  const [{ digest: previous }] = model.quarantined as [ModelRecord['quarantined'][0]];
  const { digest } = model;
  const backup: ModelRecord = { ...model, digest: previous, deletions: 0, quarantined: [], certificates: [] };
  await ports.models.put(backup, version);
  if (serving === 'old') await ports.serving.promote(ticket.model, previous, digest);
  return { ports, ticket, digest, previous, certificate, bytes: await ports.artifacts.get(certificate) };
};

async function* artifacts(...all: Uint8Array[]): AsyncGenerator<readonly [Digest, Uint8Array]> {
  for (const bytes of all) yield await Promise.resolve([digestOf(bytes), bytes] as const);
}

const after = async (ports: Awaited<ReturnType<typeof restored>>['ports'], name: string) => {
  const { model } = await ports.models.get(name);
  return [model.digest, (await ports.serving.served(name))?.digest];
};

/** As long as a signature, and none of this key. */
const SOMEBODYS = Buffer.alloc(64, 7).toString('base64');

describe('erasures that are newer than a backup', () => {
  it.each(['old', 'new'] as const)('are done again where the %s weights are served, once', async (serving) => {
    const { ports, ticket, digest, previous, certificate, bytes } = await restored({ serving });
    const first = await replayErasures(ports, artifacts(Buffer.from('{"weights":1}'), bytes));
    expect(first).toEqual([{ model: ticket.model, tickets: [ticket.id], digest }]);
    expect(await after(ports, ticket.model)).toEqual([digest, digest]);
    const { model } = await ports.models.get(ticket.model);
    expect(model.certificates.map(({ certificateDigest }) => certificateDigest)).toEqual([certificate]);
    expect([model.deletions, model.quarantined.map((old) => old.digest)]).toEqual([1, [previous]]);
    expect([model.suite, model.trainingManifest, model.moments]).toEqual([undefined, undefined, undefined]);
    const second = await replayErasures(ports, artifacts(bytes));
    expect(second).toEqual([{ model: ticket.model, tickets: [], digest }]);
  });

  it('are not done by a certificate of which a byte was changed: a model cannot be moved by who can only write artefacts', async () => {
    const { ports, ticket, previous, bytes } = await restored({ serving: 'old' });
    const envelope = JSON.parse(Buffer.from(bytes).toString('utf8')) as { payload: string };
    const payload = Buffer.from(envelope.payload, 'base64')
      .toString('utf8')
      .replace(/sha256:[0-9a-f]{8}/g, 'sha256:00000000');
    const forged = Buffer.from(JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }));
    await replayErasures(ports, artifacts(forged));
    expect(await after(ports, ticket.model)).toEqual([previous, previous]);
  });

  it('are not done by a certificate that the service did not sign', async () => {
    const { ports, ticket, previous, bytes } = await restored({ serving: 'old' });
    const envelope = JSON.parse(Buffer.from(bytes).toString('utf8')) as { signatures: object[] };
    const half = Buffer.from(
      JSON.stringify({ ...envelope, signatures: envelope.signatures.map((one) => ({ ...one, sig: SOMEBODYS })) }),
    );
    await replayErasures(ports, artifacts(half));
    expect(await after(ports, ticket.model)).toEqual([previous, previous]);
  });

  it('whose model is served by other weights than the backup knows are listed for a person, and nothing is promoted', async () => {
    const { ports, ticket, digest, previous, bytes } = await restored({ serving: 'old' });
    const stranger = digestOf(Buffer.from('somebody else’s'));
    await ports.serving.promote(ticket.model, stranger, previous);
    const [found] = await replayErasures(ports, artifacts(bytes));
    expect(found).toEqual({ model: ticket.model, tickets: [ticket.id], digest, served: stranger });
    expect(await after(ports, ticket.model)).toEqual([digest, stranger]);
  });
});
