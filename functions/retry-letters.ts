// Tries letters again that the mail service put off, each when its next time has come (RETRY_AFTER_HOURS), and ends
// after the last of them; whoever sent one hears of it where it will not go out by itself. Called by a schedule.
// Traps: a schedule may fire twice and a person may press at the same time: the event before the message is the lock,
// as of a person's press. And a case may have been decided otherwise since: then nothing is sent.
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { isDecided, letterIn } from './letter-mail.ts';
import { casesWithWaiting } from './letters-waiting.ts';
import { keptLetters, type KeptLetter } from './kept-letters.ts';
import { handOver, type Senders } from './send-letter.ts';

/** After so long the rest is left to the next call, so that none is ended with a message handed over half. */
const BUDGET_MS = 30_000;

type Retrying = Senders & Pick<Ports, 'notifier'>;

export const retryLetters = defineStep({
  name: 'retry-letters',
  input: z.strictObject({}),
  output: z.strictObject({ tried: z.int().nonnegative(), taken: z.int().nonnegative() }),
  uses: ['tickets', 'vault', 'mailer', 'notifier', 'pseudonyms', 'clock'],
  async run(_input, ports) {
    const failed: unknown[] = [];
    const results: string[] = [];
    if (ports.mailer.way === undefined) return { tried: 0, taken: 0 };
    const until = ports.clock.now().getTime() + BUDGET_MS;
    for (const ticketId of await casesWithWaiting(ports, ports.clock.now()))
      for (const number of await dueIn(ticketId, ports))
        try {
          if (ports.clock.now().getTime() > until) break;
          results.push((await triedAgain(ticketId, number, ports)) ?? 'skipped');
        } catch (error) {
          failed.push(error); // one case does not hold up the others
        }
    if (failed.length > 0) throw failed[0];
    const tried = results.filter((result) => result !== 'skipped');
    return { tried: tried.length, taken: tried.filter((result) => result === 'accepted').length };
  },
});

/** Numbers of the letters whose next time has come; none once the case is destroyed. */
const dueIn = async (ticketId: string, { tickets, clock }: Retrying): Promise<number[]> => {
  const now = clock.now();
  const letters = keptLetters(await tickets.events(ticketId), now);
  return letters.flatMap((letter) => (isDue(letter, now) ? [letter.number] : []));
};

const isDue = ({ sending }: KeptLetter, now: Date): boolean =>
  sending !== null && sending.next !== null && sending.next <= now.toISOString();

/** What the service answered; undefined where it is not due any more, or its case was destroyed. */
const triedAgain = async (ticketId: string, number: number, ports: Retrying): Promise<string | undefined> => {
  const version = await ports.tickets.get(ticketId);
  if (version.ticket.status === 'PURGED') return undefined;
  const found = await letterIn(version.ticket, number, ports);
  const { letter, ticket, events } = found;
  const { sending } = letter;
  if (sending === null || !isDue(letter, ports.clock.now())) return undefined;
  if (!isDecided(letter, ticket, events)) {
    await tell(ticketId, sending.by, number, 'not-decided', ports);
    return undefined;
  }
  const { result } = await handedOver(() => handOver(version, found, { by: sending.by, retry: true }, ports));
  const isOver = result === 'deferred' ? await isLast(ticketId, number, ports) : result !== 'accepted';
  if (isOver) await tell(ticketId, sending.by, number, result, ports);
  return result;
};

/** A case that moved in this moment has its turn with the next call. */
const handedOver = async <T extends { result: string }>(send: () => Promise<T>): Promise<T | { result: 'skipped' }> => {
  try {
    return await send();
  } catch (error) {
    if (isQuittanceError(error, 'TICKET_CONFLICT')) return { result: 'skipped' };
    throw error;
  }
};

const isLast = async (ticketId: string, number: number, { tickets, clock }: Retrying): Promise<boolean> => {
  const letters = keptLetters(await tickets.events(ticketId), clock.now());
  return letters.find((letter) => letter.number === number)?.sending?.next === null;
};

/** Under an id of the letter and its answer, by which a repeat is known. */
const tell = (ticketId: string, to: string, number: number, result: string, { notifier }: Retrying): Promise<void> =>
  notifier.notify({
    ...{ id: `${ticketId}.letter-${number}.${result}`, to, template: 'letter-unsent' },
    references: { ticketId, letter: String(number), result },
  });
