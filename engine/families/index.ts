// The families of models that the engine computes, by the model_type of their config.json. One family is one file.
// Refusals, the lists in the documents and the parity tests are all made from this table.
import type { Family } from './family.ts';
import { gemma, gemma2, gemma3 } from './gemma.ts';
import { gpt2 } from './gpt2.ts';
import { gptNeox } from './gpt-neox.ts';
import { granite } from './granite.ts';
import { llama } from './llama.ts';
import { mistral } from './mistral.ts';
import { olmo2 } from './olmo2.ts';
import { opt } from './opt.ts';
import { phi } from './phi.ts';
import { phi3 } from './phi3.ts';
import { qwen2, qwen3 } from './qwen.ts';
import { smollm3 } from './smollm3.ts';

export const FAMILIES = {
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma,
  gemma2,
  gemma3_text: gemma3,
  phi,
  phi3,
  smollm3,
  granite,
  olmo2,
  gpt2,
  gpt_neox: gptNeox,
  opt,
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof FAMILIES;

/** undefined where the engine cannot compute models of that type. */
export const familyOf = (modelType: string): FamilyName | undefined =>
  Object.hasOwn(FAMILIES, modelType) ? (modelType as FamilyName) : undefined;

/** Each family with the published models that belong to it, for the documents. */
export const supportedFamilies = (): { modelType: FamilyName; title: string }[] =>
  Object.entries(FAMILIES).map(([modelType, { title }]) => ({ modelType: modelType as FamilyName, title }));
