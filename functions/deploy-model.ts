// Puts the approved candidate in place of the base, after checking hold, evidence and base once more immediately
// before. Order: serving → registry → ticket, each skipped where it is already done. Trap: another ticket may have been
// deployed to the model since. If this run's base is therefore no longer served, the ticket must unlearn again from
// what is; if its base is still going to be served, it waits.
import { z } from 'zod';
import { admit, TrainingManifest, withoutRows } from '#core/forget-set.ts';
import { mayProceed } from '#core/gathering.ts';
import type { ModelRecord, SideArtefacts } from '#core/model.ts';
import type { Ports } from '#core/ports.ts';
import { daysAfter, RETENTION_DAYS } from '#core/retention.ts';
import { jobName, JobResult } from '#core/run.ts';
import { defineStep } from '#core/step.ts';
import { getJson, putJson } from '#core/stored-json.ts';
import type { TicketIn } from '#core/ticket.ts';
import { loggedTicket } from './logged-ticket.ts';
import { commitEvent, forgetSetOf, notReady, onItsWay, sideArtefact, TicketInput } from './step-support.ts';
import { rememberPerson } from './remember-forgotten.ts';
import { queueOf, wakeWaiting } from './turns.ts';

export const deployModel = defineStep({
  name: 'deploy-model',
  input: TicketInput,
  output: z.strictObject({ outcome: z.enum(['deployed', 'waits', 'base-moved']) }),
  uses: ['tickets', 'vault', 'artifacts', 'models', 'serving', 'results', 'workflows', 'pseudonyms', 'ledger', 'clock'],
  async run({ ticketId }, ports) {
    const found = onItsWay(await loggedTicket(ticketId, ports));
    const { ticket } = found;
    if ('deployed' in ticket) return { outcome: 'deployed' as const };
    if (ticket.status === 'SCHEDULED' && ticket.runs.length > 0) return { outcome: 'base-moved' as const };
    if (ticket.status !== 'DEPLOYING') throw notReady('deploy-model', ticket);
    if (!mayProceed(ticket, await queueOf(ports, ticket.model))) return { outcome: 'waits' as const };
    const { model, version } = await ports.models.get(ticket.model);
    const { candidate, base } = ticket.run;
    if (model.digest !== base && model.digest !== candidate) {
      await commitEvent(ports, found, { type: 'base-moved', base: model.digest });
      await wakeWaiting(ports, ticket.model);
      return { outcome: 'base-moved' as const };
    }
    await ports.artifacts.get(ticket.evidence); // still there, and its bytes still have the digest that was approved
    await rememberPerson(ticket, ports);
    await switchOver(ticket, model, version, ports);
    await commitEvent(ports, found, { type: 'deployed', digest: candidate, previous: base });
    return { outcome: 'deployed' as const };
  },
});

type Deploying = TicketIn<'DEPLOYING'>;
type DeployPorts = Pick<Ports, 'vault' | 'artifacts' | 'models' | 'serving' | 'results' | 'pseudonyms' | 'clock'>;

/**
 * Serving first: after a crash before the registry is written, a repeat completes it, and until then the probe would
 * notice the difference.
 */
const switchOver = async (
  ticket: Deploying,
  model: ModelRecord,
  version: number,
  ports: DeployPorts,
): Promise<void> => {
  const { candidate, base } = ticket.run;
  const served = await ports.serving.served(ticket.model);
  if (served?.digest !== candidate) await ports.serving.promote(ticket.model, candidate, base);
  if (model.digest !== candidate) await ports.models.put(await succeeding(ticket, model, ports), version);
};

/** The registry record with the candidate as the model, and the base in quarantine. */
const succeeding = async (ticket: Deploying, model: ModelRecord, ports: DeployPorts): Promise<ModelRecord> => {
  const now = ports.clock.now();
  const { digest, suite, moments, trainingManifest, training } = model;
  const destroyAfter = daysAfter(now, RETENTION_DAYS.quarantine);
  const old = { digest, since: now.toISOString(), destroyAfter, side: { suite, moments, trainingManifest, training } };
  return {
    ...model,
    ...(await sideOf(ticket, model, ports)),
    digest: ticket.run.candidate,
    deletions: model.deletions + 1,
    quarantined: [...model.quarantined, old],
    updatedAt: now.toISOString(),
  };
};

/** Suite and moments as the unlearning job left them, and a training manifest without the forgotten rows. */
const sideOf = async (ticket: Deploying, model: ModelRecord, ports: DeployPorts): Promise<SideArtefacts> => {
  const { also } = JobResult.parse(await ports.results.get(jobName('unlearn', ticket.id, ticket.run.number)));
  const trainingManifest = await forgottenManifest(ticket, model, ports);
  return {
    suite: also.suite ?? model.suite,
    moments: also.moments,
    trainingManifest,
    training: also.training ?? model.training,
  };
};

const forgottenManifest = async (
  ticket: Deploying,
  model: ModelRecord,
  { vault, artifacts, pseudonyms }: DeployPorts,
) => {
  const manifest = await getJson(artifacts, sideArtefact(model, 'trainingManifest'), TrainingManifest);
  const { rows } = await admit(await forgetSetOf(vault, ticket.id), manifest, (purpose, text) =>
    pseudonyms.of(purpose, text),
  );
  return putJson(artifacts, withoutRows(manifest, rows));
};
