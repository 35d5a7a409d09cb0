// The arrows of the layout (docs/walkthrough.md, "Layout"). `reachable` also forbids detours through another folder.
const folder = (name) => `^${name}/`;
const forbid = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });
const only = (name, allowed) =>
  forbid(
    `${name}-imports`,
    { path: folder(name) },
    {
      pathNot: [
        ...allowed.map(folder),
        folder(name),
        '^node_modules',
        '^node:',
        '^(fs|path|crypto|os|util|url|module|events|stream|child_process|worker_threads|http|zlib|buffer|assert|process|perf_hooks|timers|readline|tty|sqlite|v8|vm|net|async_hooks)(/|$)',
      ],
    },
    `${name} may import ${allowed.join(', ') || 'nothing else of ours'}`,
  );
const never = (name, path, comment) =>
  forbid(`${name}-never-reaches`, { path: folder(name) }, { path, reachable: true }, comment);

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
      { path: '^core/' },
      { pathNot: ['^core/', '^node_modules/zod/', '^(node:)?crypto$'] },
      'core imports itself, zod and node:crypto',
    ),
    only('functions', ['core', 'portal']),
    only('containers', ['core']),
    only('adapters/aws', ['core']),
    only('adapters/local', ['core']),
    only('portal', ['core']),
    only('cli', [
      'core',
      'entry',
      'containers',
      'adapters',
      'functions',
      'portal',
      'workflows',
      'policies',
      'test/bench',
    ]),
    only('infra', ['core', 'functions', 'workflows']),
    forbid(
      'portal-only-for-api',
      { path: '^functions/', pathNot: '^functions/api' },
      { path: '^portal/' },
      'only the HTTP app draws pages',
    ),
    forbid(
      'tensorflow-through-tf',
      { path: '^(containers|cli|entry)/', pathNot: '^containers/engine/(tf|backends/)' },
      { path: '@tensorflow' },
      'engine/tf.ts is the one door to TensorFlow.js',
    ),
    forbid(
      'nobody-imports-entry',
      { path: '^(core|functions|containers|adapters|portal|infra)/' },
      { path: '^entry/' },
      'composition roots are leaves',
    ),
    never('functions', '@tensorflow', 'a Lambda never loads the engine'),
    never('core', '@aws-sdk|@tensorflow|hono', 'the domain has no SDK'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
