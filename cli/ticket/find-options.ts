// Options of `quittance ticket find`. Apart from find.ts, so that `ticket list` loads no reader of files.
import type { Option } from '../command.ts';

export const FIND_OPTIONS: Readonly<Record<string, Option>> = {
  model: { kind: 'value', value: 'N', summary: 'find: the registered model whose rows are looked through' },
  corpus: {
    kind: 'many',
    value: 'FILE',
    summary: 'find: files and folders to look through instead of what the model was onboarded with',
  },
  people: {
    kind: 'value',
    value: 'CSV',
    summary: 'find: a register of people instead of the one that the model was onboarded with',
  },
  'subject-field': { kind: 'value', value: 'F', summary: 'find: the column of a row that names its person' },
  name: { kind: 'value', value: 'X', summary: 'find: the name in full' },
  alias: { kind: 'many', value: 'X', summary: 'find: another name' },
  email: { kind: 'many', value: 'X', summary: 'find: an e-mail address' },
  phone: { kind: 'many', value: 'X', summary: 'find: a telephone number' },
  id: { kind: 'many', value: 'X', summary: 'find: a customer number or the like' },
  born: { kind: 'value', value: 'DAY', summary: 'find: the date of birth' },
  accept: { kind: 'value', value: 'all|IDS', summary: 'find: which rows go into the ticket' },
  regime: { kind: 'value', value: 'R', summary: 'find: the law of the request, written into the ticket file' },
  ground: { kind: 'value', value: 'G', summary: 'find: its ground in that law' },
  out: { kind: 'value', value: 'FILE', summary: 'find: where the ticket file goes' },
};
