// Tries letters again that the mail service put off, each when its next time has come (RETRY_AFTER_HOURS), and ends
// after the last of them; whoever sent one hears of it where it will not go out by itself. Called by a schedule.
// Traps: a schedule may fire twice and a person may press at the same time: the event before the message is the lock,
// as of a person's press. And a case may have gone on since, or been decided otherwise: then nothing is sent.
import { z } from 'zod';
import { isQuittanceError, together } from '#core/errors.ts';
import type { Ports } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { isDecided, isOvertaken, letterIn, type FoundLetter } from './letter-mail.ts';
import { casesWithWaiting } from './letters-waiting.ts';
import { keptLetters, type KeptLetter, type Sending } from './kept-letters.ts';
import { handOver, type Senders } from './send-letter.ts';
import { said } from './two-people.ts';

/** After so long the rest is left to the next call, so that none is ended with a message handed over half. */
const BUDGET_MS = 30_000;

type Retrying = Senders & Pick<Ports, 'notifier'>;

export const retryLetters = defineStep({
  name: 'retry-letters',
  input: z.strictObject({}),
  output: z.strictObject({ tried: z.int().nonnegative(), taken: z.int().nonnegative() }),
  uses: ['tickets', 'vault', 'mailer', 'notifier', 'pseudonyms', 'clock'],
  async run(_input, ports) {
    if (ports.mailer.way === undefined) return { tried: 0, taken: 0 };
    const until = ports.clock.now().getTime() + BUDGET_MS;
    const failed: unknown[] = [];
    // neither a case that cannot be read nor a letter that cannot be sent holds up the others
    const each = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
      try {
        return ports.clock.now().getTime() > until ? undefined : await work();
      } catch (error) {
        failed.push(error);
        return undefined;
      }
    };
    const results: string[] = [];
    for (const ticketId of await casesWithWaiting(ports, ports.clock.now()))
      for (const number of (await each(() => dueIn(ticketId, ports))) ?? [])
        results.push((await each(() => triedAgain(ticketId, number, ports))) ?? 'skipped');
    if (failed.length > 0) throw together(failed);
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
  const { sending } = found.letter;
  if (sending === null || !isDue(found.letter, ports.clock.now())) return undefined;
  const hindrance = hindranceOf(found);
  if (hindrance !== undefined) {
    await tell(ticketId, sending, number, hindrance, ports);
    return undefined;
  }
  const who = { by: sending.by, ...said(sending) };
  const { result } = await handedOver(() => handOver(version, found, { ...who, retry: true }, ports));
  const isOver =
    result === 'deferred' ? await isLast(ticketId, number, ports) : !['accepted', 'skipped'].includes(result);
  if (isOver) await tell(ticketId, sending, number, result, ports);
  return result;
};

const hindranceOf = (found: FoundLetter): 'not-decided' | 'overtaken' | undefined => {
  if (!isDecided(found.letter, found.ticket, found.events)) return 'not-decided';
  return isOvertaken(found) ? 'overtaken' : undefined;
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

/** Once of each: a letter that does not go any more is looked at hour by hour until its time is long over. */
const tell = async (
  ticketId: string,
  { attempt, by: to }: Sending,
  number: number,
  result: string,
  { notifier, vault, pseudonyms }: Retrying,
): Promise<void> => {
  const id = `${ticketId}.letter-${number}.${attempt}.${result}`;
  const told = await pseudonyms.of('letters-told', id);
  if ((await vault.labelled(told)).includes(ticketId)) return;
  const references = { ticketId, letter: String(number), result };
  await notifier.notify({ id, to, template: 'letter-unsent', references });
  await vault.label(ticketId, [told]);
};
