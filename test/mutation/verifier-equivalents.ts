// Mutants of the verifier that no test can tell from the code, by what their line says, each with the reason. Trap: a
// line that is edited no longer matches, and its mutant counts as alive until somebody has looked again.

/** A mutant that no test can find, by what its line says. */
export interface Equivalent {
  readonly line: string;
  readonly was: string;
  readonly becomes: string;
  readonly why: string;
}

export const NARROWED =
  'the operand tells the compiler what the rest may read; of any other event that is undefined, and equal to nothing';

export const OF_THE_VERIFIER: Readonly<Record<string, readonly Equivalent[]>> = {
  'core/verify/renewals.ts': [
    ...[
      "return bundle.events.filter(({ type, index }) => type === 'recertified' && index > certified);",
      "const undone = bundle.events.some(({ type, index }) => type === 'rolled-back' && index > certified);",
    ].map((line) => ({
      line,
      was: 'index > certified',
      becomes: '(index) >= (certified)',
      why: 'at that place stands the certificate itself, which is no such event',
    })),
  ],
  'core/verify/renewal-statement.ts': [
    {
      line: 'const renewal = read.get(event) ?? readRenewal(bundle, event);',
      was: 'read.get(event) ?? readRenewal(bundle, event)',
      becomes: 'readRenewal(bundle, event)',
      why: 'read once or as often as it is asked for: the same statement',
    },
    { line: 'read.set(event, renewal);', was: 'read.set(event, renewal);', becomes: '', why: 'the same' },
  ],
  'core/verify/references.ts': [
    {
      line: "} else if (typeof value === 'object' && value !== null)",
      was: "typeof value === 'object' && value !== null",
      becomes: '(value !== null)',
      why: 'a number or a truth value has no members; only the compiler does not know',
    },
  ],
  'core/verify/counts.ts': [
    {
      line: 'const within = !unit || (sum >= unit[0] * n - slack && sum <= unit[1] * n + slack);',
      was: 'unit[0] * n',
      becomes: '(unit[0]) / (n)',
      why: 'the least value of every unit of a mean is 0 or minus infinity, times or by any number the same',
    },
  ],
  'core/verify/timestamps.ts': [
    ...[
      { was: "!isQuittanceError(error, 'TIMESTAMP_INVALID')", becomes: 'false' },
      { was: 'throw error;', becomes: '' },
    ].map((one) => ({
      ...one,
      line: "if (!isQuittanceError(error, 'TIMESTAMP_INVALID')) throw error;",
      why: 'a token throws nothing else; a fault of ours would fail the check as well, in worse words',
    })),
  ],
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
  'core/verify/history.ts': [
    ...["'unknown'", "'none'"].map((was) => ({
      line: "calendar: { region: 'unknown', timeZone: 'UTC', source: 'none', holidays: [] },",
      was,
      becomes: "''",
      why: 'no rule on events reads where the calendar came from',
    })),
    {
      line: 'const ticket = walked.get(bundle) ?? walk(bundle);',
      was: 'walked.get(bundle) ?? walk(bundle)',
      becomes: 'walk(bundle)',
      why: 'walked once or as often as it is asked for: the same ticket',
    },
    { line: 'walked.set(bundle, ticket);', was: 'walked.set(bundle, ticket);', becomes: '', why: 'the same' },
    ...[
      { was: '!isQuittanceError(error)', becomes: 'false' },
      { was: 'throw error;', becomes: '' },
    ].map((one) => ({
      ...one,
      line: 'if (!isQuittanceError(error)) throw error;',
      why: 'the table throws nothing else; a fault of ours would fail the check as well, in worse words',
    })),
    {
      line: "if (ticket.status === 'PURGED' && ticket.sealed !== undefined) return { ...ticket, sealed: ticket.sealed };",
      was: "ticket.status === 'PURGED' && ticket.sealed !== undefined",
      becomes: '(ticket.sealed !== undefined)',
      why: NARROWED,
    },
    {
      line: "requireThat(run.verdict === 'pass', 'the history certifies a run that did not pass');",
      was: "requireThat(run.verdict === 'pass', 'the history certifies a run that did not pass');",
      becomes: '',
      why: 'the table opens no approval for such a run; said again, as everything rests on it',
    },
    ...[
      '(served.digest === deployed.digest) && (deployed.previous === run.base)',
      '(run.candidate === deployed.digest) && (deployed.previous === run.base)',
    ].map((becomes) => ({
      line: 'run.candidate === deployed.digest && served.digest === deployed.digest && deployed.previous === run.base,',
      was: 'run.candidate === deployed.digest && served.digest === deployed.digest && deployed.previous === run.base',
      becomes,
      why: 'the table deploys and probes nothing else; said again, as everything rests on it',
    })),
    {
      line: "const last = events.at(-1) ?? fail('the bundle has no event');",
      was: "events.at(-1) ?? fail('the bundle has no event')",
      becomes: 'events.at(-1)',
      why: 'a history without an event was refused a line above; only the compiler does not know',
    },
  ],
  'core/verify/log.ts': [
    {
      line: 'return at !== undefined && at * 1000 >= from - CLOCKS_DIFFER_MS && at * 1000 <= to + CLOCKS_DIFFER_MS;',
      was: 'at !== undefined && at * 1000 >= from - CLOCKS_DIFFER_MS && at * 1000 <= to + CLOCKS_DIFFER_MS',
      becomes: '(at * 1000 >= from - CLOCKS_DIFFER_MS) && (at * 1000 <= to + CLOCKS_DIFFER_MS)',
      why: 'no time is later than any other: of undefined the comparison is false; only the compiler does not know',
    },
    {
      line: 'at.every((index, i) => i === 0 || index > at[i - 1]!),',
      was: 'index > at[i - 1]!',
      becomes: '(index) >= (at[i - 1]!)',
      why: 'two events of one place were refused a moment before',
    },
    {
      line: 'const { caseObjects = 0 } = bundle.certificate.approval;',
      was: '0',
      becomes: '0 + 1',
      why: 'that one object was destroyed at least was asked two lines above',
    },
  ],
  'core/verify/approval-key.ts': [
    {
      line: "bundle.trustRoot.keys.find(({ id, role }) => id === keys.approver && role === 'person') ??",
      was: "bundle.trustRoot.keys.find(({ id, role }) => id === keys.approver && role === 'person')",
      becomes: "bundle.trustRoot.keys.findLast(({ id, role }) => id === keys.approver && role === 'person')",
      why: 'a trust root with a key twice fails its own check, whichever of the two is looked up',
    },
  ],
  'core/verify/evidence.ts': [
    {
      line: "requireThat(planned.index < bundle.event('unlearned').index, 'the thresholds were logged after the run');",
      was: "planned.index < bundle.event('unlearned').index",
      becomes: "(planned.index) <= (bundle.event('unlearned').index)",
      why: 'two events of one place are refused by the order of events',
    },
  ],
  'core/verify/certified-model.ts': [
    {
      line: "const again = modelSigningStatement(statement.subject[0]?.name ?? '', filesOf(certifiedChain(bundle)));",
      was: "''",
      becomes: "'mutant'",
      why: 'a list that is about nothing is another one than is made here, whatever name that has',
    },
  ],
  'core/verify/results.ts': [
    {
      line: "judged.get(bundle) ?? judge(bundle.json('tables.json', EvaluationTables), bundle.json('policy.json', GatePolicy));",
      was: "judged.get(bundle) ?? judge(bundle.json('tables.json', EvaluationTables), bundle.json('policy.json', GatePolicy))",
      becomes: "judge(bundle.json('tables.json', EvaluationTables), bundle.json('policy.json', GatePolicy))",
      why: 'judged once or as often as it is asked for: the same judgement',
    },
    { line: 'judged.set(bundle, again);', was: 'judged.set(bundle, again);', becomes: '', why: 'the same' },
    {
      line: "agrees('sampling' in given ? given.sampling : undefined, again.sampling),",
      was: "'sampling' in given",
      becomes: 'true',
      why: 'of a judgement that has none it is undefined as well; only the compiler does not know',
    },
    ...[
      "(typeof given === 'number') || (typeof again === 'number')",
      "(typeof again === 'number')",
      "(typeof given === 'number')",
    ].map((becomes) => ({
      line: "if (typeof given === 'number' && typeof again === 'number') return close(given, again);",
      was: "typeof given === 'number' && typeof again === 'number'",
      becomes,
      why: 'a number is close to nothing that is none; only the compiler does not know',
    })),
    {
      line: 'const how = ({ sampling }: EvaluationTables) => canonicalize({ ...sampling, seed: 0 });',
      was: '0',
      becomes: '0 + 1',
      why: 'any seed, so that it is the same in both',
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
      line: 'if (digest === undefined || !without || bytes.length > LONGEST) return [name, bytes] as const;',
      was: 'digest === undefined || !without || bytes.length > LONGEST',
      becomes: '(!without) || (bytes.length > LONGEST)',
      why: 'no bytes have a digest that is undefined, so those of a file that is not listed stay as they are',
    },
    {
      line: 'if (digestOf(bytes) === digest) return bytes;',
      was: 'digestOf(bytes) === digest',
      becomes: 'false',
      why: 'what is listed as it is, is no shorter one’s digest, so that nothing is taken off it',
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
      "const rest = Buffer.from(canonicalize({ ...envelope, signatures: left.data }), 'utf8');",
      "const text = Buffer.from(rest).toString('utf8');",
    ].map((line) => ({
      line,
      was: "'utf8'",
      becomes: "''",
      why: 'an encoding without a name is UTF-8',
    })),
  ],
};
