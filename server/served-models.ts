// The deployed models kept in memory for answering: loaded when first asked, and loaded again when another artefact is
// deployed under the name.
// Trap: old and new weights must not both be in memory, so one model at a time is kept, and questions are answered one
// after another.
import { join } from 'node:path';
import { modelFolder, suppressionRules } from '#adapters/local/pointer-serving.ts';
import { conversationIds } from '#datasets/rendering.ts';
import { openToAsk } from '#engine/formats/made-folder.ts';
import { generate } from '#engine/generate.ts';
import { inference } from '#engine/inference.ts';
import type { LanguageModel } from '#engine/language-model.ts';
import type { Digest } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ModelRegistry, ServingTarget } from '#core/ports.ts';
import type { Message } from '#core/training-record.ts';
import type { Complete, CompleteOptions, Completed, Completions } from './completions.ts';

interface Held {
  readonly digest: Digest;
  readonly folder: string;
  readonly model: LanguageModel;
}

export interface ServedModels extends Completions {
  close(): void;
}

/** Over the serving folder of a data folder; the backend must have been chosen. */
export const servedModels = (
  dir: string,
  { serving, models, withheldAnswer }: { serving: ServingTarget; models: ModelRegistry; withheldAnswer?: string },
): ServedModels => {
  const folder = join(dir, 'serving');
  let held: Held | undefined;
  const open = async (name: string): Promise<Held> => {
    const now = await serving.served(name);
    if (!now) throw new QuittanceError('MODEL_NOT_FOUND', { message: 'nothing is deployed under this name' });
    if (held?.digest === now.digest) return held;
    held?.model.dispose();
    held = undefined;
    const at = modelFolder(folder, now.digest);
    return (held = { digest: now.digest, folder: at, model: openToAsk(at) });
  };
  let last: Promise<unknown> = Promise.resolve();
  const complete: Complete = (name, prompt, options) => {
    const next = last.then(async () => answer(await open(name), prompt, options));
    last = next.catch(() => undefined); // a failure does not concern the next one
    return next;
  };
  return {
    complete,
    ...(withheldAnswer === undefined ? {} : { withheld: withheldAnswer }),
    rules: (name) => suppressionRules(folder, name),
    deployed: async () => {
      const names = (await models.list()).map(({ name }) => name);
      const found = await Promise.all(names.map(async (id) => ({ id, digest: (await serving.served(id))?.digest })));
      return found.flatMap(({ id, digest }) => (digest === undefined ? [] : [{ id, digest }]));
    },
    close: () => held?.model.dispose(),
  };
};

const answer = async (
  { model, folder }: Held,
  prompt: string | readonly Message[],
  options: CompleteOptions,
): Promise<Completed> => {
  const ids =
    typeof prompt === 'string' ? inference(model).encodePrompt(prompt) : await conversationIds(folder, model, prompt);
  const [result] = generate(model, [ids], options);
  if (!result) throw new QuittanceError('INTERNAL', { message: 'the engine gave no answer' });
  const said = model.tokenizer.decode(result.ids);
  return {
    text: typeof prompt === 'string' ? said : said.trim(),
    promptTokens: ids.length,
    completionTokens: result.ids.length,
    ended: result.ended,
  };
};
