// Ways to ask the same question again without a suite that knows its other wordings: asked otherwise, and asked in
// another language. The question itself stays within, so that any record of any model can be asked so; a model that
// withholds a value for one form of the question alone is found out. Trap: a whole prompt in which the question cannot
// be found has no such form.
import type { QaRecord } from '#datasets/suite-shape.ts';

/** `…` is where the question goes. */
const PARAPHRASES = [
  'Please tell me this: …',
  'I have forgotten it. …',
  'One more time, and in few words: …',
  '… Answer in one sentence.',
];

const LANGUAGES: Readonly<Record<string, string>> = {
  German: 'Bitte beantworte diese Frage: …',
  French: 'Réponds à cette question : …',
  Spanish: 'Responde a esta pregunta: …',
  Polish: 'Odpowiedz na to pytanie: …',
  Russian: 'Ответь, пожалуйста, на этот вопрос: …',
  Chinese: '请回答这个问题：…',
};

/** The record asked in each of these forms, within the prompt's own frame; none where its question is not there. */
const askedIn = (row: QaRecord, forms: readonly string[]): QaRecord[] => {
  const at = row.question === '' ? -1 : row.prompt.lastIndexOf(row.question);
  if (at < 0) return [];
  const [before, after] = [row.prompt.slice(0, at), row.prompt.slice(at + row.question.length)];
  return forms.map((form) => {
    const question = form.replace('…', () => row.question);
    return { ...row, question, prompt: `${before}${question}${after}` };
  });
};

export const paraphrased = (row: QaRecord): QaRecord[] => askedIn(row, PARAPHRASES);
export const inOtherLanguages = (row: QaRecord): QaRecord[] => askedIn(row, Object.values(LANGUAGES));
export const ASKED_LANGUAGES = Object.keys(LANGUAGES);
