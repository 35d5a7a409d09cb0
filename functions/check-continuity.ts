// First half of a re-certification: whether what is served (by the bytes that were loaded) is what the registry and the
// newest certificate name; and whether the full suite is due: after a change, when a person or the quarter asks, or
// when a certificate is about to lapse. Trap: equal digests show that nothing changed since the test; they say nothing
// about attacks that were published later.
import { z } from 'zod';
import { askedBy } from '#core/asked.ts';
import { Digest, digestOf } from '#core/canonical.ts';
import { ModelManifest, type ModelRecord } from '#core/model.ts';
import { daysAfter } from '#core/retention.ts';
import { GatePolicy } from '#core/policy.ts';
import { recertificationPolicy } from '#core/recertification.ts';
import type { RecertificationPlan } from '#core/run.ts';
import { RECERTIFICATION_TRIGGERS } from '#core/schedules.ts';
import { defineStep } from '#core/step.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import { ModelName } from '#core/model.ts';
import { sideArtefact } from './step-support.ts';
import type { Quantisation } from '#core/quantisation.ts';

export const Continuity = z.strictObject({
  continuity: z.enum(['same', 'drifted']),
  /** Whether the full suite runs, under this job and plan, which are empty otherwise. */
  suite: z.boolean(),
  job: z.string(),
  planDigest: z.union([Digest, z.literal('')]),
});
export type Continuity = z.infer<typeof Continuity>;

export const checkContinuity = defineStep({
  name: 'check-continuity',
  input: z.strictObject({
    model: ModelName,
    trigger: z.enum([...RECERTIFICATION_TRIGGERS, 'change', 'manual']),
    /** Names the job: a repeat within one execution is the same job. */
    execution: z.string().max(200),
  }),
  output: Continuity,
  uses: ['models', 'tickets', 'serving', 'artifacts', 'clock'],
  async run({ model: name, trigger, execution }, { models, tickets, serving, artifacts, clock }) {
    const { model } = await models.get(name);
    const { digest } = await serving.probe(name, []);
    const nothing = { suite: false, job: '', planDigest: '' as const };
    if (digest !== model.digest) return { continuity: 'drifted' as const, ...nothing };
    const newest = model.certificates.at(-1);
    if (!newest || !suiteDue(model, newest, trigger, clock.now())) return { continuity: 'same' as const, ...nothing };
    // the policy of the newest certificate
    const { policy } = (await tickets.get(newest.ticketId)).ticket;
    const { quantisation } = await getJson(artifacts, model.digest, ModelManifest);
    if (!recertificationPolicy(await getJson(artifacts, policy, GatePolicy)))
      return { continuity: 'same' as const, ...nothing };
    const planDigest = await putJson(artifacts, {
      ...planOf(model, policy, quantisation),
      asked: await askedBy({ artifacts }, sideArtefact(model, 'suite'), []),
    });
    const job = `recertify-${digestOf(execution).slice('sha256:'.length, 'sha256:'.length + 16)}`;
    return { continuity: 'same' as const, suite: true, job, planDigest };
  },
});

/** Days before a certificate lapses from which the daily run renews it. */
const RENEW_WITHIN_DAYS = 14;

type Certificate = ModelRecord['certificates'][number];

const suiteDue = (model: ModelRecord, newest: Certificate, trigger: string, now: Date): boolean => {
  const soon = daysAfter(now, RENEW_WITHIN_DAYS);
  return (
    trigger !== 'daily' ||
    model.recertification.state === 'drifted' ||
    newest.modelDigest !== model.digest ||
    model.certificates.some(({ validUntil }) => validUntil < soon)
  );
};

const planOf = (model: ModelRecord, policy: Digest, quantisation: Quantisation): RecertificationPlan => ({
  kind: 'quittance-recertification-plan/v1',
  model: model.name,
  digest: model.digest,
  suite: sideArtefact(model, 'suite'),
  policy,
  seed: 1,
  quantisation,
});
