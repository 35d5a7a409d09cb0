// Asks the serving side what it serves now, and judges that: the digest of what it loaded, and its answers to the
// forgotten questions, each behind what was said before it. A mismatch rolls back to the base at once. The interim
// suppression is lifted only after the probe has passed.
// Traps: the probe must bypass the suppression rules; otherwise it would test the rules and not the model. And a row
// that somebody edited would have another's rule lifted, or a good deployment rolled back.
import { z } from 'zod';
import type { Digest } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import { EvaluationTables } from '#core/evaluation.ts';
import { conversationOf, rowText } from '#core/forget-set.ts';
import type { Ports } from '#core/ports.ts';
import { sameWords } from '#core/words/tokens.ts';
import { defineStep } from '#core/step.ts';
import { getJson } from '#core/stored-json.ts';
import { countOf } from '#core/summaries.ts';
import type { TicketIn } from '#core/ticket.ts';
import { loggedTicket } from './logged-ticket.ts';
import { commitEvent, forgetSetOf, notReady, onItsWay, TicketInput } from './step-support.ts';
import { wakeWaiting } from './turns.ts';

export const probeServedModel = defineStep({
  name: 'probe-served-model',
  input: TicketInput,
  output: z.strictObject({ outcome: z.enum(['verified', 'rolled-back']) }),
  uses: ['tickets', 'vault', 'artifacts', 'models', 'serving', 'results', 'workflows', 'ledger', 'clock'],
  async run({ ticketId }, ports) {
    const outcome = await probeOnce(ticketId, ports);
    await wakeWaiting(ports, (await ports.tickets.get(ticketId)).ticket.model);
    return { outcome };
  },
});

type Outcome = 'verified' | 'rolled-back';

const probeOnce = async (ticketId: string, ports: ProbePorts & Pick<Ports, 'tickets' | 'ledger'>): Promise<Outcome> => {
  const raw = await loggedTicket(ticketId, ports);
  if (raw.ticket.status === 'REMEDIATION' && raw.ticket.step === 'probe-served-model') return 'rolled-back';
  const found = onItsWay(raw);
  const { ticket } = found;
  if ('served' in ticket) return 'verified';
  if (ticket.status !== 'VERIFYING_SERVED') throw notReady('probe-served-model', ticket);
  const probe = await askServed(ticket, ports);
  if (probe.found !== ticket.deployed.digest || probe.exact > (await allowedExact(ticket, ports))) {
    await rollBack(ticket, ports);
    await commitEvent(ports, found, { type: 'rolled-back', found: probe.found, exact: probe.exact });
    return 'rolled-back';
  }
  await ports.serving.lift(ticket.model, ticket.suppression.ruleId);
  await commitEvent(ports, found, {
    type: 'served-verified',
    digest: probe.found,
    prompts: probe.prompts,
    exact: probe.exact,
  });
  return 'verified';
};

type Deployed = TicketIn<'VERIFYING_SERVED'>;
type ProbePorts = Pick<Ports, 'vault' | 'artifacts' | 'models' | 'serving' | 'clock'>;

const askServed = async (ticket: Deployed, { vault, serving }: ProbePorts) => {
  const { records } = await forgetSetOf(vault, ticket.id);
  const probe = await serving.probe(ticket.model, records.map(conversationOf)).catch(noneFound);
  if (probe === undefined) return { found: null, prompts: 0, exact: 0 };
  const { digest, answers } = probe;
  const exact = new Set(
    records.filter(({ answer }, i) => sameWords(answers[i] ?? '', answer)).map((record) => rowText(record)),
  );
  return { found: digest, prompts: records.length, exact: exact.size };
};

/**
 * A target that does not say what it serves, or whose model changes while it answers, counts as serving something else.
 */
const noneFound = (error: unknown): undefined => {
  if (isQuittanceError(error, 'SERVED_MISMATCH') || isQuittanceError(error, 'MODEL_NOT_FOUND')) return undefined;
  throw error;
};

/**
 * How many forgotten answers the served model may give: as many as the judged candidate; where that number is unknown,
 * none.
 */
const allowedExact = async (ticket: Deployed, { artifacts }: ProbePorts): Promise<number> => {
  return countOf(await getJson(artifacts, ticket.run.tables, EvaluationTables), 'forget.greedyExact')?.k ?? 0;
};

/** Puts the base back, in serving and registry. */
const rollBack = async (ticket: Deployed, { models, serving, clock }: ProbePorts) => {
  const { digest, previous } = ticket.deployed;
  const served: Digest | undefined = (await serving.served(ticket.model))?.digest;
  if (served !== previous) await serving.promote(ticket.model, previous, served);
  const { model, version } = await models.get(ticket.model);
  if (model.digest !== digest) return;
  const side = model.quarantined.find((entry) => entry.digest === previous)?.side;
  const quarantined = model.quarantined.filter((entry) => entry.digest !== previous);
  const updatedAt = clock.now().toISOString();
  await models.put(
    { ...model, ...side, digest: previous, deletions: model.deletions - 1, quarantined, updatedAt },
    version,
  );
};
