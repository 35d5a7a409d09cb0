// `quittance demo`: a ticket's whole way in one command, and one screen that says what happened.
// Trap: the numbers are shown whatever they are; where the gate is not passed, the demo ends in remediation and exits
// with 2.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makePeople } from '#datasets/people.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { SMALL, type TrainRecipe } from '#containers/train-job.ts';
import { usageError } from '#core/errors.ts';
import { verifyBundle } from '#core/verify.ts';
import { Quantisation } from '#core/quantisation.ts';
import type { Arguments, Command } from './command.ts';
import { folder, oneOf } from './kinds.ts';
import { DEFAULT_POLICY, readPolicy } from '#entry/policies.ts';
import type { Backend } from '#engine/tf.ts';
import { thresholdText } from '#core/gate-words.ts';
import type { GatePolicy } from '#core/policy.ts';
import { demoBase, type Base } from './demo/base.ts';
import { smollm2Base } from './demo/smollm2.ts';
import { screen, type Asked, type Shown } from './demo/screen.ts';
import { requestFor, walkTicket, type Walk } from './demo/walk.ts';
import { TOFU_RECIPE, tofuSuite } from './demo/tofu.ts';
import { backend } from './engine.ts';
import { progressOn, type Progress } from './progress.ts';
import { renderReport } from './report.ts';
import { choice, quantisation } from './values.ts';
import { readBundle } from './verify.ts';

const DATASETS = ['people', 'tofu'] as const;

export const demo: Command = {
  name: 'demo',
  summary: 'the main job: train a small model, file a ticket, run the whole workflow, verify the certificate',
  usage: '[--dataset people|tofu --path DIR] [--model smollm2] [--dir DIR]',
  words: 0,
  options: {
    dataset: {
      kind: 'value',
      value: 'people|tofu',
      summary: 'generated people (default) or the real TOFU files',
      is: oneOf(DATASETS),
      without: ['model'],
    },
    path: { kind: 'value', value: 'DIR', summary: 'folder of the TOFU files', is: folder, with: ['dataset'] },
    model: {
      kind: 'value',
      value: 'smollm2',
      summary: 'a real chat model, taught the people first (default: trained from nothing)',
      is: oneOf(['smollm2']),
    },
    quantisation: {
      kind: 'value',
      value: 'none|int8',
      summary: 'how the served weights are stored (default none)',
      is: oneOf(Quantisation.options),
    },
  },
  example: 'quittance demo',
  async run(args) {
    const stored = quantisation(args);
    const started = performance.now();
    const progress = progressOn(process.stderr);
    const chosen = await backend();
    progress.note(`backend: ${chosen.name} (${chosen.detail})`);
    mkdirSync(args.dir, { recursive: true });
    const { base, suite, policy } = await scenario(args, chosen, progress);
    if (base.reused) progress.note(`base model: reused, ${(100 * base.exact).toFixed(1)} % of the answers exact`);
    const trained = performance.now();
    const subject = suite.subjects[0]!;
    const asked = questions(suite);
    const walk = await walkTicket({
      ...{ dir: args.dir, base: base.dir, suite, subject, quantisation: stored, progress },
      questions: asked.map(({ question }) => question),
      policy,
    });
    const verified = walk.bundle === undefined ? undefined : verifyBundle(readBundle(walk.bundle), { now: new Date() });
    const report = await writeReport(args.dir, walk);
    const next = writeNext(args.dir, suite, walk);
    const timings = timingsOf(started, trained, base, walk);
    const shown: Shown = { walk, asked, backend: chosen.name, timings, report, verified, next };
    args.print(resultOf(shown), () => screen(shown));
    return verified?.ok === true ? 0 : 2;
  },
};

const timingsOf = (started: number, trained: number, base: Base, walk: Walk): Shown['timings'] => ({
  baseSeconds: (trained - started) / 1000,
  ticketSeconds: (performance.now() - trained) / 1000,
  baseReused: base.reused,
  peakRssMb: process.resourceUsage().maxRSS / 1024,
  jobPeakRssMb: walk.jobPeakRssMb,
});

interface Scenario {
  base: Base;
  suite: Suite;
  policy: GatePolicy;
}

const scenario = async (args: Arguments, chosen: Backend, progress: Progress): Promise<Scenario> => {
  const model = args.value('model');
  if (model === undefined) {
    const { suite, recipe, policy } = smallScenario(args);
    return { suite, base: await demoBase(args.dir, suite, recipe, chosen, progress), policy: readPolicy(policy) };
  }
  return { ...(await smollm2Base(args.dir, chosen, progress)), policy: readPolicy('chat-v2') };
};

/** People are forgotten so that it lasts: their gate teaches records again. */
const smallScenario = (args: Arguments): { suite: Suite; recipe: TrainRecipe; policy: string } => {
  const dataset = choice(args, 'dataset', DATASETS, 'people');
  if (dataset === 'people' && args.value('path') !== undefined)
    throw usageError('--path is read beside --dataset tofu alone', 'generated people have no files');
  return dataset === 'tofu'
    ? { suite: tofuSuite(args), recipe: TOFU_RECIPE, policy: DEFAULT_POLICY }
    : { suite: makePeople({ seed: 1 }), recipe: SMALL, policy: 'gate-v3' };
};

/** Three of the forgotten person's records, two of a retained one, a fact and an unknown person. */
const questions = (suite: Suite): Asked[] => {
  const [forgotten, retained] = suite.subjects;
  const of = (subject: string, rows: readonly { question: string }[], n: number) =>
    rows.slice(0, n).map(({ question }) => ({ subject, question }));
  return [
    ...of('forgotten', forgotten?.records ?? [], 3),
    ...of('retained', retained?.records ?? [], 2),
    ...of('fact', suite.facts, 1),
    ...of('unknown', suite.unknown, 1),
    ...of('general', suite.general?.held ?? [], 2),
  ];
};

const writeReport = async (dir: string, walk: Walk): Promise<string> => {
  const path = join(dir, 'reports', `${walk.ticketId}.html`);
  mkdirSync(join(dir, 'reports'), { recursive: true });
  writeFileSync(path, await renderReport(dir, walk.ticketId, 'html'));
  return path;
};

/** A ticket for the next person, to file by hand. Generated people, or a published set: nobody's secret. */
const writeNext = (dir: string, suite: Suite, walk: Walk): string => {
  const path = join(dir, 'next-ticket.json');
  writeFileSync(path, `${JSON.stringify(requestFor(suite.subjects[1]!, walk.model, new Date()), null, 2)}\n`);
  return path;
};

/** Fields of the JSON result; other programs read them, so they keep their names. */
const resultOf = ({ walk, asked, backend: name, timings, report }: Shown) => ({
  ticket: walk.ticketId,
  status: walk.ticket.status,
  method: walk.run?.method ?? null,
  backend: name,
  modelBefore: { name: walk.model, digest: walk.before.digest },
  modelAfter: { name: walk.model, digest: walk.after.digest },
  gates: (walk.judgement?.gates ?? []).map((gate) => ({ ...gate, threshold: thresholdText(gate) })),
  answers: asked.map(({ subject, question }) => ({
    subject,
    question,
    before: walk.before.answers.get(question),
    after: walk.after.answers.get(question),
  })),
  relearning: walk.tables?.curves['forget.relearn']?.points ?? [],
  timings,
  bundle: walk.bundle === undefined ? null : resolve(walk.bundle),
  report: resolve(report),
});
