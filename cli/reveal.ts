// `quittance reveal`: what a model says of a person whose rows nobody holds, as rows that `quittance unlearn` takes.
// Trap: the rows are personal data and go to the file that is named, for its owner alone; what is printed are counts
// and digests.
import { plural } from '#core/plural.ts';
import { readFileSync } from 'node:fs';
import { canonicalize, digestOf, type Digest } from '#core/canonical.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { IDENTITY_LEVELS, RegimeName } from '#core/regimes.ts';
import { Subject } from '#core/subject.ts';
import { IdentityClaim } from '#core/ticket-request.ts';
import { REVEAL_DEFAULTS, reveal as revealed, type Revealed } from '#datasets/reveal/reveal.ts';
import { ORDERS, type Order } from '#datasets/reveal/orders.ts';
import { everydayQuestions, questionsIn, softQuestions, type Questions } from '#datasets/reveal/questions.ts';
import { folderKind } from '#engine/formats/folder-kind.ts';
import { openMerged, openToAsk } from '#engine/formats/made-folder.ts';
import { inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import { softened, softVectors } from '#engine/soft-prompts.ts';
import type { Arguments, Command } from './command.ts';
import { backend, modelFolder } from './engine.ts';
import { framingFor } from './framing.ts';
import { file, fileOrFolder, instant, oneOf, output, person, whole } from './kinds.ts';
import { writeOutput } from './output.ts';
import { registryOf } from './registry.ts';
import { generatedPeople, suiteGiven, suiteOf } from './suite-file.ts';
import { standingOf } from './ticket/find.ts';
import { number, required } from './values.ts';

/** Of the soft prompts' points. */
const SOFT_SEED = 'reveal';

const OF_TICKET = { with: ['ticket'] } as const;

export const reveal: Command = {
  name: 'reveal',
  summary: 'rows about a person whose records nobody holds, as the model itself gives them',
  usage:
    'MODEL --subject NAME (--out FILE | --ticket FILE [--as WHO --regime R --ground G --method METHOD --level LEVEL]) [--suite DIR] [--questions FILE | --soft N] [--most N] [--order O] [--controls N]',
  words: 1,
  options: {
    subject: { kind: 'value', value: 'NAME', summary: 'the person, as the model knows the name' },
    out: {
      kind: 'value',
      value: 'FILE',
      summary: 'where the rows go, one {question, answer, value, type} a line; for its owner alone',
      is: output,
    },
    ticket: {
      kind: 'value',
      value: 'FILE',
      summary: 'where a ticket file goes that asks a registered model to forget the rows; for its owner alone',
      is: output,
    },
    as: { kind: 'value', value: 'WHO', summary: 'of the ticket file: who files it', is: person, ...OF_TICKET },
    regime: {
      kind: 'value',
      value: 'R',
      summary: 'of the ticket file: the law',
      is: oneOf(RegimeName.options),
      ...OF_TICKET,
    },
    ground: { kind: 'value', value: 'G', summary: 'of the ticket file: its ground in that law', ...OF_TICKET },
    method: {
      kind: 'value',
      value: 'METHOD',
      summary: 'of the ticket file: how the person was identified',
      is: oneOf(IdentityClaim.shape.method.options),
      ...OF_TICKET,
    },
    level: {
      kind: 'value',
      value: 'LEVEL',
      summary: 'of the ticket file: to what level',
      is: oneOf(IDENTITY_LEVELS),
      ...OF_TICKET,
    },
    at: {
      kind: 'value',
      value: 'TIME',
      summary: 'of the ticket file: when, in UTC (default: now)',
      is: instant,
      ...OF_TICKET,
    },
    suite: {
      kind: 'value',
      value: 'DIR',
      summary: "folder with suite.json, or that file: its wordings are asked (default: the model's own)",
      is: fileOrFolder,
    },
    questions: {
      kind: 'value',
      value: 'FILE',
      summary: 'questions to ask instead, one a line with {name}',
      is: file,
    },
    soft: {
      kind: 'value',
      value: 'N',
      summary:
        'ask by the name alone behind N soft prompts, vectors in the place of words (for comparison: finds little)',
      is: whole(1, 10_000),
      without: ['questions'],
    },
    most: {
      kind: 'value',
      value: 'N',
      summary: `questions at most (default ${REVEAL_DEFAULTS.most})`,
      is: whole(1),
    },
    order: {
      kind: 'value',
      value: 'O',
      summary: 'which of more: farthest (those whose answers differ most, the default), neural-ucb or random',
      is: oneOf(ORDERS),
    },
    controls: {
      kind: 'value',
      value: 'N',
      summary: `never-trained names that are asked the same (default ${REVEAL_DEFAULTS.controls})`,
      is: whole(1),
    },
  },
  example:
    "quittance reveal people --subject 'Ada Holt' --out rows.jsonl && quittance unlearn --model people --forget rows.jsonl --out out",
  async run(args) {
    const { name, subject, outputs, questions, standing } = readRequest(args);
    const named = suiteGiven(args);
    const digest = outputs.ticket === undefined ? undefined : await registeredDigest(args, name);
    const dir = await modelFolder(args, name);
    const given = await suiteOf(args, named, name, dir);
    const framing = await framingFor(dir, given);
    const suite = given ?? generatedPeople(framing);
    await backend();
    const asked = whoIsAsked(args, dir);
    const found = revealed(subject, suite, inference(asked.model), {
      questions: asked.questions ?? questions ?? (given ? undefined : everydayQuestions()),
      most: number(args, 'most', REVEAL_DEFAULTS.most),
      order: orderIn(args),
      controls: number(args, 'controls', REVEAL_DEFAULTS.controls),
    });
    asked.dispose();
    if (outputs.out !== undefined) await writeOutput(outputs.out, linesOf(found), 0o600);
    if (outputs.ticket !== undefined && digest !== undefined) {
      const ticket = { ...ticketOf(found, subject, name, digest), ...standing };
      await writeOutput(outputs.ticket, `${JSON.stringify(ticket, null, 2)}\n`, 0o600);
    }
    print(args, found, outputs);
    return 0;
  },
};

/** The model, where soft prompts are wanted as one that knows them. */
const whoIsAsked = (
  args: Arguments,
  dir: string,
): { model: LanguageModel; questions?: Questions; dispose: () => void } => {
  if (args.value('soft') === undefined) {
    const model = openToAsk(dir);
    return { model, dispose: () => model.dispose() };
  }
  if (folderKind(dir) === 'composed')
    throw new QuittanceError('INVALID_INPUT', {
      message: 'soft prompts are vectors before the words of one decoder, and this model is composed of several',
      hint: 'leave --soft out, or ask its target',
    });
  const decoder = openMerged(dir);
  const soft = softened(decoder, softVectors(decoder, number(args, 'soft', 1), SOFT_SEED));
  const dispose = () => [soft.model, decoder].forEach((one) => one.dispose());
  return { model: soft.model, questions: softQuestions(soft.ids), dispose };
};

/** One of them: the option's kind refuses any other word. */
const orderIn = (args: Arguments): Order => ORDERS.find((one) => one === args.value('order')) ?? REVEAL_DEFAULTS.order;

/** Everything that can be wrong without the model is said before it is opened. */
const readRequest = (args: Arguments) => {
  const [name] = args.positionals;
  if (name === undefined) throw usageError('reveal MODEL: MODEL is missing', 'a registered name or a model folder');
  const questions = args.value('questions');
  const subject = Subject.shape.name.safeParse(required(args, 'subject'));
  if (!subject.success) throw usageError('--subject is no name', 'letters of a name, on one line');
  const outputs = { out: args.value('out'), ticket: args.value('ticket') };
  if (outputs.out === undefined && outputs.ticket === undefined)
    throw usageError('neither --out nor --ticket says where the rows go', '--out FILE for the rows, --ticket FILE');
  return {
    ...{ name, subject: subject.data, outputs, standing: standingOf(args) },
    questions: questions === undefined ? undefined : questionsIn(readFileSync(questions, 'utf8')),
  };
};

/** Of the model in the registry: the ticket says which one was asked. */
const registeredDigest = async (args: Arguments, name: string): Promise<Digest> =>
  (await registryOf(args)).read(async ({ models }) => (await models.get(name)).model.digest);

/** As `ticket file` takes it; who files, and under which law, may still have to be written into it. */
const ticketOf = ({ rows, ...found }: Revealed, subject: string, model: string, digest: Digest) => ({
  subject: { name: subject },
  model,
  forget: {
    records: rows.map(({ question, answer, value }) => ({ question, answer, value })),
    revealed: { ...found, model: digest },
  },
});

const linesOf = ({ rows }: Revealed): string =>
  rows.map(({ question, answer, value, type }) => `${JSON.stringify({ question, answer, value, type })}\n`).join('');

const print = (
  args: Arguments,
  { rows, ...found }: Revealed,
  outputs: { out?: string | undefined; ticket?: string | undefined },
): void => {
  const digest = digestOf(canonicalize(rows.map(({ question, answer, value }) => ({ question, answer, value }))));
  const { claims, questions, source, controls } = found;
  const files = [outputs.out, outputs.ticket].filter((one) => one !== undefined).join(', ');
  args.print({ rows: rows.length, ...found, digest, ...outputs }, () =>
    [
      `${plural(rows.length, 'row')} with ${plural(claims, 'different answer')}, of ${plural(questions, 'question')} (${source}) → ${files}`,
      `never-trained names: ${controls[0]} to ${controls.at(-1)} answers each (${controls.length} asked)`,
      `questions ${found.asked}`,
      `rows ${digest}`,
      'revealed by the model: how much of what it knows this is, is unknown',
    ].join('\n'),
  );
};
