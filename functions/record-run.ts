// Takes the unlearning job's report into the ticket: which candidate it made, under which manifest. Trap: a report that
// does not belong to the ticket's plan is refused.
import { plural } from '#core/plural.ts';
import { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { JobResults } from '#core/ports.ts';
import { jobName, JobResult, RunManifest } from '#core/run.ts';
import { defineStep } from '#core/step.ts';
import { getJson } from '#core/stored-json.ts';
import { TicketId, type Run } from '#core/ticket.ts';
import { commitEvent, notReady, openTicket } from './step-support.ts';
import { resultOf, wakeWaiting } from './turns.ts';

export const recordRun = defineStep({
  name: 'record-run',
  input: z.strictObject({ ticketId: TicketId, planDigest: Digest }),
  output: z.strictObject({
    runDigest: Digest,
    /** Whether an evaluation of it has reported already. */
    evaluated: z.boolean(),
  }),
  uses: ['tickets', 'models', 'results', 'artifacts', 'vault', 'workflows', 'clock'],
  async run({ ticketId, planDigest }, ports) {
    const { tickets, results, artifacts, clock } = ports;
    const found = await openTicket(tickets, ticketId);
    const { ticket } = found;
    const done =
      'runs' in ticket
        ? [...ticket.runs, ...('run' in ticket ? [ticket.run] : [])].find(({ plan }) => plan === planDigest)
        : undefined;
    if (done?.manifest) return answerFor(ticketId, done.number, done.manifest, results);
    if (ticket.status !== 'UNLEARNING') throw notReady('record-run', ticket);
    const { result } = JobResult.parse(await results.get(jobName('unlearn', ticketId, ticket.run.number)));
    const manifest = await getJson(artifacts, result, RunManifest);
    refuseOther(ticket.run, planDigest, manifest);
    refuseUnchanged(manifest);
    await commitEvent({ tickets, clock }, found, {
      type: 'unlearned',
      manifest: result,
      candidate: manifest.candidate,
    });
    await wakeWaiting(ports, ticket.model); // the tickets that the run gathered
    return answerFor(ticketId, ticket.run.number, result, results);
  },
});

const answerFor = async (ticketId: string, run: number, runDigest: Digest, results: JobResults) => ({
  runDigest,
  evaluated: (await resultOf(results, jobName('evaluate', ticketId, run))) !== undefined,
});

const refuseOther = (run: Run, planDigest: Digest, manifest: RunManifest) => {
  if (manifest.plan === planDigest && run.plan === planDigest && manifest.base === run.base) return;
  throw new QuittanceError('JOB_FAILED', {
    message: 'the unlearning job reported on another plan',
    expected: planDigest,
    got: manifest.plan,
  });
};

/** What is judged, approved and certified as another model is another model. */
const refuseUnchanged = ({ base, candidate, method, updates }: RunManifest) => {
  if (candidate !== base) return;
  throw new QuittanceError('MODEL_UNCHANGED', {
    message: `${method} made ${plural(updates, 'update')} and left every file of the model as it was`,
    expected: 'a candidate with another digest than its base',
    got: candidate,
    hint: 'take larger steps, or a policy whose ladder does; int8 rounds small steps away',
  });
};
