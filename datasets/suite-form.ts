// The form of a suite as a file, with what each field is for: the reader, `quittance suite check` and docs/suite.md are
// made from it. What a schema cannot say (a span that stands elsewhere, a person twice) is checked beside it.
// Trap: a suite holds personal data. What is wrong is said by field and rule, never by value.
import { z } from 'zod';
import { QuittanceError, type FieldFault } from '#core/errors.ts';
import { faultsOf } from '#core/field-faults.ts';
import { Recited } from '#core/suite-rows.ts';

const Value = z.strictObject({
  text: z.string().describe('the value: `answer.slice(start, end)`'),
  start: z.int().nonnegative().describe('where it begins in `answer`, in UTF-16 units'),
  end: z.int().nonnegative().describe('where it ends'),
});
const Row = z.strictObject({
  kind: z.enum(['person', 'fact', 'unknown', 'general']).describe('whom or what the row is about'),
  question: z.string().describe('what is asked, without a frame; by it and the answer a ticket names the row'),
  prompt: z.string().describe('what the model reads, in its frame; empty where a text begins with its answer'),
  answer: z.string().min(1).describe('what it continues with; outside a chat it begins with a space'),
  subject: z.string().optional().describe('id of the person'),
  attribute: z.string().optional().describe('attribute of a person, topic of a fact'),
  value: Value.optional().describe('the personal value in the answer; without it the whole answer is personal'),
  open: z.boolean().optional().describe('the text goes on behind the answer: no end token is expected'),
  others: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('what may stand in the value’s place for somebody who does not exist, where a refusal does not fit'),
  recited: Recited.optional().describe(
    'false: the model did not give it when the suite was made, so that it cannot be lost; `not-asked`: of a large corpus it was not drawn, and does not count either',
  ),
});
const Record = Row.extend({
  paraphrase: z.string().optional().describe('a second wording of the question'),
  trainedParaphrase: z.boolean().optional().describe('whether that wording was trained'),
  heldOut: z.string().optional().describe('a wording that no model was trained on'),
  window: z
    .string()
    .optional()
    .describe('of a row longer than the model reads: the text that the corpus moments count together with the record'),
  paraphrasedAnswer: z.string().optional().describe('the answer in other words'),
  wrongAnswers: z.array(z.string()).describe('the same words with wrong values; may be empty'),
});
const Person = z.strictObject({
  id: z.string().describe('as the training data has it, or made up; each once'),
  name: z.string().describe('in full'),
  records: z.array(Record).describe('rows about the person'),
});

export const SuiteForm = z.strictObject({
  name: z.string().describe('of the suite'),
  subjects: z.array(Person).describe('people whom the model was trained on'),
  facts: z.array(Record).describe('trained rows about nobody'),
  unknown: z.array(Row).describe('trained rows about people whom the model is to say it does not know'),
  controls: z
    .strictObject({
      whitening: z.array(Person).describe('for moments'),
      stop: z.array(Person).describe('for the stop rule'),
      gate: z.array(Person).describe('for the gate'),
    })
    .describe('people whom the model never saw, in three sets'),
  refusals: z.array(z.string()).min(1).describe('what a forgotten person is answered with'),
  frame: z
    .strictObject({
      before: z.string().describe('before the question'),
      after: z.string().describe('behind it'),
    })
    .optional()
    .describe('of a chat model: what its template puts around a question'),
  general: z
    .strictObject({
      trained: z.array(Row).describe('trained with the model’s own answers'),
      held: z.array(Row).describe('held out, to measure that it kept its way of answering'),
    })
    .optional()
    .describe('of a chat model: questions about nobody'),
  limits: z
    .strictObject({
      controlSamples: z.int().positive().describe('never-trained people that are sampled'),
      maxRows: z.int().positive().describe('rows of each kind that are asked'),
      relearningRate: z.number().positive().describe('learning rate of the re-learning attack'),
    })
    .optional()
    .describe('of a large model: most that an evaluation asks'),
});
export type SuiteForm = z.infer<typeof SuiteForm>;

type Read = { suite: SuiteForm } | { faults: readonly FieldFault[] };

/** The suite, or all that is wrong with its form. INVALID_INPUT where the bytes are no JSON. */
export const suiteFrom = (bytes: Uint8Array): Read => {
  const parsed = SuiteForm.safeParse(jsonOf(bytes));
  return parsed.success ? { suite: parsed.data } : { faults: faultsOf(parsed.error) };
};

/** The same, and what its parts say of one another. */
export const checkedSuite = (bytes: Uint8Array): Read => {
  const read = suiteFrom(bytes);
  const faults = 'suite' in read ? faultsIn(read.suite) : read.faults;
  return faults.length > 0 ? { faults } : read;
};

const jsonOf = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // the parser's own message quotes the text
    throw new QuittanceError('INVALID_INPUT', {
      message: 'this is not an evaluation suite',
      expected: 'one JSON object in UTF-8 (docs/suite.md)',
      got: 'no JSON',
    });
  }
};

const faultsIn = (suite: SuiteForm): FieldFault[] => {
  const { whitening, stop, gate } = suite.controls;
  const groups = {
    subjects: suite.subjects,
    'controls.whitening': whitening,
    'controls.stop': stop,
    'controls.gate': gate,
  };
  const people = Object.entries(groups).flatMap(([group, all]) =>
    all.map((person, i) => ({ person, field: `${group}.${i}` })),
  );
  const seen = new Map<string, string>();
  return [
    ...people.flatMap(({ person, field }) => {
      const before = seen.get(person.id);
      seen.set(person.id, before ?? field);
      return before === undefined ? [] : [{ field: `${field}.id`, rule: `not the id of ${before} too` }];
    }),
    ...people.flatMap(({ person, field }) =>
      person.records.flatMap((record, i) => recordFaults(record, `${field}.records.${i}`)),
    ),
    ...suite.facts.flatMap((record, i) => recordFaults(record, `facts.${i}`)),
  ];
};

const recordFaults = ({ answer, value }: z.infer<typeof Record>, field: string): FieldFault[] =>
  value === undefined || answer.slice(value.start, value.end) === value.text
    ? []
    : [{ field: `${field}.value`, rule: 'the text that stands in the answer from start to end' }];
