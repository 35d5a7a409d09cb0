// Takes a foreign model into a folder in our layout: a Hugging Face folder is checked and copied, a GGUF file is
// unpacked.
// Traps: nothing appears under `outDir` unless everything was read and checked; a pickle is a program, so it is refused
// by its name and never opened.
import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QuittanceError } from '#core/errors.ts';
import { manifestDigest } from '#core/model.ts';
import { chatTemplate, readChatTemplate, type ChatTemplate } from '../tokenizer/chat.ts';
import { checkChatTemplate, pinDate } from '../tokenizer/chat-date.ts';
import { checkModelFolder, isServed, manifestOf, readModelParts } from './folder.ts';
import { readJsonFile } from './json-file.ts';
import { PICKLE } from './weights.ts';
import { isGguf, openGguf, type GgufFile } from './gguf.ts';
import { ggufArchitecture, ggufConfig, ggufTensors } from './gguf-model.ts';
import { ggufSpecial, ggufTokenizer } from './gguf-tokenizer.ts';
import { checkGgufKeys } from './gguf-keys.ts';
import { writeSafetensors } from './safetensors.ts';
import type { SavedModel } from './save.ts';
import { replaceFolder } from './whole-folder.ts';

/**
 * Imports a folder in Hugging Face layout or a GGUF file into `outDir`, replacing what was there. MODEL_NOT_FOUND,
 * MODEL_INVALID, MODEL_UNSUPPORTED, WEIGHTS_INVALID or TOKENIZER_INVALID where it cannot be used; a chat template is
 * tried once, as it is a program that may not end.
 */
export const importModel = async (
  source: string,
  outDir: string,
  { date }: ImportOptions = {},
): Promise<ImportedModel> => {
  if (PICKLE.test(source)) {
    throw new QuittanceError('MODEL_INVALID', {
      message: `${source} is a pickle, which can run code when it is opened and is never read`,
      hint: 'save the model with safe_serialization=True and import its folder',
    });
  }
  if (!existsSync(source)) throw new QuittanceError('MODEL_NOT_FOUND', { message: `there is no ${source}` });
  const { template, remarks, fill } = statSync(source).isDirectory() ? fromFolder(source) : fromGguf(source);
  const dated = template !== undefined && (await checkChatTemplate(template)).dated;
  const pinned = date === undefined ? undefined : await pinnedTemplate(template, dated, date);
  const found = remarks();
  return replaceFolder(outDir, (at) => {
    fill(at);
    if (pinned) writeTemplate(at, pinned);
    // every value was read while it was copied
    const manifest = manifestOf(at, checkModelFolder(at, { values: false }));
    return {
      manifest,
      digest: manifestDigest(manifest),
      remarks: [...new Set([...found, ...readModelParts(at).remarks]), ...(dated && !pinned ? [DATED] : [])],
    };
  });
};

export interface ImportOptions {
  /** The day that a chat template which states the date shall state from now on. */
  date?: Date | undefined;
}

export interface ImportedModel extends SavedModel {
  /** What was found and not taken over, for the reader. */
  remarks: string[];
}

const DATED =
  'the chat template says the date of asking: the model answers in chat, but cannot be taught or judged in it; import it with --date YYYY-MM-DD for that';

const pinnedTemplate = (template: ChatTemplate | undefined, dated: boolean, date: Date): Promise<ChatTemplate> => {
  if (template && dated) return pinDate(template, date);
  throw new QuittanceError('INVALID_INPUT', {
    message: 'the model has no chat template that says the date',
    hint: 'leave --date out',
  });
};

