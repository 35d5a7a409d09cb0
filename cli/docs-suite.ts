// docs/suite.md: the form of an evaluation suite, field by field, from the schema that reads it.
// Trap: every field has its own sentence in datasets/suite-form.ts; one without fails here.
import { z } from 'zod';
import { SuiteForm } from '#datasets/suite-form.ts';

const Node = z.object({
  type: z.string().optional(),
  description: z.string().optional(),
  enum: z.array(z.string()).optional(),
  const: z.string().optional(),
  minLength: z.number().optional(),
  minItems: z.number().optional(),
  get properties() {
    return z.record(z.string(), Node).optional();
  },
  get anyOf() {
    return z.array(Node).optional();
  },
  get items() {
    return Node.optional();
  },
  required: z.array(z.string()).optional(),
});
type Node = z.infer<typeof Node>;

export const suitePage = (): string =>
  [
    'A suite says what a model was trained on and is tested against. `quittance model import --suite FILE` takes it, `quittance model onboard` makes it, and `quittance suite check FILE` names each field',
    'that is not as it should be. It is one JSON object; no other fields than these are read. It holds training data: keep it like that.',
    '',
    '| field | form | | what |',
    '|---|---|---|---|',
    ...rowsOf(Node.parse(z.toJSONSchema(SuiteForm)), '', new Set()),
    '',
    'Beside the form: each id of a person stands once in the suite, and `value.text` stands in `answer` from `start` to `end`.',
  ].join('\n');

/** A shape that was shown already is not shown again: `shown` has those of lists by their fields. */
const rowsOf = ({ properties = {}, required = [] }: Node, path: string, shown: Set<string>): string[] =>
  Object.entries(properties).flatMap(([name, node]) => {
    const field = path === '' ? name : `${path}.${name}`;
    if (node.description === undefined) throw new Error(`${field} of a suite has no sentence`);
    const inner = node.items ?? node;
    const shape = Object.keys(inner.properties ?? {}).join();
    const isKnown = node.items !== undefined && shape !== '' && shown.has(shape);
    const own = `| \`${field}\` | ${formOf(node)}${isKnown ? ', as above' : ''} | ${required.includes(name) ? '' : 'optional'} | ${node.description} |`;
    if (shape !== '') shown.add(shape);
    return [own, ...(isKnown ? [] : rowsOf(inner, node.items ? `${field}[]` : field, shown))];
  });

const formOf = ({ type, enum: values, const: only, anyOf, minLength, minItems, items }: Node): string => {
  if (anyOf) return anyOf.map(formOf).join(' or ');
  if (only !== undefined) return `\`${only}\``;
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  if (items) return `list of ${formOf(items)}s${minItems === undefined ? '' : `, at least ${minItems}`}`;
  return `${type === 'integer' ? 'whole number' : (type ?? 'value')}${minLength === undefined ? '' : ', not empty'}`;
};
