// Takes the unlearning job's report into the ticket: which model came out, under which manifest. Trap: a report that does not belong to the plan is refused.
import { z } from 'zod';
import { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { jobName, JobResult, RunManifest } from '#core/run.ts';
import { defineStep } from '#core/step.ts';
import { getJson } from '#core/stored-json.ts';
import { TicketId, type Run } from '#core/ticket.ts';
import { moveOn, notReady, openCase } from './case-file.ts';

export const recordRun = defineStep({
  name: 'record-run',
  input: z.strictObject({ ticketId: TicketId, planDigest: Digest }),
  output: z.strictObject({ runDigest: Digest }),
  uses: ['tickets', 'results', 'artifacts', 'clock'],
  async run({ ticketId, planDigest }, { tickets, results, artifacts, clock }) {
    const found = await openCase(tickets, ticketId);
    const { ticket } = found;
    const done =
      'runs' in ticket
        ? [...ticket.runs, ...('run' in ticket ? [ticket.run] : [])].find(({ plan }) => plan === planDigest)
        : undefined;
    if (done?.manifest) return { runDigest: done.manifest };
    if (ticket.status !== 'UNLEARNING') throw notReady('record-run', ticket);
    const { result } = JobResult.parse(await results.get(jobName('unlearn', ticketId, ticket.run.number)));
    const manifest = await getJson(artifacts, result, RunManifest);
    refuseOther(ticket.run, planDigest, manifest);
    await moveOn({ tickets, clock }, found, { type: 'unlearned', manifest: result, candidate: manifest.candidate });
    return { runDigest: result };
  },
});

const refuseOther = (run: Run, planDigest: Digest, manifest: RunManifest) => {
  if (manifest.plan === planDigest && run.plan === planDigest && manifest.base === run.base) return;
  throw new QuittanceError('JOB_FAILED', {
    message: 'the unlearning job reported on another plan',
    expected: planDigest,
    got: manifest.plan,
  });
};
