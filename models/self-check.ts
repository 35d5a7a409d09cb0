// A model tried once after it was imported: texts come back from their tokens, every letter of a text has a token,
// logits are finite, an answer can end. What fails is reported; only a model whose logits are not finite is refused.
// Trap: a tokenizer may change a text by design (case, normal form), so a text that does not come back is reported, not
// refused.
import { existsSync } from 'node:fs';
import { QuittanceError } from '#core/errors.ts';
import { makeBatch } from '#engine/batch.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { openToAsk } from '#engine/formats/made-folder.ts';
import { inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import { describeMemory, planMemory } from '#engine/memory-plan.ts';
import { readChatTemplate, renderChats } from '#engine/tokenizer/chat.ts';
import type { Tokenizer } from '#engine/tokenizer/tokenizer.ts';

export interface SelfCheck {
  name: 'texts come back' | 'letters have tokens' | 'logits are finite' | 'answers can end';
  state: 'holds' | 'fails' | 'not-checked';
  detail: string;
}

/** In normal form and without blanks at the ends, which tokenizers may take away by design. */
const PROBES: readonly string[] = [
  'The quick brown fox jumps over the lazy dog.',
  "It's 12:45 on 3 May 1987; call +49 30 1234567, pay €1,250.50.",
  'Zoë Ångström, façade, Straße, Dvořák, Nguyễn',
  'Москва, Αθήνα, القاهرة, 東京都千代田区, 서울, हिन्दी',
  'mail: zoe.k@example.org, https://x.example/?q=1&r=%20',
  'one\ntwo\n\n  three\tfour',
  '👩‍👩‍👧‍👦 🇩🇪 ❤️',
];

/**
 * Checks of a checked model folder. The caller has taken a backend into use, whose name is given; without one the model
 * itself is not run.
 */
export const selfCheck = async (dir: string, backend: string | undefined): Promise<SelfCheck[]> => {
  if (!existsSync(dir)) throw new QuittanceError('MODEL_NOT_FOUND', { message: `there is no model folder ${dir}` });
  const { tokenizer, config } = readModelParts(dir);
  const ends = await answersEnd(dir, tokenizer, config.eosIds);
  return [textsComeBack(tokenizer), lettersHaveTokens(tokenizer), logitsAreFinite(dir, backend), ends];
};

const outcome = (name: SelfCheck['name'], failures: readonly string[], holds: string): SelfCheck => ({
  name,
  state: failures.length === 0 ? 'holds' : 'fails',
  detail: failures.length === 0 ? holds : failures.join('; '),
});

const textsComeBack = (tokenizer: Tokenizer): SelfCheck => {
  const lost = PROBES.filter((text) => tokenizer.decode(tokenizer.encode(text)) !== text);
  const failures = lost.map(
    (text) => `${JSON.stringify(text)} → ${JSON.stringify(tokenizer.decode(tokenizer.encode(text)))}`,
  );
  return outcome('texts come back', failures, `${PROBES.length} texts of eight scripts`);
};

const lettersHaveTokens = (tokenizer: Tokenizer): SelfCheck => {
  const failures = PROBES.flatMap((text) => {
    const spans = tokenizer.spans(text, tokenizer.encode(text));
    const bare = [...text.matchAll(/[\p{L}\p{N}]/gu)].filter(
      ({ index }) => !spans.some(([start, end]) => start <= index && index < end),
    );
    return bare.length === 0 ? [] : [`${bare.map(([letter]) => letter).join('')} of ${JSON.stringify(text)} have none`];
  });
  return outcome('letters have tokens', failures, 'every letter and digit of those texts stands in a token');
};

const logitsAreFinite = (dir: string, backend: string | undefined): SelfCheck => {
  const name = 'logits are finite';
  const { config } = readModelParts(dir);
  const shape = { rows: 1, columns: 32, answerTokens: 32 };
  const frozen = { config, batch: shape, trainable: () => false, optimizer: 'normalized-sgd', tape: 'blocks' } as const;
  const plan = planMemory({ ...frozen, backend: backend ?? 'none' });
  if (backend === undefined) return { name, state: 'not-checked', detail: 'no compute backend is installed' };
  if (!plan.fits) return { name, state: 'not-checked', detail: describeMemory(plan) };
  const model = openToAsk(dir);
  try {
    const infinite = logitsAfter(model).filter((logit) => !Number.isFinite(logit)).length;
    if (infinite === 0) return { name, state: 'holds', detail: `${config.vocabSize} logits after a text` };
    throw new QuittanceError('MODEL_INVALID', {
      message: `the model gives ${infinite} logits that are no finite numbers`,
      hint: 'the weights overflow; export them again in float32 or bfloat16',
    });
  } finally {
    model.dispose();
  }
};

const logitsAfter = (model: LanguageModel): Float32Array => {
  const prompt = inference(model)
    .encodePrompt(PROBES[0]!)
    .slice(0, Math.min(24, model.config.maxPositions - 1));
  const tensor = model.logits(makeBatch([{ prompt, answers: [[0]] }], model.config.maxPositions));
  const logits = tensor.dataSync<'float32'>();
  tensor.dispose();
  return logits;
};

/** Checks that an id ends an answer, that the tokenizer has it, and that the chat template puts it after an answer. */
const answersEnd = async (dir: string, tokenizer: Tokenizer, eosIds: readonly number[]): Promise<SelfCheck> => {
  const name = 'answers can end';
  if (eosIds.length === 0)
    return { name, state: 'fails', detail: 'neither config.json nor generation_config.json has an eos_token_id' };
  const strange = eosIds.filter((id) => id >= tokenizer.size);
  if (strange.length === eosIds.length)
    return { name, state: 'fails', detail: `eos_token_id ${strange.join(', ')} is no token of tokenizer.json` };
  const closing = await afterAnAnswer(dir);
  if (closing === undefined) return { name, state: 'holds', detail: `at ${eosIds.join(', ')}` };
  const ends = tokenizer.encode(closing).some((id) => eosIds.includes(id));
  const said = `the chat template ends an answer with ${JSON.stringify(closing)}`;
  return {
    name,
    state: ends ? 'holds' : 'fails',
    detail: ends ? said : `${said}, of which no token is an eos_token_id`,
  };
};

const ANSWER = 'Fine \u{1F9ED} thanks';

/**
 * What the chat template puts after an answer; undefined where there is no template, or it refuses such a conversation.
 */
const afterAnAnswer = async (dir: string): Promise<string | undefined> => {
  const template = readChatTemplate(dir);
  if (!template) return undefined;
  const talk = [
    { role: 'user', content: 'How are you?' },
    { role: 'assistant', content: ANSWER },
  ];
  try {
    const [text = ''] = await renderChats(template, [talk], { addGenerationPrompt: false });
    return text.includes(ANSWER) ? text.slice(text.indexOf(ANSWER) + ANSWER.length) : undefined;
  } catch {
    return undefined; // a template that refuses a question and an answer was tried at import
  }
};
