// Jest's transform with mutants sown into one file: QUITTANCE_SOWN, its path. Every other file goes through as it
// always does.
import { readFileSync } from 'node:fs';
import swc from '@swc/jest';
import { sown } from './mutants.ts';

type Options = Parameters<typeof swc.createTransformer>[0];
type Transformer = ReturnType<typeof swc.createTransformer>;

const TOOL = readFileSync(new URL('mutants.ts', import.meta.url), 'utf8');
const field = process.env['QUITTANCE_SOWN'];

export const createTransformer = (options: Options): Transformer => {
  const plain = swc.createTransformer(options);
  const seed = (source: string, path: string) => (path === field ? sown(source).text : source);
  return {
    ...plain,
    process: (source, path, rest) => plain.process!(seed(source, path), path, rest),
    processAsync: (source, path, rest) => plain.processAsync!(seed(source, path), path, rest),
    getCacheKey: (source, path, rest) => plain.getCacheKey!(path === field ? TOOL + source : source, path, rest),
  };
};

export default { createTransformer };
