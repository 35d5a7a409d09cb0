// Takes a model of others into a folder of ours: a Hugging Face folder is checked and copied, a GGUF file is unpacked into one.
// Traps: nothing appears under `outDir` unless everything was read and checked; a pickle is refused by its name, never opened.
import { copyFileSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QuittanceError } from '#core/errors.ts';
import { manifestDigest } from '#core/model.ts';
import { chatTemplate, checkChatTemplate, readChatTemplate, type ChatTemplate } from '../tokenizer/chat.ts';
import { checkModelFolder, isServed, manifestOf, PICKLE, readModelParts } from './folder.ts';
import { isGguf, openGguf, type GgufFile } from './gguf.ts';
import { ggufConfig, ggufTensors } from './gguf-model.ts';
import { ggufTokenizer } from './gguf-tokenizer.ts';
import { writeSafetensors } from './safetensors.ts';
import type { SavedModel } from './save.ts';
import { replaceFolder } from './whole-folder.ts';

/**
 * Imports a folder in Hugging Face layout or a GGUF file into `outDir`, replacing what was there. MODEL_NOT_FOUND, MODEL_INVALID, MODEL_UNSUPPORTED,
 * WEIGHTS_INVALID or TOKENIZER_INVALID where it cannot be used; a chat template is tried once, as it is a program that may not end.
 */
export const importModel = async (source: string, outDir: string): Promise<SavedModel> => {
  if (PICKLE.test(source)) {
    throw new QuittanceError('MODEL_INVALID', {
      message: `${source} is a pickle, which can run code when it is opened and is never read`,
      hint: 'save the model with safe_serialization=True and import its folder',
    });
  }
  if (!existsSync(source)) throw new QuittanceError('MODEL_NOT_FOUND', { message: `there is no ${source}` });
  const { template, fill } = statSync(source).isDirectory() ? fromFolder(source) : fromGguf(source);
  if (template) await checkChatTemplate(template);
  return replaceFolder(outDir, (at) => {
    fill(at);
    const manifest = manifestOf(at, checkModelFolder(at, { values: false })); // every value was read on the way
    return { manifest, digest: manifestDigest(manifest) };
  });
};

interface Source {
  template: ChatTemplate | undefined;
  /** Writes the folder. */
  fill: (at: string) => void;
}

const fromFolder = (source: string): Source => {
  checkModelFolder(source, { values: true }); // before anything is copied
  const fill = (at: string) => {
    for (const name of readdirSync(source).filter(isServed)) copyFileSync(join(source, name), join(at, name));
  };
  return { template: readChatTemplate(source), fill };
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
  readModelParts(at); // tokenizer and embedding agree, before a weight is unpacked
  writeSafetensors(
    join(at, 'model.safetensors'),
    tensors.map(({ name, shape, read }) => ({ name, shape, make: read })),
    { format: 'pt' },
  );
};

const tokenizerConfig = ({ metadata }: GgufFile): Record<string, unknown> => {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  const special = (name: string) => {
    const id = metadata.get(`tokenizer.ggml.${name}_token_id`);
    const token = Array.isArray(tokens) && typeof id === 'number' ? tokens[id] : undefined;
    return token === undefined ? [] : [token];
  };
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(special('bos').map((token) => ['bos_token', token])),
    ...Object.fromEntries(special('eos').map((token) => ['eos_token', token])),
    ...Object.fromEntries(special('padding').map((token) => ['pad_token', token])),
    ...Object.fromEntries(special('unknown').map((token) => ['unk_token', token])),
  };
};
