// Options of `quittance ticket letter`, apart from what makes letters, which loads on use.
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import type { Option } from '../command.ts';
import { oneOf, output } from '../kinds.ts';

export const LETTER_OPTIONS = {
  kind: {
    kind: 'value',
    value: 'KIND',
    summary: `which letter: ${LetterKind.options.join(', ')}`,
    is: oneOf(LetterKind.options),
  },
  lang: {
    kind: 'value',
    value: 'LANGUAGE',
    summary: `of a letter: ${LetterLanguage.options.join(', ')} (default en)`,
    is: oneOf(LetterLanguage.options),
  },
  pdf: { kind: 'value', value: 'FILE', summary: 'write the letter as a PDF as well', is: output, without: ['keep'] },
  keep: { kind: 'flag', summary: 'keep the letter in the vault, with name and secret; the log says that it is there' },
} as const satisfies Readonly<Record<string, Option>>;
