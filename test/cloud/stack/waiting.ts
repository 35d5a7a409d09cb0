// Waiting for what an installation does by itself, however long a busy machine takes: what hangs is ended by jest.
// Trap: a ticket that rests elsewhere never comes to the status that is waited for, so the wait ends there, and says
// which checks of the gate did not pass.
import { z } from 'zod';
import { STATUSES } from '#core/statuses.ts';
import { Status } from '#core/ticket.ts';
import { GateVerdict } from '#core/gate.ts';

const WAIT_MS = 500;

export const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
};

/** What is read of GET /tickets/:id. */
const Shown = z.object({
  item: z.object({ status: Status, label: z.string() }),
  evidence: z.string().nullable(),
  report: z.object({
    gate: z
      .object({
        policyVersion: z.string(),
        gates: z.array(z.object({ name: z.string(), verdict: GateVerdict, detail: z.string() })),
      })
      .nullable(),
  }),
});
export type Shown = z.infer<typeof Shown>;

export interface Looks {
  /** GET /tickets/:id as JSON; undefined where a busy machine gave no answer. */
  readonly ticket: () => Promise<unknown>;
  /** How the executions that work on the ticket stand. */
  readonly executions: () => Promise<readonly (string | undefined)[]>;
}

/** Rejects where the ticket rests in another status, or where nothing works on it any more. */
export const ticketAt = (status: Status, { ticket, executions }: Looks): Promise<Shown> =>
  until(async () => {
    // read first: an execution that has ended since the ticket was read may have brought it on
    const states = await executions();
    const answer = await ticket();
    if (answer === undefined) return undefined;
    const shown = Shown.parse(answer);
    if (shown.item.status === status) return shown;
    const over = states.length > 0 && !states.includes('RUNNING');
    if (!over && !STATUSES[shown.item.status].rests) return undefined;
    throw new Error(`${status} was waited for, and the ticket ${whereItStands(shown, states)}`);
  });

const whereItStands = ({ item, report: { gate } }: Shown, states: readonly (string | undefined)[]): string => {
  const lines = (gate?.gates ?? [])
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ name, verdict, detail }) => `  ${name}: ${verdict} (${detail})`);
  const judged = gate ? `, judged by policy ${gate.policyVersion}` : '';
  const head = `is ${item.status} (${item.label})${judged}; its executions: ${states.join(', ') || 'none'}`;
  return [head, ...lines].join('\n');
};
