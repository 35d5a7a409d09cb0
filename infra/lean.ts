// What packages carry that a bundle never asks for, left out by esbuild plugins.
// Trap: a package's next version may move a file, so that a plugin finds nothing to leave out; the bounds on sizes in
// test/infra say so.
import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const LEFT_OUT = "const leftOut = () => { throw new Error('left out of this bundle: see infra/lean.ts'); };";

/**
 * Of zod: English alone, and not what nothing here calls, which its namespace `z` would keep. The names stay, so that a
 * call says what is missing, and a name that zod adds fails the build.
 */
export const leanZod: Plugin = {
  name: 'lean-zod',
  setup: (build) => {
    const replace = (filter: RegExp, contents: string) => build.onLoad({ filter }, () => ({ contents }));
    replace(/zod\/v4\/locales\/index\.js$/, "export { default as en } from './en.js';");
    replace(/zod\/v4\/classic\/from-json-schema\.js$/, `${LEFT_OUT} export { leftOut as fromJSONSchema };`);
    replace(
      /zod\/v4\/core\/compile\.js$/,
      `${LEFT_OUT} export { leftOut as compile, leftOut as withParser, leftOut as compileFn };
       export const INVALID = Symbol.for('zod.compile.invalid');
       export class ZodCompileAsyncError extends Error {}
       export class ZodCompileUnsupportedError extends Error {}`,
    );
  },
};

/** Of zod: what writes a schema as JSON Schema, which only the API's description of itself and the docs ask for. */
export const withoutJsonSchema: Plugin = {
  name: 'without-json-schema',
  setup: (build) => {
    build.onLoad({ filter: /zod\/v4\/core\/json-schema-processors\.js$/ }, async ({ path }) => {
      const names = [...(await readFile(path, 'utf8')).matchAll(/^export (?:const|function) (\w+)/gm)];
      return { contents: `${LEFT_OUT} export { ${names.map(([, name]) => `leftOut as ${name}`).join(', ')} };` };
    });
  },
};

/**
 * Of d3: colours, which a scale between numbers never asks for; all scales of the charts are such. And curves and ways
 * between values that nothing asks for: each is made by a call when its file is read, which a bundler keeps unless it
 * is told that the call does nothing else, and has its methods put on its prototype, which it always keeps. The charts
 * draw straight lines and steps; another curve would throw at its first point.
 */
export const leanD3: Plugin = {
  name: 'lean-d3',
  setup: (build) => {
    const names = ['color', 'rgb', 'hsl', 'lab', 'hcl', 'cubehelix'].map((name) => `leftOut as ${name}`);
    build.onLoad({ filter: /d3-color[\\/](?:dist|src)[\\/][\w-]+\.m?js$/ }, () => ({
      contents: `${LEFT_OUT} export { ${names.join(', ')} };`,
    }));
    build.onLoad({ filter: /d3-(?:shape|interpolate|scale|array)[\\/]dist[\\/][\w-]+\.mjs$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(MADE_WHEN_READ, '$&/* @__PURE__ */ ').replaceAll(CURVES, ''),
    }));
  },
};

/** `var hsl = hsl(hue)` and `var bundle = (function custom(beta) {`, at the head of a line. */
const MADE_WHEN_READ = /^(?:var|const) [\w$]+ = (?=\(function \w+\(|[\w$]+\()/gm;
/** `Basis.prototype = {` to the brace at the head of a line. */
const CURVES = /^\(?(?!(?:Linear|Step|path)\.)\w+\.prototype = [\s\S]*?^\};?\n/gm;

/**
 * Of the SDK's clients: a schema that no command in the bundle names, and all of a package.json but its version. The
 * generated schemas write the keys of their objects as `[_hE]`, with constants; a bundler has to take such a key for
 * code that may do something, and keeps the schema. Written as the text that they stand for, unused schemas fall away.
 */
export const leanSdk: Plugin = {
  name: 'lean-sdk',
  setup: (build) => {
    build.onLoad({ filter: /@aws-sdk[\\/][^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_0\.js$/ }, async ({ path }) => ({
      contents: plainKeys(await readFile(path, 'utf8')),
    }));
    build.onLoad({ filter: /@aws-sdk[\\/]client-[^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

const plainKeys = (source: string): string => {
  const texts = new Map([...source.matchAll(/^const (_\w+) = ("[^"\\]*");$/gm)].map(([, name, text]) => [name, text]));
  return source.replace(/\[(_\w+)\]:/g, (key, name: string) => (texts.has(name) ? `${texts.get(name)}:` : key));
};
