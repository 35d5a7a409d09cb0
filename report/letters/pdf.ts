// A letter as a tagged PDF, by the same paper as the audit report. Trap: the paper's fonts have Latin, Greek and
// Cyrillic letters; a letter with others is refused rather than printed with question marks.
import { QuittanceError } from '#core/errors.ts';
import { missingSigns } from '../fonts.ts';
import { newPaper } from '../paper.ts';
import type { Letter } from './compose.ts';
import { LETTER_WORDS } from './words.ts';

/** `at`: the letter's date. INVALID_INPUT where a letter of it cannot be printed. */
export const letterPdf = async (letter: Letter, at: Date): Promise<Uint8Array> => {
  const { title, greeting, paragraphs, language } = letter;
  const texts = [title, greeting, ...paragraphs.map(({ text }) => text)];
  const missing = texts.flatMap(missingSigns);
  if (missing.length > 0)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the letter has signs that the fonts of the PDF do not have',
      expected: 'Latin, Greek and Cyrillic letters',
      got: `${new Set(missing).size} other signs`,
      hint: 'take the text, without --pdf',
    });
  const paper = newPaper({ title, at, language, pageWord: LETTER_WORDS[language].page });
  paper.heading(title, 1);
  for (const text of texts.slice(1)) paper.paragraph(text);
  return paper.finish();
};