/** Into the file that readers prefer to tokenizer_config.json; the template there is then not read. */
const writeTemplate = (at: string, { source }: ChatTemplate): void => {
  writeFileSync(join(at, 'chat_template.jinja'), source);
  const path = join(at, 'tokenizer_config.json');
  if (!existsSync(path)) return;
  const rest = Object.entries(readJsonFile(path)).filter(([key]) => key !== 'chat_template');
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(rest), null, 2)}\n`);
};

interface Source {
  template: ChatTemplate | undefined;
  /**
   * What is there and not taken over. MODEL_UNSUPPORTED names a file that may change the computation and is not known.
   */
  remarks: () => string[];
  /** Writes the folder. */
  fill: (at: string) => void;
}

/**
 * Files in a model's folder that are not taken over. MODEL_UNSUPPORTED for an adapter, which other programs would add
 * to the weights.
 */
const besides = (source: string): string[] => {
  if (existsSync(join(source, 'adapter_config.json')))
    throw new QuittanceError('MODEL_UNSUPPORTED', {
      message: `${source} has an adapter_config.json beside the model: others lay the adapter over it when they load the folder`,
      hint: 'move the adapter into a folder of its own and name that one with --adapter, or take it away',
    });
  return readdirSync(source)
    .filter((name) => PICKLE.test(name))
    .map((name) => `${name} is a pickle, which can run code when it is opened: it was not read`);
};

const fromFolder = (source: string): Source => {
  checkModelFolder(source, { values: true }); // before anything is copied
  const fill = (at: string) => {
    for (const name of readdirSync(source).filter(isServed)) copyFileSync(join(source, name), join(at, name));
  };
  return { template: readChatTemplate(source), remarks: () => besides(source), fill };
};

const fromGguf = (source: string): Source => {
  if (!isGguf(source)) {
    throw new QuittanceError('MODEL_INVALID', {
      message: `${source} is neither a folder nor a GGUF file`,
      expected: 'a folder with config.json, model.safetensors and tokenizer.json, or a .gguf file',
    });
  }
  return {
    template: opened(source, ggufTemplate),
    remarks: () => opened(source, (file) => checkGgufKeys(file, ggufArchitecture(file))),
    fill: (at) => opened(source, (file) => writeGgufAsFolder(file, at)),
  };
};

const opened = <T>(source: string, use: (file: GgufFile) => T): T => {
  const file = openGguf(source);
  try {
    return use(file);
  } finally {
    file.close();
  }
};

const ggufTemplate = (file: GgufFile): ChatTemplate | undefined => {
  const source = file.metadata.get('tokenizer.chat_template');
  return typeof source === 'string' ? chatTemplate(source, tokenizerConfig(file)) : undefined;
};

const writeGgufAsFolder = (file: GgufFile, at: string): void => {
  const config = ggufConfig(file);
  const tensors = ggufTensors(file, config);
  const tokenizer = ggufTokenizer(file);
  const json = (name: string, content: unknown) =>
    writeFileSync(join(at, name), `${JSON.stringify(content, null, 2)}\n`);
  json('config.json', config);
  writeFileSync(join(at, 'tokenizer.json'), JSON.stringify(tokenizer));
  json('tokenizer_config.json', tokenizerConfig(file));
  const template = file.metadata.get('tokenizer.chat_template');
  if (typeof template === 'string') writeFileSync(join(at, 'chat_template.jinja'), template);
  readModelParts(at); // checks that tokenizer and embedding agree before any weight is unpacked
  writeSafetensors(
    join(at, 'model.safetensors'),
    tensors.map(({ name, shape, read }) => ({ name, shape, make: read })),
    { format: 'pt' },
  );
};

const tokenizerConfig = (file: GgufFile): Record<string, unknown> => {
  const tokens = file.metadata.get('tokenizer.ggml.tokens');
  const special = (key: string, name: string) => {
    const id = ggufSpecial(file, name);
    const token = Array.isArray(tokens) && id !== undefined ? tokens[id] : undefined;
    return token === undefined ? [] : [[key, token] as const];
  };
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(special('bos_token', 'bos')),
    ...Object.fromEntries(special('eos_token', 'eos')),
    ...Object.fromEntries(special('pad_token', 'padding')),
    ...Object.fromEntries(special('unk_token', 'unknown')),
  };
};
