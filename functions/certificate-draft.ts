// The certificate as its approver signs it: what was decided on and found, the copies that will remain, the scope that
// the deployment declares, and the log as it stands. Trap: nothing is deployed yet. It names the candidate as what is
// to be served, and the service signs the same bytes only once the probe has found that very candidate
// (issue-certificate.ts).
import type { Digest } from '#core/canonical.ts';
import { certificateStatement, type CertificatePredicate } from '#core/certificate.ts';
import type { Statement } from '#core/dsse.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { StoredJudgement } from '#core/gate.ts';
import { logPosition, readLog } from '#core/ledger/log.ts';
import { GatePolicy } from '#core/policy.ts';
import type { Ports } from '#core/ports.ts';
import { RETENTION_DAYS } from '#core/retention.ts';
import { RunManifest } from '#core/run.ts';
import { getJson } from '#core/stored-json.ts';
import type { TicketIn } from '#core/ticket.ts';

export type DraftPorts = Pick<Ports, 'artifacts' | 'models' | 'vault' | 'ledger' | 'installation' | 'clock'>;

interface Decider {
  readonly approver: string;
  /** Id of the approver's key. */
  readonly key: Digest;
  readonly at: Date;
}

export const certificateDraft = async (
  ticket: TicketIn<'AWAITING_APPROVAL'>,
  { approver, key, at }: Decider,
  ports: DraftPorts,
): Promise<Statement> => {
  const { artifacts, ledger, clock } = ports;
  const { certificateDays } = await getJson(artifacts, ticket.policy, GatePolicy);
  return certificateStatement({
    ticket,
    approver,
    at,
    run: await getJson(artifacts, ticket.run.manifest, RunManifest),
    tables: await getJson(artifacts, ticket.run.tables, EvaluationTables),
    judgement: await getJson(artifacts, ticket.run.judgement, StoredJudgement),
    certificateDays,
    caseObjects: (await ports.vault.list(ticket.id)).length,
    residualCopies: await residualCopies(ticket, ports),
    keys: { approver: key },
    log: logPosition(await readLog({ logStorage: ledger, logHead: ledger, signer: ledger, clock })),
    scope: await ports.installation.certificateScope(),
  });
};

const EARLIER = 'earlier weights, in quarantine and unreachable';

/**
 * Copies that will still exist, each with when it is destroyed: what is in quarantine, what is served now, and the
 * base, which is another model where it waits to be served itself.
 */
const residualCopies = async (
  { model: name, run }: TicketIn<'AWAITING_APPROVAL'>,
  { models }: DraftPorts,
): Promise<CertificatePredicate['residualCopies']> => {
  const { model } = await models.get(name);
  const replaced = new Set([model.digest, run.base]);
  const kept = model.quarantined.filter(
    ({ destroyedAt, digest }) => destroyedAt === undefined && !replaced.has(digest),
  );
  const daysAfterReplacement = RETENTION_DAYS.quarantine;
  return [
    ...kept.map(({ digest, destroyAfter }) => ({ what: EARLIER, digest, until: destroyAfter })),
    ...[...replaced].map((digest) => ({ what: EARLIER, digest, daysAfterReplacement })),
  ];
};
