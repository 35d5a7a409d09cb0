// A ticket that waits for its approval, without workflow or engine: the candidate, run manifest and tables are small
// but real artefacts.
import type { EvaluationTables } from '#core/evaluation.ts';
import { digestJson, type Digest } from '#core/canonical.ts';
import { judge } from '#core/gate.ts';
import { GatePolicy } from '#core/policy.ts';
import { jobName, type RunManifest } from '#core/run.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { advance } from '#core/transitions.ts';
import { admitForgetSet } from '#functions/admit-forget-set.ts';
import { suppressOutput } from '#functions/suppress-output.ts';
import { triageTicket } from '#functions/triage-ticket.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { verifyIdentity } from '#functions/verify-identity.ts';
import { ticketHarness, file, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { RECORDS } from '#bench/house/requests.ts';
import { putModel, textModel } from '#bench/house/models.ts';

export interface JudgedTicket {
  harness: TicketHarness;
  ticketId: string;
  candidate: string;
  evidence: string;
}

/** Tables in which `exact` of the forget questions are still answered word for word. */
export const tablesOf = (model: string, exact = 0): EvaluationTables => ({
  kind: 'quittance-evaluation/v1',
  model,
  quantisation: 'none',
  suite: { name: 'house', version: '1', digest: model },
  reference: 'controls',
  proportions: { 'forget.greedyExact': { k: exact, n: RECORDS.length } },
  histograms: {},
  sums: {},
  people: {},
  peopleMeans: {},
  scalars: {},
  curves: {},
  notAvailable: {},
  sampling: { temperature: 1, samplesPerPrompt: 20, seed: 1 },
});

export const moveTicket = async ({ ports }: TicketHarness, ticketId: string, event: TicketEvent): Promise<void> => {
  const { ticket, version } = await ports.tickets.get(ticketId);
  await ports.tickets.commit(advance(ticket, event, ports.clock.now()), version);
};

const runOf = (ticketId: string, plan: Digest, base: Digest): RunManifest => {
  const { manifest } = textModel('house candidate');
  return {
    ...{ kind: 'quittance-run/v1', ticketId, plan, base, candidate: digestJson(manifest), manifest },
    ...{ method: 'flat', config: {}, seed: 1, backend: 'none', records: RECORDS.length, updates: 3 },
    ...{ stop: 'stop-rule', recorded: {}, trajectory: [] },
  };
};

/** Filed, admitted, unlearned and passed; `forgets` says whether the served candidate has really forgotten. */
export const judgedTicket = async ({ forgets = true } = {}): Promise<JudgedTicket> => {
  const harness = await ticketHarness({
    answer: (model, prompts) =>
      prompts.map((_, i) => (model === candidate && forgets ? 'I cannot say.' : RECORDS[i]!.answer)),
  });
  const { artifacts, results } = harness.ports;
  const ticketId = await file(harness);
  for (const step of [verifyIdentity, triageTicket, admitForgetSet, suppressOutput])
    await harness.call(step, { ticketId });
  const candidate: string = await putModel(artifacts, textModel('house candidate'));
  const plan = await putJson(artifacts, { kind: 'plan', ticketId });
  const manifest = await putJson(artifacts, runOf(ticketId, plan, harness.base));
  const judgement = await putJson(
    artifacts,
    judge(tablesOf(candidate), await getJson(artifacts, harness.policy, GatePolicy)),
  );
  const tables = await putJson(artifacts, tablesOf(candidate));
  const suite = await putJson(artifacts, { suite: 'house without the subject' });
  await results.put(jobName('unlearn', ticketId, 1), {
    kind: 'quittance-job-result/v1',
    result: manifest,
    also: { suite },
  });
  const evidence = await putJson(artifacts, { ticketId, candidate, tables, judgement });
  const run = { number: 1, rung: 0, plan, base: harness.base, method: 'flat' };
  await moveTicket(harness, ticketId, { type: 'run-planned', run, policy: harness.policy });
  await harness.call(sequenceLog, {}); // the plan is logged before the run
  await moveTicket(harness, ticketId, { type: 'unlearned', manifest, candidate });
  const evaluated = { tables, judgement, evidence, verdict: 'pass' as const, climb: false };
  await moveTicket(harness, ticketId, { type: 'evaluated', ...evaluated });
  return { harness, ticketId, candidate, evidence };
};
