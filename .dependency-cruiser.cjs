// The arrows between rooms (docs/architecture.md). A room may import the rooms that its line in .rooms.json names, and itself.
// `reachable` also forbids detours through another room.
const ROOMS = require('./.rooms.json');

const NODE =
  '^(fs|path|crypto|os|util|url|module|events|stream|child_process|worker_threads|http|zlib|buffer|assert|process|perf_hooks|timers|readline|tty|sqlite|v8|vm|net|https|dns|async_hooks)(/|$)';
const inRoom = (name) => `^${name}/`;
const forbid = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
const only = ([name, allowed]) =>
  forbid(
    `${name}-imports`,
    { path: inRoom(name) },
    { pathNot: [...allowed.map(inRoom), inRoom(name), '^package\\.json$', '^node_modules', '^node:', NODE] },
    `${name} may import ${allowed.join(', ') || 'nothing else of ours'}`,
  );
const never = (name, path, comment) =>
  forbid(`${name}-never-reaches`, { path: inRoom(name) }, { path, reachable: true }, comment);

module.exports = {
  forbidden: [
    // a link that only types make is gone at run time
    forbid(
      'no-cycles',
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
      'a cycle means two files are one',
    ),
    forbid(
      'core-is-pure',
      { path: '^core/', pathNot: '^core/timestamp/' },
      { pathNot: ['^core/', '^node_modules/zod/', '^(node:)?crypto$'] },
      'core imports itself, zod and node:crypto',
    ),
    forbid(
      'timestamps-are-asn1',
      { path: '^core/timestamp/' },
      { pathNot: ['^core/', '^node_modules/(zod|asn1js)/', '^(node:)?crypto$'] },
      'timestamps alone are read by a decoder of ASN.1',
    ),
    ...Object.entries(ROOMS).map(only),
    forbid(
      'portal-only-for-api',
      { path: '^functions/', pathNot: '^functions/api' },
      { path: '^portal/' },
      'only the HTTP app draws pages',
    ),
    forbid(
      'tensorflow-through-tf',
      { path: '.', pathNot: '^(engine/(tf|backends/)|node_modules|test/)' },
      { path: '@tensorflow' },
      'engine/tf.ts is the one door to TensorFlow.js',
    ),
    forbid(
      'product-never-imports-test',
      { pathNot: '^test/' },
      { path: '^test/' },
      'what ships does not rest on tests',
    ),
    never('functions', '@tensorflow', 'a Lambda never loads the engine'),
    never('core', '@aws-sdk|@tensorflow|hono', 'the domain has no SDK'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|cdk\\.out)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
