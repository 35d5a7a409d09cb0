// What zod objects to, as fields and rules that people can be told. Trap: only text of our own schemas is repeated.
// Names of unknown fields, and messages of other kinds of issue, could quote what was sent.
import type { z } from 'zod';
import type { FieldFault } from './errors.ts';

export const faultsOf = ({ issues }: z.ZodError): FieldFault[] =>
  issues.map((issue) => ({ field: issue.path.join('.') || '(root)', rule: ruleOf(issue) }));

const ruleOf = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'custom':
    case 'invalid_format':
      return issue.message;
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    case 'invalid_type':
      return issue.expected;
    case 'unrecognized_keys':
      return `no other fields than the form has (${issue.keys.length} sent)`;
    case 'too_big':
      return `at most ${String(issue.maximum)}`;
    case 'too_small':
      return `at least ${String(issue.minimum)}`;
    default:
      return issue.code;
  }
};
