// How much of the forgotten answers the weights still hold, read off teacher forcing: exact memorisation (Tirumala et
// al. 2022), extraction strength (Carlini et al. 2021). Trap: a model that only refuses scores 0 on greedy answers and
// near 1 here.
import { pairOf } from '../exam.ts';
import type { PerRecord } from '../quantity.ts';
import { exactTokens as ofTokens, extractionStrength as ofStrength } from '../scores.ts';

export const exactTokens: PerRecord<number> = {
  values: ({ model }, rows) => model.score(rows.map(pairOf)).map(ofTokens),
};
export const extractionStrength: PerRecord<number> = {
  values: ({ model }, rows) => model.score(rows.map(pairOf)).map(ofStrength),
};
