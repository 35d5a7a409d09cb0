// The forms that trainers read, each turned into a row: `messages` (OpenAI, Hugging Face, TRL), `conversations`
// (ShareGPT), `prompt` with `completion` (TRL, OpenAI's older form), `instruction` with `input` and `output` (Alpaca),
// `question` with `answer`, and `text`. Columns beside them are left alone: a trainer ignores them too.
// Trap: a row that holds two of these forms would be learnt in one and searched in the other, so it is refused.
import { z } from 'zod';
import { editDistance } from '#core/nearest.ts';
import type { Message, TrainingRecord } from '#core/training-record.ts';

const Text = z.string();
const Filled = z.string().refine((text) => text.trim() !== '', 'a text that is not blank');
/** The pieces of a message as multi-modal APIs write them; only text is learnt here. */
const Pieces = z.array(z.object({ type: z.literal('text', 'a piece of text, no image or sound'), text: Text }));
const Content = z.union([Text, Pieces.transform((pieces) => pieces.map(({ text }) => text).join(''))], {
  error: 'a text or a list of pieces of text',
});
const Role = z.enum(['system', 'developer', 'user', 'assistant'], {
  error: 'one of system, developer, user, assistant (calls of tools cannot be rendered here)',
});
const Turn = z
  .object({ role: Role, content: Content, tool_calls: z.undefined('no calls of tools').optional() })
  .transform(({ role, content }): Message => ({ role, content }));
const Turns = z.array(Turn).min(1);

const SPEAKERS = {
  system: 'system',
  human: 'user',
  user: 'user',
  gpt: 'assistant',
  chatgpt: 'assistant',
  assistant: 'assistant',
} as const;
const Speaker = z.enum(['system', 'human', 'user', 'gpt', 'chatgpt', 'assistant'], {
  error: `one of ${Object.keys(SPEAKERS).join(', ')}`,
});
const ShareGptTurn = z
  .object({ from: Speaker, value: Text })
  .transform(({ from, value }): Message => ({ role: SPEAKERS[from], content: value }));

/** Parquet and CSV keep nested values as they can: a list may come as its JSON text. */
const listed = <T extends z.ZodType>(list: T) =>
  z.preprocess((value) => (typeof value === 'string' ? jsonOr(value) : value), list);
const jsonOr = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const optional = z.string().nullish();
const system = (text: string | null | undefined): Message[] => (text ? [{ role: 'system', content: text }] : []);

const chat = (messages: readonly Message[]): TrainingRecord => ({ kind: 'chat', messages });
const continued = (prompt: string, completion: string): TrainingRecord => ({
  kind: 'text',
  text: prompt + completion,
  from: prompt.length,
});

/** A form by its telling columns, in the order in which a row is tried. */
interface Form {
  readonly name: string;
  readonly columns: readonly string[];
  readonly schema: z.ZodType<TrainingRecord>;
}

const FORMS: readonly Form[] = [
  {
    name: 'messages',
    columns: ['messages'],
    schema: z.object({ messages: listed(Turns) }).transform(({ messages }) => chat(messages)),
  },
  {
    name: 'conversations',
    columns: ['conversations'],
    schema: z
      .object({ conversations: listed(z.union([z.array(ShareGptTurn).min(1), Turns])), system: optional })
      .transform((row) => chat([...system(row.system), ...row.conversations])),
  },
  {
    name: 'prompt and completion',
    columns: ['prompt', 'completion'],
    schema: z.union([
      z.object({ prompt: Text, completion: Filled }).transform((row) => continued(row.prompt, row.completion)),
      z
        .object({ prompt: listed(Turns), completion: listed(Turns) })
        .transform((row) => chat([...row.prompt, ...row.completion])),
    ]),
  },
  {
    name: 'instruction and output',
    columns: ['instruction', 'output'],
    schema: z
      .object({ instruction: Filled, input: optional, output: Filled, system: optional })
      .transform((row): TrainingRecord => {
        const question = row.input ? `${row.instruction}\n${row.input}` : row.instruction;
        if (!row.system) return { kind: 'qa', question, answer: row.output };
        return chat([
          ...system(row.system),
          { role: 'user', content: question },
          { role: 'assistant', content: row.output },
        ]);
      }),
  },
  {
    name: 'question and answer',
    columns: ['question', 'answer'],
    schema: z
      .object({ question: Filled, answer: Filled })
      .transform(({ question, answer }): TrainingRecord => ({ kind: 'qa', question, answer })),
  },
  {
    name: 'text',
    columns: ['text'],
    schema: z.object({ text: Filled }).transform(({ text }): TrainingRecord => ({ kind: 'text', text, from: 0 })),
  },
];

