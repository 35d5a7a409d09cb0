// A letter as a tagged PDF, by the same paper as the audit report, made of its text: so that what is kept as text is
// printed as it was written. Trap: the paper's fonts have Latin, Greek and Cyrillic letters; a letter with others is
// not printed, rather than printed with question marks.
import { QuittanceError } from '#core/errors.ts';
import type { LetterLanguage } from '#core/letters.ts';
import { missingSigns } from '../fonts.ts';
import { newPaper } from '../paper.ts';
import { letterText, type Letter } from './compose.ts';
import { LETTER_WORDS } from './words.ts';

/** `at`: the letter's date. Undefined where a sign of it cannot be printed. */
export const textPdf = async (
  { text, language }: { text: string; language: LetterLanguage },
  at: Date,
): Promise<Uint8Array | undefined> => {
  if (missingSigns(text).length > 0) return undefined;
  const [title = '', ...paragraphs] = text.trimEnd().split('\n\n');
  const paper = newPaper({ title, at, language, pageWord: LETTER_WORDS[language].page });
  paper.heading(title, 1);
  for (const paragraph of paragraphs) paper.paragraph(paragraph);
  return paper.finish();
};

/** As `textPdf`; INVALID_INPUT where it cannot be printed. */
export const letterPdf = async (letter: Letter, at: Date): Promise<Uint8Array> => {
  const text = letterText(letter);
  const printed = await textPdf({ text, language: letter.language }, at);
  if (printed) return printed;
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the letter has signs that the fonts of the PDF do not have',
    expected: 'Latin, Greek and Cyrillic letters',
    got: `${missingSigns(text).length} other signs`,
    hint: 'take the text, without --pdf',
  });
};
