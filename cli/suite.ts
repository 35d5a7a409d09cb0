// `quittance suite check`: whether a file is an evaluation suite, and where it is not, which field is at fault.
import { plural } from '#core/plural.ts';
import { checkedSuite } from '#datasets/suite-form.ts';
import { usageError } from '#core/errors.ts';
import type { Arguments, Command, ExitCode } from './command.ts';
import { suiteBytesAt } from './suite-file.ts';

export const suite: Command = {
  name: 'suite',
  summary: 'check of an evaluation suite',
  usage: 'check FILE|DIR',
  words: 2,
  options: {},
  example: 'quittance suite check ./my-model/suite.json',
  notes: 'The form is in docs/suite.md. Exit code 1 where a field is at fault; what stands in it is not printed.',
  async run(args) {
    const [verb = '', path] = args.positionals;
    if (verb !== 'check') throw usageError(`suite ${verb}: unknown`, 'check');
    if (path === undefined) throw usageError('suite check FILE: FILE is missing');
    return check(args, path);
  },
};

/** Faults that are printed; --json has all. */
const TOLD = 20;

const check = (args: Arguments, path: string): ExitCode => {
  const found = checkedSuite(suiteBytesAt(path));
  if ('faults' in found) {
    const { faults } = found;
    args.print({ ok: false, faults }, () =>
      [
        ...faults.slice(0, TOLD).map(({ field, rule }) => `${field}: expected ${rule}`),
        `${plural(faults.length, 'fault')}${faults.length > TOLD ? `, of which ${TOLD} are shown` : ''}`,
      ].join('\n'),
    );
    return 1;
  }
  const { name, subjects, facts, controls, general } = found.suite;
  const counts = {
    people: subjects.length,
    records: subjects.reduce((sum, { records }) => sum + records.length, 0),
    facts: facts.length,
    controls: controls.gate.length + controls.stop.length + controls.whitening.length,
    general: general?.held.length ?? 0,
  };
  args.print(
    { ok: true, faults: [], name, ...counts },
    () =>
      `${name}: a suite of ${plural(counts.people, 'person', 'people')} with ${plural(counts.records, 'record')}, ${plural(counts.facts, 'fact')}, ${plural(counts.controls, 'never-trained person', 'never-trained people')}, ${plural(counts.general, 'general question')}`,
  );
  return 0;
};
