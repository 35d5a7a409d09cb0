// What mutants are sown into, and the tests that should find them: the code that refuses, signs and forgets.
import { join } from 'node:path';

export interface Target {
  readonly file: string;
  /** Test files or folders of them, from the root. */
  readonly tests: readonly string[];
}

/** Of the verifier: each file by the tests that are about it, as all of them together take minutes a mutant. */
const VERIFIERS: Readonly<Record<string, readonly string[]>> = {
  signatures: ['signatures', 'seal', 'evidence'],
  log: ['log-rules', 'log-notes', 'closing'],
  history: ['replay', 'closing'],
  agreement: ['agreement'],
  evidence: ['results'],
  results: ['results'],
  'certified-model': ['evidence', 'model-signing', 'without-approver'],
  claims: ['evidence', 'counts'],
  renewals: ['renewals', 'log', 'without-approver'],
  references: ['../bundle', 'golden-bundle', 'evidence'],
  closing: ['closing'],
  counts: ['counts', 'without-approver'],
  'bundle-reader': ['signatures', 'seal', 'log', 'evidence'],
  'approval-key': ['approval-key', '../../functions/end-key', '../../functions/attested'],
  bounds: ['bounds'],
  unwrapped: ['unwrapped'],
  timestamps: ['../../functions/attested'],
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
  ...['adapters/local/people-keys.ts', 'adapters/aws/people-keys.ts', 'core/people-signer.ts'].map((file) => ({
    file,
    tests: ['test/unit/adapters/people-keys.test.ts'],
  })),
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
  'core/verify/closing.ts': [
    {
      line: "return ticket.status === 'PURGED' ? ticket.outcome : undefined;",
      was: "ticket.status === 'PURGED'",
      becomes: 'true',
      why: 'no other ticket that is not closed has an outcome; only the compiler does not know',
    },
  ],
  'core/verify/agreement.ts': [
    {
      line: 'const last = run.trajectory.at(-1)?.update ?? 0;',
      was: '0',
      becomes: '0 + 1',
      why: 'a run that followed nothing made one update or more, as was asked a line above',
    },
  ],
  'core/verify/bounds.ts': [
    {
      line: 'let [values, depth, deepest, inString] = [0, 0, 0, false];',
      was: '0',
      becomes: '0 + 1',
      why: 'of `deepest`: how deep it goes matters from the 65th level on',
    },
    {
      line: 'for (let at = 0; at < json.length; at++) {',
      was: 'at < json.length',
      becomes: '(at) <= (json.length)',
      why: 'behind the last byte there is none, which is no value and no bracket',
    },
    {
      line: 'return [...text.matchAll(/"((?:[A-Za-z0-9+/]|\\\\\\/){16,}={0,2})"/g)].map(([, base64 = \'\']) =>',
      was: "''",
      becomes: "'mutant'",
      why: 'what matched has its group; only the compiler does not know',
    },
    {
      line: "Buffer.from(base64.replaceAll('\\\\', ''), 'base64'),",
      was: "'\\\\'",
      becomes: "''",
      why: "Node's decoder leaves out what is no base64; nobody promises it",
    },
  ],
  'core/verify/unwrapped.ts': [
    {
      line: 'if (digest === undefined || !NOTE.test(name) || bytes.length > LONGEST) return [name, bytes] as const;',
      was: 'digest === undefined || !NOTE.test(name) || bytes.length > LONGEST',
      becomes: '(!NOTE.test(name)) || (bytes.length > LONGEST)',
      why: 'no bytes have a digest that is undefined, so those of a note that is not listed stay as they are',
    },
    {
      line: "return Listed.parse(JSON.parse(Buffer.from(index ?? []).toString('utf8'))).files;",
      was: 'index ?? []',
      becomes: 'index',
      why: 'nothing cannot be read as JSON either, whichever way',
    },
    ...[
      "return Listed.parse(JSON.parse(Buffer.from(index ?? []).toString('utf8'))).files;",
      "rest = Buffer.from(text.slice(0, last.index + 1), 'utf8');",
      "const text = Buffer.from(rest).toString('utf8');",
    ].map((line) => ({
      line,
      was: "'utf8'",
      becomes: "''",
      why: 'an encoding without a name is UTF-8',
    })),
    {
      line: "const first = names[0] ?? '';",
      was: "''",
      becomes: "'mutant'",
      why: 'where there is no name there is no folder in it',
    },
  ],
  'core/gate.ts': [
    ...['(chance)', '(sampling)'].map((one) => ({
      line: '...(sampling && chance && { sampling: { ...sampling, alpha: chance.alpha } }),',
      was: 'sampling && chance && { sampling: { ...sampling, alpha: chance.alpha } }',
      becomes: `${one} && ({ sampling: { ...sampling, alpha: chance.alpha } })`,
      why: 'each is there where the other is; only the compiler does not know',
    })),
    {
      line: "verdict !== 'pass' && gates.some((gate) => gate.verdict !== 'pass' && gate.needs === undefined);",
      was: "verdict !== 'pass' && gates.some((gate) => gate.verdict !== 'pass' && gate.needs === undefined)",
      becomes: "(gates.some((gate) => gate.verdict !== 'pass' && gate.needs === undefined))",
      why: 'under a verdict of pass every gate passed or needs more records',
    },
    {
      line: 'finding.value === null || finding.n >= least ? finding : tooFew(finding, Math.max(least, finding.needs ?? 0));',
      was: '0',
      becomes: '0 + 1',
      why: 'a check that was measured on less than it needs needs two records or more',
    },
    {
      line: 'const [low, high] = bound?.bound ?? [1, 0];',
      was: '1',
      becomes: '1 + 1',
      why: 'no AUC is bounded above 1',
    },
    {
      line: 'const needed = one.referenceAtLeast ?? 1;',
      was: 'one.referenceAtLeast ?? 1',
      becomes: 'one.referenceAtLeast',
      why: 'a reference of none was refused a line above, and one or more are not less than undefined either',
    },
    {
      line: '...alike(within(found.value, ends), found.value > ends.most),',
      was: 'found.value > ends.most',
      becomes: '(found.value) >= (ends.most)',
      why: 'asked of a value that is not within the bounds, which are within them themselves',
    },
  ],
  'adapters/local/file-vault.ts': [
    {
      line: "return (await readdir(folder)).filter((name) => !name.endsWith('.tmp')).sort();",
      was: "(await readdir(folder)).filter((name) => !name.endsWith('.tmp')).sort()",
      becomes: "(await readdir(folder)).filter((name) => !name.endsWith('.tmp'))",
      why: 'libuv sorts what it reads of a folder; Node does not promise it',
    },
    ...['rowOf(db, ticketId)?.objects', "''"].map((becomes) => ({
      line: "return z.array(z.string()).parse(JSON.parse(rowOf(db, ticketId)?.objects ?? '[]'));",
      was: becomes === "''" ? "'[]'" : "rowOf(db, ticketId)?.objects ?? '[]'",
      becomes,
      why: 'the row was written a moment before, with its names; only the compiler does not know',
    })),
  ],
  'core/guards.ts': [
    {
      line: "(event.type === 'act-proposed' && event.act === 'released');",
      was: "event.type === 'act-proposed' && event.act === 'released'",
      becomes: "(event.act === 'released')",
      why: NARROWED,
    },
    {
      line: "if (event.type === 'act-proposed' && event.act === 'released') return event.reason === undefined;",
      was: "event.type === 'act-proposed' && event.act === 'released'",
      becomes: "(event.act === 'released')",
      why: NARROWED,
    },
    {
      line: "const proposal = 'proposal' in ticket ? ticket.proposal : undefined;",
      was: "'proposal' in ticket",
      becomes: 'true',
      why: 'of a ticket that has none it is undefined as well; only the compiler does not know',
    },
    ...[
      "(event.type === 'closed') || (event.outcome === 'refused')",
      "(event.outcome === 'refused')",
      "(event.type === 'closed')",
    ].map((becomes) => ({
      line: "const refuses = event.type === 'partly-refused' || (event.type === 'closed' && event.outcome === 'refused');",
      was: "event.type === 'closed' && event.outcome === 'refused'",
      becomes,
      why: 'the filer never comes so far with another end than a refusal: `needsTwo`',
    })),
    {
      line: "const second = first !== undefined && others.every((other) => !sameName(event.by, other ?? ''));",
      was: "''",
      becomes: "'mutant'",
      why: 'where the first person is there, so are all of the others; only the compiler does not know',
    },
    {
      line: "const second = first !== undefined && others.every((other) => !sameName(event.by, other ?? ''));",
      was: "other ?? ''",
      becomes: 'other',
      why: 'where the first person is there, so are all of the others; only the compiler does not know',
    },
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
