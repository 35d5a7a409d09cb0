// What zod objects to, as fields and rules that people can be told. Trap: only text of our own schemas is repeated.
// Names of unknown fields, and messages of other kinds of issue, could quote what was sent.
import type { z } from 'zod';
import type { FieldFault } from './errors.ts';

export const faultsOf = ({ issues }: z.ZodError): FieldFault[] =>
  issues.map((issue) => ({ field: issue.path.join('.') || '(root)', rule: ruleOf(issue) }));

/** The rule that a time in the future breaks. */
export const YET_TO_COME = 'a time that is not yet to come';

/** Formats by their names in zod. */
const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'a time in UTC, such as 2026-11-02T09:30:00.000Z',
  date: 'a day such as 2027-03-01',
  email: 'an e-mail address',
  url: 'an address that begins with https:// or http://',
  base64: 'base64',
};

const ruleOf = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'custom':
      return issue.message;
    case 'invalid_format':
      return FORMATS[issue.format] ?? formOf(issue);
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    case 'invalid_type':
      return cameNot(issue) ? `${GIVEN}: ${kindOf(issue.expected)}` : kindOf(issue.expected);
    case 'unrecognized_keys':
      return `no other fields than the form has (${issue.keys.length} sent)`;
    case 'too_big':
      return `at most ${String(issue.maximum)}${unitOf(issue.origin)}`;
    case 'too_small':
      return `at least ${String(issue.minimum)}${unitOf(issue.origin)}`;
    case 'invalid_union':
      return 'one of the forms that are described for it';
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    default:
      return 'another key or value';
  }
};

/** What is asked for at all, where nothing came. */
const GIVEN = 'must be given';
/** zod says what came in its message alone. */
const cameNot = ({ message }: z.core.$ZodIssue): boolean => message.endsWith('received undefined');

const WORDS: Readonly<Record<string, string>> = {
  int: 'a whole number',
  never: 'nothing',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};
const kindOf = (expected: string): string => WORDS[expected] ?? expected;

/** Whether a rule says that nothing came. */
export const isMissing = (rule: string): boolean => rule.startsWith(`${GIVEN}: `);

/** Whether a rule says no more than what kind of value it wants. */
export const isOfKind = (rule: string): boolean => isMissing(rule) || Object.values(WORDS).includes(rule);

/** The words that a schema has for its form; a pattern as it is written for machines tells people nothing. */
const formOf = ({ format, message }: z.core.$ZodIssueInvalidStringFormat): string =>
  format === 'regex' && message.includes('pattern') ? 'text of another form' : message;

const unitOf = (origin: string): string => ({ string: ' characters', array: ' entries' })[origin] ?? '';
