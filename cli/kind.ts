// What an option's value must be, and how it is refused. Apart from the kinds themselves (kinds.ts), so that a command
// without options loads none of the rules behind them.
import { QuittanceError } from '#core/errors.ts';

/** Throws where the text is not of the kind. `option` is how the refusal names it: `--seed`. */
export type Kind = (text: string, option: string) => void;

const MOST_SHOWN = 80;
export const quoted = (text: string): string => `'${text.slice(0, MOST_SHOWN)}${text.length > MOST_SHOWN ? '…' : ''}'`;

/** USAGE: what the option takes, and what came. */
export const notOfKind = (option: string, expected: string, text: string, hint?: string): QuittanceError =>
  new QuittanceError('USAGE', {
    message: `${option} is not what it must be`,
    expected,
    got: quoted(text),
    ...(hint !== undefined && { hint }),
  });

/** Something that can be seen: what an option is where nothing is said. */
export const text: Kind = (given, option) => {
  if (given.trim() === '') throw notOfKind(option, 'a text that is not empty', given);
};
