// `quittance mia`: how well an attacker who guesses tells texts that a model was trained on from others, by six
// numbers.
// Traps: other texts must be of the same kind, or the texts are told apart and not what the model knows of them; and
// with less than a hundred of them, “at most 1 % mistaken” means that none is.
import { usageError, QuittanceError } from '#core/errors.ts';
import { areaByDeLong, foundAt } from '#core/roc.ts';
import { clopperPearson, type Interval } from '#core/stats.ts';
import { saidOf, type Piece } from '#datasets/pieces.ts';
import { readRecords } from '#datasets/records.ts';
import { folderKind } from '#engine/formats/folder-kind.ts';
import { openToAsk } from '#engine/formats/made-folder.ts';
import { membershipScores, STATISTICS, type Scores, type Statistic } from '#evaluation/membership.ts';
import type { Arguments, Command } from './command.ts';
import { requireDifferentFiles } from './different.ts';
import { modelFolder, openFolder, requireModels } from './engine.ts';
import { framingFor } from './framing.ts';
import { file, output, quantity } from './kinds.ts';
import { writeOutput } from './output.ts';
import { progressOn } from './progress.ts';
import { number, required } from './values.ts';

export const mia: Command = {
  name: 'mia',
  summary: 'how well texts that a model was trained on are told from others',
  words: 1,
  usage: 'MODEL --members FILE --others FILE [--reference M] [--share X] [--out FILE]',
  options: {
    members: {
      kind: 'value',
      value: 'FILE',
      summary: 'JSON lines of texts that it was trained on, or was to forget, as of score',
      is: file,
    },
    others: { kind: 'value', value: 'FILE', summary: 'texts of the same kind that it never saw', is: file },
    reference: {
      kind: 'value',
      value: 'M',
      summary: 'a model that was trained on none of them, for the statistic of that name',
    },
    share: { kind: 'value', value: 'X', summary: 'of the tokens that Min-K % reads (default 0.4)', is: quantity(0, 1) },
    out: { kind: 'value', value: 'FILE', summary: 'where the JSON goes, the score of every text in it', is: output },
  },
  example: 'quittance mia people --members forget.jsonl --others never-trained.jsonl',
  async run(args) {
    requireDifferentFiles(args, ['members', 'others']);
    const [name] = args.positionals;
    if (name === undefined) throw usageError('mia takes one model', mia.usage);
    const files = { members: readRecords(required(args, 'members')), others: readRecords(required(args, 'others')) };
    requireSpread(files);
    await requireModels(args, [name, args.value('reference')]);
    const dir = await modelFolder(args, name);
    const framing = await framingFor(dir, undefined);
    const members = (await saidOf(files.members, framing)).flat();
    const others = (await saidOf(files.others, framing)).flat();
    requireApart(members, others);
    const scored = await scoresOf(args, dir, members, others);
    const statistics = STATISTICS.map((one) => resultOf(one, scored));
    const result = { members: members.length, others: others.length, share: number(args, 'share', SHARE), statistics };
    const path = args.value('out');
    if (path !== undefined) await writeOutput(path, `${JSON.stringify({ ...result, scores: scored }, null, 2)}\n`);
    args.print(result, () => tableOf(result));
    return 0;
  },
};

const SHARE = 0.4;
/** Greatest share of the others that may be mistaken for members. */
const MISTAKEN = 0.01;

interface Scored {
  readonly members: Scores;
  readonly others: Scores;
}

const scoresOf = async (
  args: Arguments,
  dir: string,
  members: readonly Piece[],
  others: readonly Piece[],
): Promise<Scored> => {
  const named = args.value('reference');
  const at = named === undefined ? undefined : await modelFolder(args, named);
  const { model, weights, backend } = await openFolder(dir);
  const reference = at === undefined ? undefined : openToAsk(at);
  const stage = progressOn(process.stderr).stage(`scores on ${backend}`, members.length + others.length, 'texts');
  try {
    const asked = {
      ...{ model, reference, share: number(args, 'share', SHARE) },
      weights: folderKind(dir) === 'composed' ? undefined : weights,
    };
    const first = membershipScores(asked, members, (done) => stage.at(done));
    const second = membershipScores(asked, others, (done) => stage.at(members.length + done));
    stage.done();
    return { members: first, others: second };
  } finally {
    reference?.dispose();
    model.dispose();
  }
};

