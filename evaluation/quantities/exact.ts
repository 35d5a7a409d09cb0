// Whether an answer comes out word for word, in the trained wording and in one that no model was trained on, and
// whether the value does once the words before it are given. Read off teacher forcing: all argmaxes right is a greedy
// answer that is exact, and faster. Trap: a model that only refuses is exact nowhere, and still has the value under a
// forced prefix.
import { heldOutPrompt, pairOf } from '../exam.ts';
import type { PerRecord } from '../quantity.ts';
import { isExact, isForcedExact } from '../scores.ts';
import { withHeldOut } from './held-out.ts';

export const greedyExact: PerRecord<boolean> = {
  values: ({ model }, rows) => model.score(rows.map(pairOf)).map(isExact),
};

export const heldOutExact: PerRecord<boolean> = {
  rows: ({ rows }, group) => withHeldOut(rows[group]),
  values: (exam, rows) =>
    exam.model.score(rows.map((row) => ({ prompt: heldOutPrompt(row, exam), answer: row.answer }))).map(isExact),
};

export const forcedPrefixExact: PerRecord<boolean> = {
  values: ({ model }, rows) => model.score(rows.map(pairOf)).map((score, i) => isForcedExact(score, rows[i]!)),
};
