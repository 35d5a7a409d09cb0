// The evaluation suite that a command works with: a file, or a folder with suite.json, as training leaves it beside a
// model; the one that is registered with a model; or, of a model that came without one, generated people. Trap: of a
// registered model the suite is read from the store and never written to a folder, as it holds examples.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { inChat } from '#datasets/chat.ts';
import { makePeople } from '#datasets/people.ts';
import type { Framing } from '#datasets/rendering.ts';
import { readSuite } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import type { Arguments } from './command.ts';
import { readBytes } from './values.ts';

const LIMIT_BYTES = 2 ** 28;

/** NOT_FOUND, INPUT_TOO_LARGE. */
export const suiteBytesAt = (path: string): Buffer =>
  readBytes(existsSync(path) && statSync(path).isDirectory() ? join(path, 'suite.json') : path, LIMIT_BYTES);

/** INVALID_INPUT too, with the fields at fault. */
export const suiteAt = (path: string): Suite => readSuite(suiteBytesAt(path));

/** By --suite: read before anything of the model is. */
export const suiteGiven = (args: Arguments): Suite | undefined => {
  const path = args.value('suite');
  return path === undefined ? undefined : suiteAt(path);
};

/** As given, else beside the model, else registered with it; `dir` is where the model `name` lies. */
export const suiteOf = async (
  args: Arguments,
  given: Suite | undefined,
  name: string,
  dir: string,
): Promise<Suite | undefined> => {
  if (given !== undefined) return given;
  if (existsSync(join(dir, 'suite.json'))) return suiteAt(dir);
  return dir === name ? undefined : registeredSuite(args, name);
};

const registeredSuite = async (args: Arguments, name: string): Promise<Suite | undefined> => {
  const stores = localStores(args.dir, { lock: false });
  try {
    const { suite } = (await stores.models.get(name)).model;
    return suite === undefined ? undefined : readSuite(await stores.artifacts.get(suite));
  } finally {
    stores.close();
  }
};

/** Generated people, whom no model can know. */
export const generatedPeople = ({ frame }: Framing): Suite => {
  const suite = { ...makePeople({ seed: 1 }), subjects: [], facts: [], unknown: [] };
  return frame ? inChat(suite, frame) : suite;
};
