// The `quittance` command: finds the command and runs it. Commands load on use, so that `verify` and `--help` never
// touch the engine.
import { usageError } from '#core/errors.ts';
import { didYouMean } from '#core/nearest.ts';
import type { ExitCode } from './command.ts';
import { commands } from './commands.ts';
import { programVersion } from './program.ts';
import { runCommand, runMain, say } from './run.ts';

const overview = (): string => {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'quittance COMMAND …',
    '',
    ...lines,
    '',
    'quittance COMMAND --help shows a command; quittance --version the version.',
  ].join('\n');
};

const run = async ([name, ...rest]: readonly string[]): Promise<ExitCode> => {
  if (name === '--version') return say(programVersion());
  if (name === undefined || name === '--help' || name === 'help') return say(overview());
  const entry = commands.find((command) => command.name === name);
  if (!entry) {
    const known = commands.map((command) => command.name);
    throw usageError(`unknown command '${name}'`, didYouMean(name, known, "'quittance --help' lists all").hint ?? '');
  }
  return runCommand(await entry.load(), rest);
};

await runMain(() => run(process.argv.slice(2)));
