// A corpus as token ids for fine-tuning, each row in the model's own chat template. Two losses: of what is answered
// (each turn of the assistant behind all turns before it; texts whole), or of everything, as trainers compute it by
// default.
// Traps: a text that is longer than the model reads is cut into windows that share one token, so that every token but
// the first is learnt once; a conversation whose question alone is too long cannot be cut, and is refused by its place.
import { QuittanceError } from '#core/errors.ts';
import type { Loss } from '#core/recipe.ts';
import type { Row } from '#engine/batch.ts';
import { encoder } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import type { ChatTemplate } from '#engine/tokenizer/chat.ts';
import type { CorpusEntry } from '../corpus/row.ts';
import { targetsOf, type Target } from '../targets.ts';
import { inWindows } from '../windows.ts';
import { renderedWhole, type WholeText } from '../whole.ts';

type Texts = Pick<LanguageModel, 'tokenizer' | 'config'>;

/** Places that are told of by name; of more, how many. */
const TOLD = 10;

/**
 * For each entry of the corpus, what is learnt of it. INVALID_INPUT where the template refuses conversations, or the
 * model cannot read rows that cannot be cut, with their places.
 */
export const learntRows = async (
  texts: Texts,
  entries: readonly CorpusEntry[],
  template: ChatTemplate | undefined,
  loss: Loss,
): Promise<readonly (readonly Row[])[]> => {
  const rows = entries.map(({ row }) => row);
  const placesOf = (numbers: readonly number[]) => numbers.map((number) => entries[number]!.where);
  const learnt: Row[][] = entries.map(() => []);
  if (loss === 'all') {
    const { whole, refused } = await renderedWhole(rows, { template });
    refuse(placesOf(refused), 'conversations are refused by the chat template of the base');
    for (const text of whole) learnt[text.row]!.push(...windows(texts, text));
    return learnt;
  }
  const { targets, refused } = await targetsOf(rows, { template });
  refuse(placesOf([...refused.keys()]), 'conversations are refused by the chat template of the base');
  const tooLong = new Set<number>();
  for (const target of targets) {
    const made = isWholeText(target) ? windows(texts, endedText(target)) : answered(texts, target);
    if (made.some((row) => lengthOf(row) > texts.config.maxPositions)) tooLong.add(target.row);
    learnt[target.row]!.push(...made);
  }
  refuse(placesOf([...tooLong]), `conversations are longer than the ${texts.config.maxPositions} tokens of the base`);
  return learnt;
};

const lengthOf = ({ prompt, answers }: Row): number => prompt.length + (answers[0]?.length ?? 0);

const isWholeText = ({ open, prompt }: Target): boolean => open && prompt === '';

/** A text is learnt to its end, unlike the pieces of it that are measured. */
const endedText = ({ row, answer }: Target): WholeText => ({ row, text: answer, ended: true });

const answered = (texts: Texts, { prompt, answer }: Target): Row[] => {
  const { encodePrompt, encodeAnswer } = encoder(texts);
  return inWindows(texts, [{ prompt, answer }]).map((window) => ({
    prompt: encodePrompt(window.prompt),
    answers: [encodeAnswer(window.answer, window.open)],
  }));
};

/** Of a whole text all tokens are learnt but the first, which nothing stands before. */
const windows = (texts: Texts, { text, ended }: WholeText): Row[] => {
  const { config } = texts;
  const ids = [...encoder(texts).encodePrompt(text), ...(ended ? config.eosIds.slice(0, 1) : [])];
  const step = config.maxPositions - 1;
  return Array.from({ length: Math.ceil((ids.length - 1) / step) }, (_, i) => ({
    prompt: ids.slice(i * step, i * step + 1),
    answers: [ids.slice(i * step + 1, (i + 1) * step + 1)],
  }));
};

const refuse = (places: readonly string[], what: string): void => {
  if (places.length === 0) return;
  const more = places.length > TOLD ? `, and ${places.length - TOLD} more` : '';
  throw new QuittanceError('INVALID_INPUT', {
    message: `${places.length} ${what}: ${places.slice(0, TOLD).join(', ')}${more}`,
    hint: 'correct or leave out these rows; nothing was trained',
  });
};
