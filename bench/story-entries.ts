// What the story bench compares: every registered method that takes records of text, under the settings of the methods
// bench, which were picked on other data or not at all.
// Trap: a method that asks about a person by name cannot be asked here; it is listed with the reason, not left out.
import type { MethodEntry } from './method-entries.ts';
import { chosenEntries } from './methods.ts';

/** Updates at most: a book has ten times the records of a person, and looking at all of them is most of an update. */
export const STORY_UPDATES = 12;

/** Methods that cannot be asked about a text, with the reason. */
export const NOT_OF_TEXTS: Readonly<Partial<Record<MethodEntry['method'], string>>> = {
  'flat-lasting': 'teaches what is said of never-trained names, and a text is about none',
  'flat-lasting-retain': 'teaches what is said of never-trained names, and a text is about none',
  'uld-offset': 'asks with a stranger’s name in the place of the person’s',
};

/** Settings that follow from the size of the forget set alone. */
const SIZED: Readonly<Partial<Record<MethodEntry['method'], Readonly<Record<string, object>>>>> = {
  altpo: { loss: { alternatives: 1 } },
  'lora-negation': { loss: { epochs: 1 } },
  uld: { assistant: { updates: 100 } },
};

/** Entries of texts, of these labels or all; training anew is the model to which the others are held. USAGE. */
export const storyEntries = (labels?: readonly string[]): MethodEntry[] =>
  chosenEntries(labels)
    .filter(({ method }) => method !== 'retrain' && NOT_OF_TEXTS[method] === undefined)
    .map((entry) => ({ ...entry, config: sized(entry) }));

const sized = ({ method, config }: MethodEntry): MethodEntry['config'] => {
  const more = Object.entries(SIZED[method] ?? {}).map(([key, part]) => [key, { ...partOf(config, key), ...part }]);
  const limited = 'update' in config ? { update: { ...partOf(config, 'update'), updates: STORY_UPDATES } } : {};
  return { ...config, ...limited, ...(Object.fromEntries(more) as object) };
};

const partOf = (config: MethodEntry['config'], key: string): object => {
  const part = config[key];
  return typeof part === 'object' && part !== null ? part : {};
};
