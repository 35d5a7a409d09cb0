// Options of `quittance ticket find`. Apart from find.ts, so that `ticket list` loads no reader of files.
import { RegimeName } from '#core/regimes.ts';
import type { Option } from '../command.ts';
import { day, file, fileOrFolder, oneOf, output } from '../kinds.ts';

export const FIND_OPTIONS: Readonly<Record<string, Option>> = {
  model: { kind: 'value', value: 'N', summary: 'find: the registered model whose rows are looked through' },
  corpus: {
    kind: 'many',
    value: 'FILE',
    summary: 'find: files and folders to look through instead of what the model was onboarded with',
    is: fileOrFolder,
  },
  people: {
    kind: 'value',
    value: 'CSV',
    summary: 'find: a register of people instead of the one that the model was onboarded with',
    is: file,
  },
  'subject-field': { kind: 'value', value: 'F', summary: 'find: the column of a row that names its person' },
  name: { kind: 'value', value: 'X', summary: 'find: the name in full' },
  alias: { kind: 'many', value: 'X', summary: 'find: another name' },
  email: { kind: 'many', value: 'X', summary: 'find: an e-mail address' },
  phone: { kind: 'many', value: 'X', summary: 'find: a telephone number' },
  id: { kind: 'many', value: 'X', summary: 'find: a customer number or the like' },
  born: { kind: 'value', value: 'DAY', summary: 'find: the date of birth', is: day },
  accept: { kind: 'value', value: 'all|IDS', summary: 'find: which rows go into the ticket' },
  regime: {
    kind: 'value',
    value: 'R',
    summary: 'find: the law of the request, written into the ticket file',
    is: oneOf(RegimeName.options),
  },
  ground: { kind: 'value', value: 'G', summary: 'find: its ground in that law' },
  out: { kind: 'value', value: 'FILE', summary: 'find: where the ticket file goes', is: output },
};