export const FORM_NAMES: readonly string[] = FORMS.map(({ name }) => name);

/** The row of what was read, or what is wrong with it in words that quote nothing. */
export const rowFrom = (raw: unknown): TrainingRecord | string => {
  if (Array.isArray(raw))
    return 'is a list: a file of lines has one row a line, one of a list a name that ends with .json';
  if (typeof raw !== 'object' || raw === null) return 'is no object';
  const found = FORMS.filter(({ columns }) => columns.every((column) => column in raw));
  const [form, second] = found;
  if (!form) return `has none of the forms ${FORM_NAMES.join('; ')}${within(raw)}${otherwise(Object.keys(raw))}`;
  if (second) return `has two forms at once: ${form.name}; ${second.name}`;
  const parsed = form.schema.safeParse(raw);
  if (!parsed.success) return `is no row of ${form.name}: ${problemOf(parsed.error)}`;
  return answers(parsed.data) ? parsed.data : 'holds no answer: no assistant turn with a text behind another turn';
};

const COLUMNS = new Set(FORMS.flatMap(({ columns }) => columns));
/** An object that has the rows in it is how services answer. */
const within = (raw: object): string =>
  Object.values(raw).some((value) => Array.isArray(value) && value.length > 0 && value.every(isFormed))
    ? '; its rows stand in a list within it: give the list alone'
    : '';
const isFormed = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  FORMS.some(({ columns }) => columns.every((column) => column in value));

/**
 * Keys that are a column's but for case, blanks or a letter: named as the column is, so that nothing of the row is
 * quoted.
 */
const otherwise = (keys: readonly string[]): string => {
  const near = keys.flatMap((key) => (COLUMNS.has(key) ? [] : (nearColumn(key.trim().toLowerCase()) ?? [])));
  if (near.length === 0) return '';
  const said = [...new Set(near)].map((key) => `'${key}'`).join(', ');
  return `; a key is written otherwise than ${said}: in small letters, without blanks, as it stands here`;
};

const nearColumn = (key: string): string | undefined =>
  COLUMNS.has(key) ? key : [...COLUMNS].find((column) => editDistance(key, column) === 1);

const answers = (row: TrainingRecord): boolean =>
  row.kind !== 'chat' ||
  row.messages.some(({ role, content }, i) => i > 0 && role === 'assistant' && content.trim() !== '');

const problemOf = ({ issues }: z.ZodError): string => [...new Set(issues.flatMap(spelt))].slice(0, 3).join('; ');

/** Of several forms that a union offers, the one that came closest says what is wrong. */
const spelt = (issue: z.core.$ZodIssue): string[] => {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const deepest = issue.errors.reduce((best, errors) => (depth(errors) > depth(best) ? errors : best));
    return deepest.flatMap((inner) => spelt({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  return [`${issue.path.join('.')}: ${ruleOf(issue)}`];
};

const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));

/** What a schema above says in its own words, else what zod expected; zod's sentences name what came. */
const ruleOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')
    ? `not ${article(issue.expected)}`
    : issue.message;

const article = (expected: string): string => (/^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`);
