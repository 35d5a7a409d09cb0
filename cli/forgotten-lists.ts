// The lists of whom registered models have forgotten, which training sets are held against.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { forgottenBy } from '#core/forgotten.ts';
import type { NamedList } from '#datasets/corpus/screen.ts';
import type { Arguments } from './command.ts';
import { registryOf } from './registry.ts';

/** Those of the named models, MODEL_NOT_FOUND of one that is not registered. */
export const listsOf = async (args: Arguments, names: readonly string[]): Promise<NamedList[]> =>
  (await registryOf(args)).read(({ models, vault }) =>
    Promise.all(
      names.map(async (model) => {
        await models.get(model);
        return { model, list: await forgottenBy(vault, model) };
      }),
    ),
  );

/** Those of every model of the data folder, as far as they have anybody on them; none where there is no data folder. */
export const allLists = async (args: Arguments): Promise<NamedList[]> => {
  if (!existsSync(join(args.dir, 'state.sqlite'))) return [];
  const names = await (await registryOf(args)).read(async ({ models }) => models.list());
  const lists = await listsOf(
    args,
    names.map(({ name }) => name),
  );
  return lists.filter(({ list }) => list.people > 0);
};
