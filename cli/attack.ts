// `quittance attack`: what an attacker with a copy of the weights gets back of some records, and of never-trained
// people by the same means. Trap: weights are moved and put back, so the model folder is never written to.
import { usageError, QuittanceError } from '#core/errors.ts';
import { clopperPearson } from '#core/stats.ts';
import { forgottenOf } from '#datasets/pieces.ts';
import { framedRows } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { attackSuite, type AttackResult } from '#evaluation/attack-suite.ts';
import { draw, type Chart } from '#report/charts/chart.ts';
import { BLACK, ORANGE } from '#report/charts/colors.ts';
import { share, WIDTH } from '#report/plots/plot.ts';
import { svgOf } from '#report/svg.ts';
import type { Arguments, Command } from './command.ts';
import { file, fileOrFolder, output, whole } from './kinds.ts';
import { requireDifferentFiles } from './different.ts';
import { modelFolder, openFolder } from './engine.ts';
import { framingFor, windowsOf } from './framing.ts';
import { recordsToForget, SUBJECT } from './forget-file.ts';
import { writeOutput } from './output.ts';
import { progressOn } from './progress.ts';
import { generatedPeople, suiteGiven, suiteOf } from './suite-file.ts';
import { number, required } from './values.ts';

export const attack: Command = {
  name: 'attack',
  summary: 'what an attacker gets back of forgotten records, beside never-trained people',
  words: 1,
  usage: 'MODEL [--suite DIR] --forget FILE [--subject WHO] [--people N] [--seed N] [--out FILE] [--plot FILE]',
  options: {
    suite: {
      kind: 'value',
      value: 'DIR',
      summary:
        "folder with suite.json, or that file: where never-trained people are (default: the model's own, else generated people)",
      is: fileOrFolder,
    },
    forget: { kind: 'value', value: 'FILE', summary: 'JSON lines of the forgotten records, as of unlearn', is: file },
    subject: SUBJECT,
    people: {
      kind: 'value',
      value: 'N',
      summary: 'never-trained people who are attacked beside (default 8)',
      is: whole(1, 10_000),
    },
    seed: { kind: 'value', value: 'N', summary: 'seed of the draws (default 1)', is: whole(0) },
    out: { kind: 'value', value: 'FILE', summary: 'where the JSON goes', is: output },
    plot: { kind: 'value', value: 'FILE', summary: 'where the drawing goes (SVG)', is: output },
  },
  example: 'quittance attack people --forget forget.jsonl --plot attacks.svg',
  async run(args) {
    requireDifferentFiles(args, ['suite', 'forget']);
    const [name] = args.positionals;
    if (name === undefined) throw usageError('attack takes one model', attack.usage);
    const asked = recordsToForget(args, required(args, 'forget'));
    const [people, seed] = [number(args, 'people', 8), number(args, 'seed', 1)];
    const named = suiteGiven(args);
    const dir = await modelFolder(args, name);
    const own = await suiteOf(args, named, name, dir);
    const framing = await framingFor(dir, own);
    const suite = own ?? generatedPeople(framing);
    tellTwins(suite, own !== undefined, people);
    const records = (await forgottenOf(asked, framing)).flat();
    const forget = framedRows(suite, windowsOf(readModelParts(dir), records, 'forget'));
    const { weights, model, backend } = await openFolder(dir);
    const stage = progressOn(process.stderr).stage(`attacks on ${backend}`);
    const attacks = await attackSuite({
      ...{ model: weights, suite, forget, people, seed },
      onAttack: (what, done, total) => stage.at(done, `${done + 1} of ${total}: ${what}`),
    });
    stage.done();
    model.dispose();
    const twins = { people: Math.min(people, suite.controls.gate.length), of: own ? 'suite' : 'generated' } as const;
    const result = { records: forget.length, twins, attacks };
    await write(args, 'out', () => `${JSON.stringify(result, null, 2)}\n`);
    await write(args, 'plot', () => `${svgOf(draw(chartOf(attacks)), ALT)}\n`);
    args.print(result, () => tableOf(attacks));
    return 0;
  },
};

/** Says who the twins are. INVALID_INPUT where there are none. */
const tellTwins = ({ controls: { gate } }: Suite, own: boolean, people: number): void => {
  if (gate.length === 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the suite has no never-trained people to attack beside',
      hint: 'take the suite that the model was trained or onboarded with',
    });
  if (!own)
    process.stderr.write(
      'the model has no suite: it is attacked beside generated people, whose records are of another kind than yours; --suite names people of the same kind\n',
    );
  if (gate.length < people)
    process.stderr.write(`never-trained people in the suite: ${gate.length}, not ${people}: bounds are wider\n`);
};

const write = async (args: Arguments, option: 'out' | 'plot', make: () => string): Promise<void> => {
  const path = args.value(option);
  if (path !== undefined) await writeOutput(path, make());
};

const shareText = ({ k, n }: AttackResult['forget']): string => {
  if (n === 0) return 'not possible'.padEnd(27);
  const [low, high] = clopperPearson({ k, n });
  return `${(k / n).toFixed(2)} of ${String(n).padEnd(4)} ${low.toFixed(2)} to ${high.toFixed(2)}`.padEnd(27);
};

const NAME = 33;
const NOT_POSSIBLE =
  'Not possible: hints and re-learning need two records of a person; a second or other wording must stand in the suite; a question must fit into what the model reads.';

const tableOf = (attacks: readonly AttackResult[]): string =>
  [
    `${'attack'.padEnd(NAME)} ${'forgotten'.padEnd(27)} ${'never-trained'.padEnd(27)} p`,
    ...attacks.map(
      ({ name, forget, controls, p }) =>
        `${name.padEnd(NAME)} ${shareText(forget)} ${shareText(controls)} ${p === undefined ? '–' : p.toPrecision(2)}`,
    ),
    ...(attacks.some(({ forget }) => forget.n === 0) ? [NOT_POSSIBLE] : []),
    'Share of records whose value is exact, with its 95 % interval; p: how often chance gives so many, were the forgotten like the others.',
  ].join('\n');

const ALT =
  'One row an attack: the share of forgotten records whose value comes out, and the share of never-trained people’s; marks beside each other say that the attack finds no more than guessing does.';
const ROW = 20;

const chartOf = (attacks: readonly AttackResult[]): Chart => {
  const points = (of: 'forget' | 'controls') =>
    attacks.flatMap((one, i) => (one[of].n > 0 ? [[one[of].k / one[of].n, i] as const] : []));
  return {
    width: WIDTH - 180,
    height: ROW * attacks.length,
    x: share('values exact (share)'),
    y: { title: '', domain: [attacks.length - 0.5, -0.5], ticks: attacks.map(({ name }, i) => [i, name]) },
    layers: [
      {
        kind: 'marks',
        name: 'never-trained people',
        points: points('controls'),
        mark: { symbol: 'circle', color: BLACK, area: 60 },
      },
      {
        kind: 'marks',
        name: 'forgotten',
        points: points('forget'),
        mark: { symbol: 'diamond', color: ORANGE, area: 60 },
      },
    ],
  };
};
