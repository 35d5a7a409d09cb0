// Options of `quittance ticket letter`, apart from what makes letters, which loads on use.
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import type { Option } from '../command.ts';

export const LETTER_OPTIONS = {
  kind: { kind: 'value', value: 'KIND', summary: `which letter: ${LetterKind.options.join(', ')}` },
  lang: { kind: 'value', value: 'LANGUAGE', summary: `of a letter: ${LetterLanguage.options.join(', ')} (default en)` },
  pdf: { kind: 'value', value: 'FILE', summary: 'write the letter as a PDF as well' },
  keep: { kind: 'flag', summary: 'keep the letter in the vault, with name and secret; the log says that it is there' },
} as const satisfies Readonly<Record<string, Option>>;
