// What mutants are sown into, and the tests that should find them: the code that refuses, signs and forgets.
import { join } from 'node:path';

export interface Target {
  readonly file: string;
  /** Test files or folders of them, from the root. */
  readonly tests: readonly string[];
}

/** Of the verifier: each file by the tests that are about it, as all of them together take minutes a mutant. */
const VERIFIERS: Readonly<Record<string, readonly string[]>> = {
  signatures: ['service-key-rules', 'signatures', 'seal'],
  listing: ['seal', 'signatures', '../verify'],
  filed: ['filed-rules', 'claims', 'evidence'],
  approval: ['signatures', 'without-approver'],
  log: ['log-rules', 'log-notes', 'closing'],
  history: ['replay', 'closing'],
  agreement: ['agreement'],
  evidence: ['results'],
  results: ['results'],
  'certified-model': ['claims'],
  claims: ['claims'],
  renewals: ['renewal-rules'],
  'renewal-statement': ['renewal-rules'],
  'renewal-suite': ['renewal-rules'],
  references: ['reference-rules', '../bundle'],
  closing: ['closing'],
  counts: ['count-rules'],
  'bundle-reader': ['signatures', 'seal', 'log', 'evidence'],
  'key-ends': ['service-key-rules', 'approval-key'],
  'approval-key': ['approval-key', 'stamp-rules'],
  bounds: ['bounds'],
  unwrapped: ['unwrapped'],
  timestamps: ['stamp-rules'],
};

export const TARGETS: readonly Target[] = [
  {
    file: 'core/guards.ts',
    tests: ['guards', 'two-people'].map((name) => `test/unit/core/${name}.test.ts`),
  },
  {
    file: 'core/gate.ts',
    tests: ['gate', 'gate-edges', 'gate-few', 'gate-chance'].map((name) => `test/unit/core/${name}.test.ts`),
  },
  {
    file: 'core/verify.ts',
    tests: ['verify/seal', 'verify/closing', 'verify'].map((name) => `test/unit/core/${name}.test.ts`),
  },
  ...Object.entries(VERIFIERS).map(([name, tests]) => ({
    file: `core/verify/${name}.ts`,
    tests: tests.map((one) => join('test/unit/core/verify', `${one}.test.ts`)),
  })),
  {
    file: 'adapters/local/file-signer.ts',
    tests: ['test/contract/local.test.ts', 'test/unit/adapters/local/files.test.ts'],
  },
  { file: 'core/people-signer.ts', tests: ['test/unit/core/people-signer.test.ts'] },
  ...['adapters/local/people-keys.ts', 'adapters/aws/people-keys.ts'].map((file) => ({
    file,
    tests: ['test/unit/adapters/people-keys.test.ts'],
  })),
  {
    file: 'adapters/local/file-vault.ts',
    tests: ['test/contract/local.test.ts', 'test/unit/adapters/local/vault.test.ts'],
  },
  {
    file: 'adapters/local/vault-objects.ts',
    tests: ['vault-objects', 'vault'].map((name) => `test/unit/adapters/local/${name}.test.ts`),
  },
];
