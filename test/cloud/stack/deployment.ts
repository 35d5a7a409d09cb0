// The customer's deployment of the model, behind the tests' OpenAI-compatible server: loads what the alias names, from
// the installation's own store, and answers with it.
// Trap: the endpoint lists a digest only when that model is loaded, as a server does that is ready.
import { openModel } from '#engine/formats/stored-model.ts';
import { inference } from '#engine/inference.ts';
import { promptOf } from '#datasets/suite-shape.ts';
import type { Ports } from '#core/ports.ts';
import type { OpenAiEndpoint } from '#test/support/openai-endpoint.ts';

const LOOK_MS = 500;
const ANSWER_TOKENS = 32;

export interface Deployment {
  /** What the loaded model says. */
  readonly ask: (question: string) => string;
  close(): Promise<void>;
}

/** The backend must have been chosen. Returns when the model that the alias names is loaded. */
export const deployment = async (
  { serving, artifacts }: Pick<Ports, 'serving' | 'artifacts'>,
  served: OpenAiEndpoint,
  name: string,
  scratch: string,
): Promise<Deployment> => {
  let [loaded, dispose]: [string | undefined, () => void] = [undefined, () => undefined];
  const load = async (): Promise<void> => {
    const now = await serving.served(name);
    if (!now || now.digest === loaded) return;
    const { model } = await openModel(artifacts, now.digest, scratch);
    dispose();
    [loaded, dispose] = [now.digest, () => model.dispose()];
    served.answer = (question) =>
      inference(model)
        .generate([promptOf(question)], { maxTokens: ANSWER_TOKENS })[0]!
        .text.trim();
    served.entries = [{ id: name, digest: now.digest }];
  };
  let closed = false;
  const following = async (): Promise<void> => {
    while (!closed) {
      await load();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };
  await load();
  const end = following();
  return {
    ask: (question) => served.answer(question),
    close: async () => ((closed = true), await end, dispose()),
  };
};
