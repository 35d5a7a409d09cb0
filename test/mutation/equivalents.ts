// Mutants that no test can tell from the code, each with the reason: those of the verifier have a file of their own.
import { NARROWED, OF_THE_VERIFIER, type Equivalent } from './verifier-equivalents.ts';

export const EQUIVALENT: Readonly<Record<string, readonly Equivalent[]>> = {
  'adapters/local/people-keys.ts': [
    ...[
      { was: '!isQuittanceError(error)', becomes: 'false' },
      { was: 'throw error;', becomes: '' },
    ].map((one) => ({
      ...one,
      line: 'if (!isQuittanceError(error)) throw error;',
      why: 'what decrypts under the passphrase is the key that was put there, so that nothing else is thrown',
    })),
  ],
  ...OF_THE_VERIFIER,
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
  'adapters/local/vault-objects.ts': [
    ...(
      [
        ['const LARGEST_ROW = 16 * 1024;', '16', '16 + 1'],
        ['const LARGEST_ROW = 16 * 1024;', '1024', '1024 + 1'],
        [
          '(encrypted.byteLength > LARGEST_ROW ? putFile : putRow)(ticketId, name, encrypted),',
          'encrypted.byteLength > LARGEST_ROW',
          '(encrypted.byteLength) >= (LARGEST_ROW)',
        ],
      ] as const
    ).map(([line, was, becomes]) => ({
      ...{ line, was, becomes },
      why: 'an object of about that size is kept as well in a row as in a file',
    })),
    {
      line: 'if (rowOf(db, ticketId, name)) await grouped(db, () => remove.run(ticketId, name));',
      was: 'rowOf(db, ticketId, name)',
      becomes: 'true',
      why: 'a row that is not there is deleted without effect; asked first, nothing waits for a write',
    },
  ],
  'adapters/local/file-vault.ts': [
    ...['rowOf(db, ticketId)?.objects', "''"].map((becomes) => ({
      line: "return z.array(z.string()).parse(JSON.parse(rowOf(db, ticketId)?.objects ?? '[]'));",
      was: becomes === "''" ? "'[]'" : "rowOf(db, ticketId)?.objects ?? '[]'",
      becomes,
      why: 'the row was written a moment before, with its names; only the compiler does not know',
    })),
  ],
  'core/guards.ts': [
    {
      line: "const second = first !== undefined && others.every((other) => !couldBeOne(event.by, other ?? ''));",
      was: "other ?? ''",
      becomes: 'other',
      why: 'that there is a first person was asked a moment before; only the compiler does not know',
    },
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
      line: "const second = first !== undefined && others.every((other) => !couldBeOne(event.by, other ?? ''));",
      was: "''",
      becomes: "'mutant'",
      why: 'where the first person is there, so are all of the others; only the compiler does not know',
    },
    {
      line: "const second = first !== undefined && others.every((other) => !couldBeOne(event.by, other ?? ''));",
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
