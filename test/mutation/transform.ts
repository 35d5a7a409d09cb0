// Jest's transform with mutants sown into the files that QUITTANCE_SOWN names, each with ids of its own (asking.ts).
// Every other file goes through as it always does.
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import swc from '@swc/jest';
import { sown } from './mutants.ts';
import { STRIDE } from './asking.ts';

type Options = Parameters<typeof swc.createTransformer>[0];
type Transformer = ReturnType<typeof swc.createTransformer>;

const TOOL = readFileSync(new URL('mutants.ts', import.meta.url), 'utf8');
const fields = (process.env['QUITTANCE_SOWN'] ?? '').split(delimiter);

export const createTransformer = (options: Options): Transformer => {
  const plain = swc.createTransformer(options);
  const seed = (source: string, path: string) =>
    fields.includes(path) ? sown(source, STRIDE * fields.indexOf(path)).text : source;
  return {
    ...plain,
    process: (source, path, rest) => plain.process!(seed(source, path), path, rest),
    processAsync: (source, path, rest) => plain.processAsync!(seed(source, path), path, rest),
    getCacheKey: (source, path, rest) =>
      plain.getCacheKey!(`${fields.includes(path) ? `${TOOL}${fields.indexOf(path)}` : ''}${source}`, path, rest),
  };
};

export default { createTransformer };
