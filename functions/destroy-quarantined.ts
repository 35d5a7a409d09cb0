// Destroys old weights whose time in quarantine is over: they still know what their successors have forgotten.
// Trap: what is served may be made upon them (an adapter's base, a composed decoder's target), or served under another
// name; then they stay until it no longer is.
import { z } from 'zod';
import { requireAsLogged } from '#core/as-logged.ts';
import type { Digest } from '#core/canonical.ts';
import { defineStep } from '#core/step.ts';
import { workingOf, type Ticket } from '#core/ticket.ts';
import { ModelName, type ModelRecord } from '#core/model.ts';
import { destroyModels, neededModels } from './model-artefacts.ts';

export const destroyQuarantined = defineStep({
  name: 'destroy-quarantined',
  input: z.strictObject({ model: ModelName }),
  output: z.strictObject({ destroyed: z.int() }),
  uses: ['tickets', 'models', 'artifacts', 'ledger', 'clock'],
  async run({ model: name }, ports) {
    const { tickets, models, artifacts, clock } = ports;
    const { model, version } = await models.get(name);
    const now = clock.now().toISOString();
    const due = model.quarantined.filter(
      ({ destroyAfter, destroyedAt }) => destroyedAt === undefined && destroyAfter <= now,
    );
    if (due.length === 0) return { destroyed: 0 };
    // read one by one, since a list may lag behind the events of its tickets
    for (const { id } of deploying(due, model, await tickets.list()))
      await requireAsLogged((await tickets.get(id)).ticket, ports);
    const others = (await models.list()).filter((other) => other.name !== name);
    const staying = { ...model, quarantined: model.quarantined.filter((entry) => !due.includes(entry)) };
    const gone = await destroyModels(
      artifacts,
      neededModels([...others, staying]),
      due.map(({ digest }) => digest),
    );
    const destroyed = due.filter(({ digest }) => gone.includes(digest));
    if (destroyed.length === 0) return { destroyed: 0 };
    const quarantined = model.quarantined.map((entry) =>
      destroyed.includes(entry) ? { ...entry, destroyedAt: now } : entry,
    );
    await models.put({ ...model, quarantined }, version);
    return { destroyed: destroyed.length };
  },
});

/**
 * Tickets that took what is due out of service, under whatever model's name. Where no row of this model says so, one
 * may have been edited in any field, and each that may be it is looked at: those that are not purged, those of the
 * model, and those that the registry names with a certificate; one that a restored table has lost says nothing.
 */
const deploying = (due: readonly Quarantined[], model: ModelRecord, all: readonly Ticket[]): Ticket[] => {
  const said = new Set(all.flatMap((ticket) => (ticket.model === model.name ? (previousOf(ticket) ?? []) : [])));
  const replaced = new Set<Digest | undefined>(due.map(({ digest }) => digest));
  const certified = new Set(model.certificates.map(({ ticketId }) => ticketId));
  const unsaid = due.some(({ digest }) => !said.has(digest));
  const mayBeIt = ({ id, model: name, status }: Ticket) =>
    status !== 'PURGED' || name === model.name || certified.has(id);
  return all.filter((ticket) => replaced.has(previousOf(ticket)) || (unsaid && mayBeIt(ticket)));
};
type Quarantined = ModelRecord['quarantined'][number];

/** The artefact that the ticket's deployment took out of service. */
const previousOf = (ticket: Ticket): Digest | undefined => {
  if (ticket.status === 'PURGED') return ticket.sealed?.deployed.previous;
  const last = workingOf(ticket);
  return 'deployed' in last ? last.deployed.previous : undefined;
};
