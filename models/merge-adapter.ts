// A PEFT adapter merged into a model that is being imported: what is registered is one model, whole. Trap: merging needs a backend that was chosen before; importing does not.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadModel } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { mergeLora } from '#engine/lora.ts';
import { readAdapter } from '#engine/formats/peft.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import { QuittanceError } from '#core/errors.ts';

/** Replaces the model in `dir` by itself with the adapter merged, in float32. MODEL_INVALID or MODEL_UNSUPPORTED where the adapter cannot be used. */
export const mergeAdapter = (dir: string, adapter: string): void => {
  refusePickle(adapter);
  const base = loadModel(dir);
  try {
    const merged = mergeLora(readAdapter(adapter, base));
    saveModel(dir, merged, { configJson: readJsonFile(join(dir, 'config.json')), files: companionFiles(dir) });
  } finally {
    base.dispose();
  }
};

const refusePickle = (adapter: string): void => {
  if (existsSync(join(adapter, 'adapter_model.safetensors')) || !existsSync(join(adapter, 'adapter_model.bin'))) return;
  throw new QuittanceError('MODEL_INVALID', {
    message: `${adapter} has no adapter_model.safetensors`,
    got: 'adapter_model.bin, a pickle, which can run code when it is opened and is never read',
    hint: 'save the adapter with safe_serialization=True',
  });
};