const LEAST = 2;

/** INVALID_INPUT where a side is too small to have a spread. */
const requireSpread = (sides: Readonly<Record<'members' | 'others', readonly unknown[]>>): void => {
  for (const [option, { length }] of Object.entries(sides))
    if (length < LEAST)
      throw new QuittanceError('INVALID_INPUT', {
        message: `--${option} has too few records`,
        expected: `at least ${LEAST}`,
        got: String(length),
        hint: 'an interval needs a spread; a hundred others and more say something about 1 %',
      });
};

/** INVALID_INPUT where a text stands on both sides, which its frame may decide. */
const requireApart = (members: readonly Piece[], others: readonly Piece[]): void => {
  const known = new Map(members.map((one, i) => [keyOf(one), i + 1]));
  const both = others.flatMap((one, i) => {
    const line = known.get(keyOf(one));
    return line === undefined ? [] : [`${line} = ${i + 1}`];
  });
  if (both.length > 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: `records stand in --members and in --others: ${both.slice(0, 10).join(', ')}${both.length > 10 ? ', …' : ''}`,
      expected: 'no text in both, by their number in either file',
      hint: 'a text cannot be trained and never seen: take it out of one of them',
    });
};

const keyOf = ({ prompt, answer }: Piece): string => `${prompt}\u0000${answer}`;

interface Told {
  readonly statistic: Statistic;
  readonly auc: number;
  readonly interval: Interval;
  /** Of the members, while at most 1 % of the others are mistaken for one. */
  readonly found: { readonly k: number; readonly n: number; readonly interval: Interval; readonly mistaken: number };
}
type Result = Told | { readonly statistic: Statistic; readonly notAvailable: string };

const MISSING: Readonly<Partial<Record<Statistic, string>>> = {
  reference: 'no model was named by --reference',
  gradient: 'a composed decoder has no weights of its own',
};

const resultOf = (statistic: Statistic, scored: Scored): Result => {
  const [members, others] = [scored.members[statistic], scored.others[statistic]];
  if (!members || !others) return { statistic, notAvailable: MISSING[statistic] ?? 'not measured' };
  if (![...members, ...others].every(Number.isFinite))
    return { statistic, notAvailable: 'the model gave no number for some of the texts' };
  const { value: auc, interval } = areaByDeLong(members, others);
  const { found: k, mistaken } = foundAt(members, others, MISTAKEN);
  const n = members.length;
  return { statistic, auc, interval, found: { k, n, interval: clopperPearson({ k, n }), mistaken } };
};

const spread = ([low, high]: Interval): string => `${low.toFixed(2)} to ${high.toFixed(2)}`;

const tableOf = ({ members, others, statistics }: { members: number; others: number; statistics: Result[] }): string =>
  [
    `${members} members, ${others} others. AUC 0.5: not told apart; above: known; below: less likely than what was never seen.`,
    `${'statistic'.padEnd(11)} ${'AUC'.padEnd(22)} found at 1 % mistaken`,
    ...statistics.map((one) =>
      'notAvailable' in one
        ? `${one.statistic.padEnd(11)} ${one.notAvailable}`
        : `${one.statistic.padEnd(11)} ${`${one.auc.toFixed(3)}  ${spread(one.interval)}`.padEnd(22)} ${(one.found.k / one.found.n).toFixed(2)}  ${spread(one.found.interval)}`,
    ),
    '95 % intervals: of the AUC by DeLong, of what is found by Clopper and Pearson with the threshold taken as given.',
    ...(others < 1 / MISTAKEN ? [`With ${others} others, at most 1 % mistaken means none.`] : []),
  ].join('\n');
