// Options of `quittance ticket letter`, apart from what makes letters, which loads on use.
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import type { Option } from '../command.ts';
import { oneOf, output, whole } from '../kinds.ts';

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
  number: {
    kind: 'value',
    value: 'N',
    summary: 'of a kept letter, as the list of a case has it: looked at before it goes, which the log says',
    is: whole(1),
    without: ['kind', 'lang', 'keep', 'note'],
  },
  send: { kind: 'flag', summary: "send it to the case's e-mail address", with: ['number'], without: ['pdf'] },
  again: { kind: 'flag', summary: 'send it a second time, although it may have been sent', with: ['send'] },
} as const satisfies Readonly<Record<string, Option>>;
