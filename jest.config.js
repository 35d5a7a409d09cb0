// Native ESM under jest: swc strips the types, `npm run types` checks them.
const common = {
  testEnvironment: './test/support/environment.js', // node, with native typed arrays
  testEnvironmentOptions: { globalsCleanup: 'off' }, // the clean-up walks into TensorFlow's engine
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true }, // without, jest warns of every JSON file
        },
        module: { type: 'es6' },
      },
    ],
  },
  globalSetup: '<rootDir>/test/support/run-folder.js',
  globalTeardown: '<rootDir>/test/support/run-folder-end.js',
  setupFilesAfterEnv: ['<rootDir>/test/support/setup.ts'],
};
const project = (name, dir = name) => ({
  ...common,
  displayName: name,
  testMatch: [`<rootDir>/test/${dir}/**/*.test.ts`],
});

export default {
  // `cloud` needs emulators or an account: `npm run test:cloud` starts them
  projects: ['unit', 'contract', 'workflow', 'infra', 'e2e', ...(process.env.QUITTANCE_CLOUD ? ['cloud'] : [])].map(
    (name) => project(name),
  ),
  maxWorkers: 2,
  workerIdleMemoryLimit: '2GB', // modules of a test file that ended are not all given back; hundreds fill a worker's heap
  testTimeout: 3_600_000, // ends a test that hangs; what a busy machine needs for the others is not ours to say
};
