// The keys of an installation as it publishes them, for whoever will check its certificates: log, service, everybody
// who signed a certificate that a model has, and those outside who vouch for it.
// Trap: the page that shows them is public, so that its work is bounded by what was issued, and a certificate is opened
// once.
import type { Digest } from './canonical.ts';
import { readOrigin } from './ledger/log.ts';
import type { ArtifactStore, Ports } from './ports.ts';
import { certifiedBy } from './replay.ts';
import { trustRootOf, withAttestors, type TrustRoot } from './trust-root.ts';

export type KeyPorts = Pick<Ports, 'models' | 'artifacts' | 'logHead' | 'signer' | 'outside' | 'clock'>;

export const publishedKeys = async (ports: KeyPorts): Promise<TrustRoot> => {
  const issued = (await ports.models.list()).flatMap(({ certificates }) => certificates);
  const approvers = new Set<string>();
  for (const { certificateDigest } of issued) {
    const approver = await approverOf(certificateDigest, ports);
    if (approver !== undefined) approvers.add(approver);
  }
  const root = await trustRootOf(ports.signer, await readOrigin(ports), [...approvers].sort());
  const { witnesses, timestamps } = await ports.outside.attestors();
  return withAttestors(
    root,
    witnesses.map(({ key }) => key),
    timestamps,
  );
};

/** By certificate: what is content-addressed does not change. */
const opened = new WeakMap<ArtifactStore, Map<Digest, string>>();

/** Who approved, in a certificate that the service and this very person signed. */
const approverOf = async (certificate: Digest, { artifacts, signer }: KeyPorts): Promise<string | undefined> => {
  const known = opened.get(artifacts) ?? new Map<Digest, string>();
  opened.set(artifacts, known);
  const approver =
    known.get(certificate) ?? (await certifiedBy(await artifacts.get(certificate), certificate, signer))?.approver;
  if (approver !== undefined) known.set(certificate, approver);
  return approver;
};
