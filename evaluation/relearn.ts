// Re-learning: how fast a little of what was forgotten brings back the rest. Some records of a person are taught again,
// the others are watched. Suppression in the weights comes back, absence does not: people whom the model never saw, put
// under the same attack, say what comes by itself. Hu et al. 2024, https://arxiv.org/abs/2406.13356.
// Trap: records of one person that are taught together make each other likelier, also those of a person whom nobody
// ever taught, so a level says nothing without its twin.
import type { GatePolicy } from '#core/policy.ts';
import type { AttackFamily, QuantityKey } from '#core/quantities.ts';
import type { QaRecord } from '#datasets/suite-shape.ts';
import type { Row } from '#engine/batch.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { random } from '#engine/random.ts';
import { retaught, type Retaught } from '#engine/retaught.ts';
import { retaughtEach } from '#engine/retaught-each.ts';
import { distinct } from '#core/distinct.ts';
import { pairOf, type LeftOut } from './exam.ts';
import { isExact, isForcedExact } from './scores.ts';
import type { AnswerScore } from './text-model.ts';

/** How an attacker who has some of the records goes on. */
export interface Attack extends Pick<Retaught, 'updates' | 'weights'> {
  /** Records that are taught; at most half of the person's. */
  readonly records: number;
}

export const ATTACKS: Readonly<Record<AttackFamily, Attack>> = {
  relearnt2x10: { records: 2, updates: 10, weights: 'mlp' },
  relearnt5x30: { records: 5, updates: 30, weights: 'mlp' },
  relearnt10x50: { records: 10, updates: 50, weights: 'mlp' },
  relearntBody5x30: { records: 5, updates: 30, weights: 'body' },
};

/**
 * The attacks that no check of a policy reads. Each costs a training run for every person and each of their twins, so
 * an evaluation that is to be judged by the policy leaves these out.
 */
export const leftOutBy = ({ checks, version }: Pick<GatePolicy, 'checks' | 'version'>): LeftOut => {
  const read = new Set(checks.flatMap((one) => [one.of, ...('reference' in one ? [one.reference] : [])]).map(familyOf));
  const reason = `policy version ${version} has no check on it; quittance attack makes every attack`;
  const unread = Object.keys(ATTACKS).filter((family) => !read.has(family));
  return Object.fromEntries(unread.map((family) => [family, reason]));
};

/** Of `forget.relearnt2x10`: `relearnt2x10`. */
export const familyOf = (key: QuantityKey): string => key.slice(key.indexOf('.') + 1);

const RATE = 1e-3;

/** Models that can be attacked. An attack leaves the weights as they were. */
export interface Attackable {
  /**
   * Attacks each person apart, `draws` times, each time with other records. Every record is watched in one of the draws
   * that did not teach it; the flags say of each whether its value came back. None where the attack is not possible.
   */
  attack(people: readonly Attacked[], attack: Attack, draws: number): Promise<boolean[]>;
  /** Teaches 2 records for 10 updates, and counts after each those of the others whose answers are exact. */
  curve(records: readonly QaRecord[], label: string): Promise<number[]>;
}

export interface Attacked {
  readonly records: readonly QaRecord[];
  /** Of which the draws are a function. */
  readonly label: string;
}

/** Fewer records than these leave nothing to be taught, or nothing to be watched. */
export const LEAST_RECORDS = 2;

export const attackable = (model: Model, learningRate: number = RATE): Attackable => ({
  async attack(people, attack, draws) {
    const all = people
      .flatMap(({ records, label }) =>
        drawsOf(random(`attack:${label}`).shuffle(distinct(records)), attack.records, draws),
      )
      .filter(({ taught, watched }) => taught.length > 0 && watched.length > 0);
    const flags = await retaughtEach(
      model,
      all.map(({ taught }) => rowsOf(model, taught)),
      { ...attack, learningRate },
      (draw) => scoresOf(model, all[draw]!.watched).map((score, i) => isForcedExact(score, all[draw]!.watched[i]!)),
    );
    return flags.flat();
  },
  async curve(records, label) {
    const order = random(`relearn:${label}`).shuffle(distinct(records));
    const [taught, watched] = [order.slice(0, 2), order.slice(2)];
    const exact = () => scoresOf(model, watched).filter(isExact).length;
    const counts = [exact()];
    if (watched.length === 0) return [];
    await retaught(model, rowsOf(model, taught), { ...ATTACKS.relearnt2x10, learningRate }, exact, () =>
      counts.push(exact()),
    );
    return counts;
  },
});

const scoresOf = (model: Model, rows: readonly QaRecord[]): AnswerScore[] => inference(model).score(rows.map(pairOf));

/** Of a person with `count` records. */
export const taughtOf = (count: number, { records }: Pick<Attack, 'records'>): number =>
  Math.min(records, Math.floor(count / 2));

interface Draw<T> {
  taught: T[];
  watched: T[];
}

/**
 * Draw d teaches the records from the d-th of `draws` equal parts on, going round. Each record is watched in one of the
 * draws that do not teach it, by turns; so that a count over all of them is a count of records.
 */
export const drawsOf = <T>(order: readonly T[], most: number, draws: number): Draw<T>[] => {
  const taught = taughtOf(order.length, { records: most });
  const isTaught = (i: number, d: number) =>
    (i - Math.floor((d * order.length) / draws) + order.length) % order.length < taught;
  const all = Array.from({ length: draws }, (): Draw<T> => ({ taught: [], watched: [] }));
  order.forEach((one, i) => {
    const free = all.filter((_, d) => !isTaught(i, d));
    all.forEach((draw, d) => isTaught(i, d) && draw.taught.push(one));
    free[i % Math.max(1, free.length)]?.watched.push(one);
  });
  return all;
};

const rowsOf = (model: Model, taught: readonly QaRecord[]): Row[] => {
  const { encodePrompt, encodeAnswer } = inference(model);
  return taught.map(({ prompt, answer, open }) => ({
    prompt: encodePrompt(prompt),
    answers: [encodeAnswer(answer, open)],
  }));
};
