// Cases with a letter that the mail service put off, found by a label of the day on which it did so: a label goes with
// the case and cannot be taken off before, so that one which is found may have nothing to try again. Trap: a store
// lists a hundred of a label, so that of one day sixteen hundred cases are found, and a letter of another waits for a
// person (docs/letters.md).
import { addDays } from '#core/days.ts';
import { digestOf } from '#core/canonical.ts';
import type { Ports } from '#core/ports.ts';

type Stores = Pick<Ports, 'vault' | 'pseudonyms'>;

const SHARDS = Array.from({ length: 16 }, (_, i) => i.toString(16));
/** Longer than the longest wait for a try, and the time for which one that was slept through is made up for. */
const DAYS_BACK = 4;

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
const labelOf = ({ pseudonyms }: Pick<Stores, 'pseudonyms'>, day: string, shard: string): Promise<string> =>
  pseudonyms.of('letters-waiting', `${day} ${shard}`);

export const waitingLabel = (stores: Pick<Stores, 'pseudonyms'>, ticketId: string, at: Date): Promise<string> =>
  labelOf(stores, dayOf(at), digestOf(ticketId).slice(-1));

/** Each once. */
export const casesWithWaiting = async (stores: Stores, now: Date): Promise<string[]> => {
  const days = Array.from({ length: DAYS_BACK + 1 }, (_, i) => addDays(dayOf(now), -i));
  const labels = days.flatMap((day) => SHARDS.map((shard) => labelOf(stores, day, shard)));
  const found = await Promise.all(labels.map(async (label) => stores.vault.labelled(await label)));
  return [...new Set(found.flat())].sort();
};
