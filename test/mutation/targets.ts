// What mutants are sown into, and the tests that should find them: the code that refuses, signs and forgets.

export interface Target {
  readonly file: string;
  /** Test files or folders of them, from the root. */
  readonly tests: readonly string[];
}

const VERIFY = ['test/unit/core/verify', 'test/unit/core/verify.test.ts'];

export const TARGETS: readonly Target[] = [
  { file: 'core/guards.ts', tests: ['test/unit/core/guards.test.ts', 'test/unit/core/transitions.test.ts'] },
  { file: 'core/gate.ts', tests: ['test/unit/core/gate.test.ts', 'test/unit/core/verify/evidence.test.ts'] },
  { file: 'core/verify.ts', tests: VERIFY },
  { file: 'core/verify/bundle-reader.ts', tests: VERIFY },
  { file: 'core/verify/evidence.ts', tests: VERIFY },
  { file: 'core/verify/log.ts', tests: VERIFY },
  { file: 'core/verify/signatures.ts', tests: VERIFY },
  {
    file: 'adapters/local/file-signer.ts',
    tests: ['test/contract/local.test.ts', 'test/unit/adapters/local/files.test.ts'],
  },
  {
    file: 'adapters/local/file-vault.ts',
    tests: ['test/contract/local.test.ts', 'test/unit/adapters/local/vault.test.ts'],
  },
];

/** A mutant that no test can find, by what its line says. */
export interface Equivalent {
  readonly line: string;
  readonly was: string;
  readonly becomes: string;
  readonly why: string;
}

const NARROWED =
  'the operand tells the compiler what the rest may read; of any other event that is undefined, and equal to nothing';

export const EQUIVALENT: Readonly<Record<string, readonly Equivalent[]>> = {
  'core/guards.ts': [
    {
      line: "unless(event.type === 'run-planned' && event.policy === ticket.policy, 'TICKET_ILLEGAL_TRANSITION', () => ({",
      was: "event.type === 'run-planned' && event.policy === ticket.policy",
      becomes: '(event.policy === ticket.policy)',
      why: NARROWED,
    },
    {
      line: "unless('evidence' in event && 'evidence' in ticket && event.evidence === ticket.evidence, 'APPROVAL_STALE', () => ({",
      was: "'evidence' in event && 'evidence' in ticket && event.evidence === ticket.evidence",
      becomes: "('evidence' in ticket) && (event.evidence === ticket.evidence)",
      why: NARROWED,
    },
  ],
};
