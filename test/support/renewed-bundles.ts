// A true bundle of a certificate that was re-certified, and the means to write its last re-certification anew: as
// somebody who holds the keys of service and log, and chooses statement, plan, tables and policy.
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import { digestOf, type Json } from '#core/canonical.ts';
import { signEnvelope, type Statement } from '#core/dsse.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { judge, type Judgement } from '#core/gate.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import type { GatePolicy } from '#core/policy.ts';
import { recertificationPolicy } from '#core/recertification.ts';
import type { RecertificationPlan } from '#core/run.ts';
import { SERVICE_KEY, type RenewalPredicate } from '#core/statements.ts';
import { findStep } from '#functions/steps.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { forged, jsonBytes, payloadOf, readJson, trustRootOf, type Leaf, type TrueBundle } from './forged-bundles.ts';
import { walkedToEnd } from './hand-walked.ts';

const DAY = 86_400;

/** Re-certified every 30 days; each time the suite passes or fails as `goods` says. */
export const renewedBundle = async (goods: readonly boolean[]): Promise<TrueBundle> => {
  let stillGood = true;
  const { harness, ticketId } = await walkedToEnd({ stillGood: () => stillGood });
  for (const good of goods) {
    stillGood = good;
    harness.clock.advance(30 * DAY);
    const execution = `on ${harness.ports.clock.now().toISOString()}`;
    const check = await harness.call(findStep('check-continuity'), { model: 'house', trigger: 'manual', execution });
    const { job, planDigest } = check as { job: string; planDigest: string };
    await harness.ports.jobs.submit({ name: job, definition: 'recertify', parameters: { job, planDigest } });
    await harness.call(findStep('record-recertification'), { model: 'house', check });
    await harness.call(sequenceLog, {});
  }
  const files = await assembleBundle(harness.ports, ticketId);
  const { signer, clock } = harness.ports;
  return { files, trustRoot: await trustRootOf(signer), now: clock.now(), signer };
};

export const lastStatement = (files: BundleFiles): string =>
  [...files.keys()].filter((name) => /^recertifications\/\d+\/statement/.test(name)).at(-1)!;

export interface Restated {
  readonly said?: (said: RenewalPredicate) => RenewalPredicate;
  /** Names of the keys that sign it. */
  readonly signers?: readonly string[];
  /** Other fields of the statement around it. */
  readonly about?: Partial<Statement>;
  /** Other fields of its event in the log. */
  readonly event?: Readonly<Record<string, Json>>;
}

/** The last statement written anew, with its event. */
export const restated = async (
  truth: TrueBundle,
  { said = (one) => one, signers = [SERVICE_KEY, LOG_KEY], about = {}, event = {} }: Restated = {},
): Promise<BundleFiles> => {
  const files = new Map(truth.files);
  const name = lastStatement(files);
  const statement = { ...payloadOf(files, name), ...about };
  const { evidence, validUntil, ...rest } = said(statement.predicate as RenewalPredicate);
  const predicate = {
    ...rest,
    ...(evidence !== undefined && { evidence }),
    ...(validUntil !== undefined && { validUntil }),
  };
  files.set(name, jsonBytes(await signEnvelope({ ...statement, predicate }, truth.signer, signers)));
  const leaves = (all: Leaf[]) => {
    const last = all.at(-1)!;
    const written: Leaf['event'] = { ...last.event, statement: digestOf(files.get(name)!) };
    delete written['evidence'];
    if (evidence !== undefined) written['evidence'] = evidence;
    return [...all.slice(0, -1), { ...last, event: { ...written, ...event } }];
  };
  return forged({ ...truth, files }, { leaves });
};

/** What stands behind a re-certification. */
export interface Suite {
  readonly plan: RecertificationPlan;
  readonly tables: EvaluationTables;
  readonly policy: GatePolicy;
}

/** Another suite behind the last statement: judged again, unless a judgement is given, and stated anew. */
export const withSuite = async (
  truth: TrueBundle,
  change: (suite: Suite) => Partial<Suite> & { readonly judgement?: (true_: Judgement) => Judgement },
  restating: Restated = {},
): Promise<BundleFiles> => {
  const files = new Map(truth.files);
  const { judgement, ...changed } = change(suiteOf(files));
  const { plan, tables, policy } = { ...suiteOf(files), ...changed };
  const put = (name: string, value: object) => {
    const bytes = jsonBytes(value);
    if (![...files.values()].some((one) => digestOf(one) === digestOf(bytes)))
      files.set(`recertifications/9/${name}.json`, bytes);
    return digestOf(bytes);
  };
  const judged = judge(tables, recertificationPolicy(policy) ?? policy);
  const evidence = put('evidence', {
    kind: 'quittance-recertification/v1',
    plan: put('plan', { ...plan, policy: put('policy', policy) }),
    tables: put('tables', tables),
    judgement: judgement ? judgement(judged) : judged,
  });
  const said = restating.said ?? ((one) => one);
  return restated({ ...truth, files }, { ...restating, said: (one) => said({ ...one, evidence }) });
};

const suiteOf = (files: BundleFiles): Suite => {
  const named = (digest: string) => [...files].find(([, bytes]) => digestOf(bytes) === digest)![0];
  const { evidence } = payloadOf(files, lastStatement(files)).predicate as { evidence: string };
  const { plan: planned, tables } = readJson<Record<string, string>>(files, named(evidence));
  const plan = readJson<RecertificationPlan>(files, named(planned!));
  return { plan, tables: readJson(files, named(tables!)), policy: readJson(files, named(plan.policy)) };
};
