// Names that become files, rows, object keys and aliases. Trap: a name comes from a caller; with a slash or dots in it,
// it could leave its folder or reach another ticket's objects.
import { QuittanceError } from './errors.ts';

/** INVALID_INPUT unless `name` is letters, digits, dot, dash and underscore, starting with a letter or digit. */
export const safeName = (name: string): string => {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name)) return name;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'a name holds characters that it may not',
    expected: 'letters, digits, . - _',
  });
};

/** The same for a path of such names. */
export const safePath = (path: string): string => path.split('/').map(safeName).join('/');
