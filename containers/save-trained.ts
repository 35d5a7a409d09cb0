// What a fine-tuning leaves: a folder that transformers loads, or an adapter as PEFT keeps it with its base beneath;
// and what had moved behind each slice, for whoever trains on from there.
// Trap: an adapter's own file names its base; it names it by its place in the folder, so that the same training in two
// places has one digest.
import { join } from 'node:path';
import { QuittanceError } from '#core/errors.ts';
import { manifestDigest } from '#core/model.ts';
import type { Digest } from '#core/canonical.ts';
import { manifestOf } from '#engine/formats/folder.ts';
import { readJsonFile } from '#engine/formats/json-file.ts';
import { openSafetensors, writeSafetensors } from '#engine/formats/safetensors.ts';
import { companionFiles, saveModel } from '#engine/formats/save.ts';
import { saveNewAdapter } from '#engine/formats/save-made.ts';
import { isLoraModel } from '#engine/lora.ts';
import type { Model } from '#engine/model.ts';
import type { Moved } from './fine-tune.ts';

/** Saves what was trained upon the folder `base`, whole or not at all; `write` adds files that are not served. */
export const saveTrained = (
  out: string,
  model: Model,
  base: string,
  write: (at: string, made: Digest) => void,
): { digest: Digest } =>
  isLoraModel(model)
    ? saveNewAdapter(out, model, base, write)
    : saveModel(out, model, {
        configJson: readJsonFile(join(base, 'config.json')),
        files: companionFiles(base),
        write: (at) => write(at, manifestDigest(manifestOf(at, 'none'))),
      });

export const writeMoved = (path: string, moved: Moved): void =>
  writeSafetensors(
    path,
    [...moved].map(([name, data]) => ({ name, shape: [data.length], data })),
  );

/** WEIGHTS_INVALID where the file is damaged; MODEL_INVALID where it is not of a model with these parameters. */
export const readMoved = (path: string, model: Pick<Model, 'parameters'>): Moved => {
  const file = openSafetensors(path);
  try {
    for (const [name, { shape }] of file.tensors)
      if (model.parameters.get(name)?.size !== shape[0])
        throw new QuittanceError('MODEL_INVALID', {
          message: 'the state behind a slice is not of this model',
          got: name,
          hint: 'train from the base',
        });
    return new Map([...file.tensors.keys()].map((name) => [name, file.read(name)]));
  } finally {
    file.close();
  }
};
