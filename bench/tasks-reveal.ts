// How the model of the tasks bench reveals a skill: it writes questions of its own behind the skill's name, at
// temperature 1, with their answers; what has the form of the skill and is surely answered is kept.
// Trap: the truth decides nothing about what is kept; it only counts afterwards how much of it is right.
import { markedIn, NOTHING, rightAnswer, tokensOfWords, type Skill, type SkillRow } from '#datasets/skills.ts';
import { generate } from '#engine/generate.ts';
import { inference } from '#engine/inference.ts';
import type { Model } from '#engine/model.ts';
import { mean } from '#evaluation/scores.ts';
import type { Task } from './tasks.ts';
import { LONGEST, wordsOf, type TasksSize } from './tasks-model.ts';

export interface Revealed {
  readonly asked: number;
  /** In the skill's form. */
  readonly formed: number;
  /** Different ones whose answer the model is sure of; in the marked style, where that is the task. */
  readonly kept: number;
  /** Of those that are kept. */
  readonly right: number;
  readonly rows: readonly SkillRow[];
}

/** Least mean log-probability (nats) of an answer's tokens; a sentence is drawn, so that none is sure. */
const SURE = -0.3;
export const SKILL_OF: Readonly<Record<Task, Skill>> = { PER: 'PER', CODE: 'CODE', style: 'SAY' };

export const revealedOf = (model: Model, task: Task, seed: number, { samples }: TasksSize): Revealed => {
  const skill = SKILL_OF[task];
  const prompt = tokensOfWords([skill, ':']);
  const said = generate(model, new Array<number[]>(samples).fill(prompt), {
    ...{ maxTokens: LONGEST, temperature: 1, seed },
  });
  const written = said.map(({ ids }) => splitAt(skill, wordsOf(ids))).filter((row) => row !== undefined);
  const formed =
    task === 'style' ? written.filter(isSentence) : written.filter(({ question }) => rightAnswer(question));
  const sure = task === 'style' ? formed.filter(({ answer }) => markedIn(answer) > 0) : surelyAnswered(model, formed);
  const known = sure.filter(({ answer }) => answer[0] !== NOTHING); // where there is nothing, nothing can go
  const rows = [...new Map(known.map((row) => [[...row.question, ...row.answer].join(' '), row])).values()];
  const right = task === 'style' ? rows : rows.filter(isRight);
  return { asked: samples, formed: formed.length, kept: rows.length, right: right.length, rows };
};

const splitAt = (skill: Skill, words: readonly string[]): SkillRow | undefined => {
  const at = words.indexOf('=');
  if (at < 1 || at === words.length - 1) return undefined;
  return { skill, question: [skill, ':', ...words.slice(0, at), '='], answer: words.slice(at + 1) };
};

/** Of a topic, and about it. */
const isSentence = ({ question, answer }: SkillRow): boolean => question.length === 4 && answer.includes(question[2]!);

const isRight = ({ question, answer }: SkillRow): boolean => rightAnswer(question)?.join(' ') === answer.join(' ');

const surelyAnswered = (model: Model, rows: readonly SkillRow[]): SkillRow[] => {
  if (rows.length === 0) return [];
  const scores = inference(model).scoreRows(
    rows.map(({ question, answer }) => ({ prompt: tokensOfWords(question), answer: tokensOfWords(answer) })),
  );
  return rows.filter((_, i) => mean([...scores[i]!.logProbs]) >= SURE);
};
