// Second half of a re-certification: what was found becomes the model's state, new dates on its certificates, and an
// event on each certificate's ticket, whose statement service and log sign: nobody is there who could decide.
// Trap: a passed suite renews certificates; equal digests alone renew nothing, they only do not break it.
import { z } from 'zod';
import { requireAsLogged } from '#core/as-logged.ts';
import type { Digest } from '#core/canonical.ts';
import { signRenewal, type RenewalPredicate } from '#core/statements.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { judge } from '#core/gate.ts';
import { GatePolicy } from '#core/policy.ts';
import type { ModelRecord } from '#core/model.ts';
import type { Ports } from '#core/ports.ts';
import { recertificationPolicy } from '#core/recertification.ts';
import { daysAfter } from '#core/retention.ts';
import { JobResult, RecertificationPlan } from '#core/run.ts';
import { defineStep } from '#core/step.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import { ModelName } from '#core/model.ts';
import { Continuity } from './check-continuity.ts';
import { commitEvent } from './step-support.ts';

type Check = z.infer<typeof Continuity>;
type RecordPorts = Pick<
  Ports,
  'models' | 'tickets' | 'results' | 'artifacts' | 'signer' | 'notifier' | 'ledger' | 'clock'
>;

export const recordRecertification = defineStep({
  name: 'record-recertification',
  input: z.strictObject({ model: ModelName, check: Continuity }),
  output: z.strictObject({ state: z.enum(['never', 'current', 'lapsed', 'drifted']) }),
  uses: ['models', 'tickets', 'results', 'artifacts', 'signer', 'notifier', 'ledger', 'clock'],
  signsAsLog: true,
  async run({ model: name, check }, ports) {
    const { model, version } = await ports.models.get(name);
    for (const { ticketId } of model.certificates)
      await requireAsLogged((await ports.tickets.get(ticketId)).ticket, ports);
    const suite = check.suite ? await suiteOutcome(check, ports) : undefined;
    const now = ports.clock.now();
    const certificates = suite?.passed
      ? model.certificates.map((one) => renewed(one, now, suite.days))
      : model.certificates;
    const state = stateOf({ ...model, certificates }, check, suite?.passed, now);
    const news = suite !== undefined || state !== model.recertification.state;
    const found = { model, state, at: now.toISOString(), suite };
    if (news && state !== 'never')
      for (const certificate of certificates) await recordOn(certificate, { ...found, state }, ports);
    const checkedAt = now.toISOString();
    await ports.models.put(
      { ...model, certificates, recertification: { state, checkedAt }, updatedAt: checkedAt },
      version,
    );
    if (news && state !== 'current') await tell(name, state, checkedAt, ports);
    return { state };
  },
});

interface Suite {
  readonly passed: boolean;
  readonly days: number;
  readonly evidence: Digest;
  /** The model that was evaluated. */
  readonly served: Digest;
}

/**
 * The suite's verdict on everything but the forgotten person, with judgement and tables as its evidence; undefined
 * where the policy has no such check.
 */
const suiteOutcome = async (
  { job, planDigest }: Check,
  { results, artifacts }: RecordPorts,
): Promise<Suite | undefined> => {
  const plan = await getJson(artifacts, planDigest, RecertificationPlan);
  const policy = await getJson(artifacts, plan.policy, GatePolicy);
  const { result: tables } = JobResult.parse(await results.get(job));
  const rules = recertificationPolicy(policy);
  if (!rules) return undefined;
  const judgement = judge(await getJson(artifacts, tables, EvaluationTables), rules);
  const evidence = await putJson(artifacts, {
    kind: 'quittance-recertification/v1' as const,
    plan: planDigest,
    tables,
    judgement,
    job, // so that the next run is other evidence, even where it finds the very same
  });
  return { passed: judgement.verdict === 'pass', days: policy.certificateDays, evidence, served: plan.digest };
};

type Certificate = ModelRecord['certificates'][number];

const renewed = (certificate: Certificate, now: Date, days: number): Certificate => ({
  ...certificate,
  validUntil: daysAfter(now, days),
});

const stateOf = (
  model: ModelRecord,
  check: Check,
  passed: boolean | undefined,
  now: Date,
): ModelRecord['recertification']['state'] => {
  if (check.continuity === 'drifted') return 'drifted';
  if (passed === undefined && isLost(model.recertification.state)) return model.recertification.state;
  if (passed === false || model.certificates.some(({ validUntil }) => validUntil < now.toISOString())) return 'lapsed';
  return model.certificates.length === 0 ? 'never' : 'current';
};

/** Equal digests alone do not mend what failed or was something else in between: only a suite that passes does. */
const isLost = (state: ModelRecord['recertification']['state']): boolean => state === 'lapsed' || state === 'drifted';

interface Found {
  readonly model: ModelRecord;
  readonly state: RenewalPredicate['state'];
  readonly at: string;
  readonly suite: Suite | undefined;
}

/**
 * Only purged tickets take it: a ticket still open has its own way to go. A repeat finds the same entry and adds none.
 */
const recordOn = async (
  { ticketId, certificateDigest, validUntil }: Certificate,
  { model, state, at, suite }: Found,
  { tickets, artifacts, signer, clock }: RecordPorts,
) => {
  const found = await tickets.get(ticketId);
  if (found.ticket.status !== 'PURGED' || !found.ticket.sealed) return;
  const evidence = suite?.evidence;
  const last = found.ticket.recertifications.at(-1);
  if (last?.state === state && last.evidence === evidence) return;
  const predicate = {
    ...{ ticketId, certificate: certificateDigest, state, at },
    ...(evidence !== undefined && { evidence }),
    ...(suite?.passed && state === 'current' && { validUntil }),
  };
  const about = { model: model.name, served: suite?.served ?? model.digest };
  const statement = await putJson(artifacts, await signRenewal(signer, predicate, about));
  await commitEvent({ tickets, clock }, found, { type: 'recertified', state, evidence, statement });
};

const tell = (name: string, state: string, at: string, { notifier }: RecordPorts) =>
  notifier.notify({
    id: `${name}.${state}.${at.replaceAll(':', '-')}`,
    to: 'owners',
    template: `recertification-${state}`,
    references: { model: name, state },
  });
