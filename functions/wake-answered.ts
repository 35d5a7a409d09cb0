// Tells workflows what was answered and not told: an answer is recorded before the workflow that waits for it hears of
// it, and a program that ends between the two leaves a case that rests until the task's own time is over, a day to a
// month later. Called by a schedule, and whenever a data folder is opened. Nothing is decided here: what the ticket's
// state says was answered is told, and a task that has heard of it counts as answered (task-tokens.ts).
import { z } from 'zod';
import { together } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { meaningOf } from '#core/statuses.ts';
import { defineStep } from '#core/step.ts';
import type { Ticket } from '#core/ticket.ts';
import type { WorkRow } from '#core/worklist.ts';
import { answerWait, openToken, type Wait } from './task-tokens.ts';
import { wakeWaiting } from './turns.ts';

type Waking = Pick<Ports, 'tickets' | 'models' | 'results' | 'vault' | 'workflows'>;

export const wakeAnswered = defineStep({
  name: 'wake-answered',
  input: z.strictObject({}),
  output: z.strictObject({ told: z.int().nonnegative() }),
  uses: ['tickets', 'models', 'results', 'vault', 'workflows'],
  async run(_input, ports) {
    const failed: unknown[] = [];
    const tried = async (act: () => Promise<number>): Promise<number> => {
      try {
        return await act();
      } catch (error) {
        failed.push(error); // one case or model does not hold up the others
        return 0;
      }
    };
    let told = 0;
    const models = new Set<string>();
    for await (const { id, model, status } of openRows(ports.tickets)) {
      if (meaningOf({ status }).waitsFor === 'turn') models.add(model);
      told += await tried(() => tellOf(id, status, ports));
    }
    for (const model of models) await tried(async () => (await wakeWaiting(ports, model), 0));
    if (failed.length > 0) throw together(failed);
    return { told };
  },
});

/** Of cases that are open, or certified and not deployed yet, and that nothing stops just now. */
async function* openRows(tickets: Ports['tickets']): AsyncGenerator<WorkRow> {
  for (const which of [{ scope: 'open' }, { scope: 'all', statuses: ['EVIDENCE_SEALED'] }] as const) {
    let after: string | undefined;
    do {
      const page = await tickets.page({ ...which, limit: 500, after });
      for (const row of page.rows) if (!STOPPED.includes(row.status)) yield row;
      after = page.next ?? undefined;
    } while (after !== undefined);
  }
}

/** Their release is yet to come. */
const STOPPED: readonly WorkRow['status'][] = ['ON_HOLD', 'CLARIFICATION_PENDING', 'APPEALED'];

/** Behind an answer nothing moves the case until its workflow has heard of it, so that elsewhere no vault is asked. */
const MAY_WAIT: Readonly<Record<Exclude<Wait, 'turn'>, (status: WorkRow['status']) => boolean>> = {
  identity: (status) => status === 'TRIAGE',
  approval: (status) => status === 'DEPLOYING' || status === 'REMEDIATION',
  release: () => true,
};

/** How many of its waiting tasks were told; the ticket is read anew behind each token that is open. */
const tellOf = async (
  id: string,
  status: WorkRow['status'],
  { tickets, vault, workflows }: Waking,
): Promise<number> => {
  let told = 0;
  for (const wait of ['identity', 'approval', 'release'] as const) {
    if (!MAY_WAIT[wait](status)) continue;
    if ((await openToken(vault, id, wait)) === undefined) continue;
    const output = ANSWERED[wait]((await tickets.get(id)).ticket);
    if (output === undefined) continue;
    await answerWait({ vault, workflows }, id, wait, output);
    told++;
  }
  return told;
};

type Output = Readonly<Record<string, string>> | undefined;

/** What was answered, as the ticket has it; undefined where it was not. */
const ANSWERED: Readonly<Record<Exclude<Wait, 'turn'>, (ticket: Ticket) => Output>> = {
  identity: (ticket) => ('identity' in ticket ? {} : undefined),
  approval: (ticket) => {
    if (ticket.status === 'REMEDIATION' && ticket.step === 'record-approval') return { decision: 'refused' };
    return ticket.status === 'DEPLOYING' ? { decision: 'approved' } : undefined;
  },
  release: ({ status }) => (STOPPED.includes(status) ? undefined : {}),
};
