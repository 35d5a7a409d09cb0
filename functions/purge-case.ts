// Ends the ticket: destroys what a stopped run saved, suppression rule, side artefacts and rejected candidates, takes
// the person's rows out of the model's encrypted index, then destroys the data key; last, the proof that nothing can be
// read enters the ticket.
// Trap: a crash may have happened at any point, so each part can be repeated, and the ticket says PURGED only after all
// of them.
import type { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { keptUntil, type Answered } from '#core/kept-case.ts';
import type { JobResults, Ports } from '#core/ports.ts';
import { GatheredResult, gatheredName } from '#core/run.ts';
import { committedName } from '#core/recipe.ts';
import { endRunsOf } from '#core/saved-runs.ts';
import { defineStep } from '#core/step.ts';
import { isClosed, workingOf, type WorkingTicket } from '#core/ticket.ts';
import { forgetRows } from './forget-rows.ts';
import { loggedTicket } from './logged-ticket.ts';
import { commitEvent, Nothing, notReady, onItsWay, TicketInput } from './step-support.ts';
import { destroyModels, destroySide, neededModels } from './model-artefacts.ts';
import { resultOf } from './turns.ts';

export const purgeCase = defineStep({
  name: 'purge-case',
  input: TicketInput,
  output: Nothing,
  uses: ['tickets', 'vault', 'artifacts', 'models', 'serving', 'results', 'ledger', 'clock'],
  async run({ ticketId }, ports) {
    const found = await loggedTicket(ticketId, ports);
    const { ticket } = found;
    if (ticket.status === 'PURGED') return {};
    if (ticket.status !== 'EVIDENCE_SEALED' && !isClosed(ticket)) throw notReady('purge-case', onItsWay(found).ticket);
    const now = ports.clock.now().toISOString();
    const until = ticket.status === 'EVIDENCE_SEALED' ? keptUntil(ticket, now) : undefined;
    if (until !== undefined && until > now) throw stillKept(ticketId, until);
    await endRunsOf(ticketId, ports);
    await destroyAround(ticket, ports);
    if ('deployed' in workingOf(ticket)) await forgetRows(ticket, ports);
    const { objects, readsRefused } = await ports.vault.destroy(ticketId);
    await commitEvent(ports, found, { type: 'purged', objects, readsRefused });
    return {};
  },
});

/** The refusal of a part may be appealed, or was: the workflow waits on, and comes back. */
const stillKept = (ticketId: string, until: string) =>
  new QuittanceError('CASE_KEPT', {
    message: `ticket ${ticketId}: the refusal of a part of it may be appealed, or was, so nothing is destroyed yet`,
    expected: `a decision on the appeal, or a time after ${until}`,
    hint: `where an appeal is open, decide it: quittance ticket decide-appeal ${ticketId} --as WHO; the workflow goes on by itself`,
  });

type PurgePorts = Pick<Ports, 'artifacts' | 'models' | 'serving' | 'results' | 'vault'>;

const destroyAround = async (ticket: Answered, { artifacts, models, serving, results, vault }: PurgePorts) => {
  const last = workingOf(ticket);
  if ('suppression' in last) await serving.lift(ticket.model, last.suppression.ruleId);
  const candidates = 'runs' in last ? await candidatesOf(last, results) : [];
  const served = 'deployed' in last ? last.deployed.digest : undefined;
  await destroyModels(
    artifacts,
    neededModels(await models.list()),
    candidates.filter((candidate) => candidate !== served),
  );
  if ('deployed' in last) await destroyReplaced(last.model, last.deployed.previous, { artifacts, models, vault });
};

/** All candidates made for the ticket, including those of other tickets' runs that it never used. */
const candidatesOf = async (ticket: Extract<WorkingTicket, { runs: unknown }>, results: JobResults) => {
  const own = [...ticket.runs, ...('run' in ticket ? [ticket.run] : [])].flatMap(({ candidate }) => candidate ?? []);
  const numbers = Array.from({ length: ticket.runs.length + 1 }, (_, i) => i + 1);
  const left = await Promise.all(numbers.map((number) => resultOf(results, gatheredName(ticket.id, number))));
  const gathered = left.flatMap((found) => (found === undefined ? [] : [GatheredResult.parse(found).candidate]));
  return [...new Set([...own, ...gathered])];
};

/**
 * Suite, moments and training manifest of the base, which hold the forgotten records or what was computed from them.
 */
const destroyReplaced = async (
  name: string,
  previous: Digest,
  { artifacts, models, vault }: Pick<PurgePorts, 'artifacts' | 'models' | 'vault'>,
) => {
  const { model, version } = await models.get(name);
  const side = model.quarantined.find(({ digest }) => digest === previous)?.side;
  if (!side) return;
  await destroySide(artifacts, models, side);
  if (side.training !== undefined && side.training !== model.training && model.corpus !== undefined)
    await vault.put(model.corpus, committedName(side.training), new Uint8Array()); // which rows the person's were
  const quarantined = model.quarantined.map((entry) =>
    entry.digest === previous ? { ...entry, side: undefined } : entry,
  );
  await models.put({ ...model, quarantined }, version);
};
