// The `quittance` command: finds the command, runs it, turns errors into one readable message on stderr and an exit code.
// Commands load on use, so that `verify` and `--help` never touch the engine.
import { readFileSync } from 'node:fs';
import { storeError } from '#adapters/local/durable-file.ts';
import { QuittanceError, usageError } from '#core/errors.ts';
import { nearest } from '#core/nearest.ts';
import { helpOf, parse, type Command, type ExitCode } from './command.ts';
import { commands } from './commands.ts';

const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '';
};

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

const run = async (argv: readonly string[]): Promise<ExitCode> => {
  const [name, ...rest] = argv;
  if (name === '--version') return say(version());
  if (name === undefined || name === '--help' || name === 'help') return say(overview());
  const entry = commands.find((command) => command.name === name);
  if (!entry) {
    const known = commands.map((command) => command.name);
    throw usageError(
      `unknown command '${name}'`,
      `did you mean '${nearest(name, known)}'? 'quittance --help' lists all`,
    );
  }
  const command = await entry.load();
  return runCommand(command, rest);
};

const runCommand = async (command: Command, argv: readonly string[]): Promise<ExitCode> => {
  const args = parse(command, argv, process.env);
  return args.help ? say(helpOf(command)) : command.run(args);
};

const say = (text: string): ExitCode => {
  process.stdout.write(`${text}\n`);
  return 0;
};

/** Codes whose cause is the state of things and not the caller's words. */
const INCOMPLETE = new Set(['GATE_NOT_MET', 'JOB_FAILED', 'APPROVAL_NOT_OPEN', 'STORE_LOCKED', 'STORE_FULL']);

const report = (cause: unknown): ExitCode => {
  const error = storeError(cause); // a full disk may show in any write
  if (!(error instanceof QuittanceError)) {
    process.stderr.write(`quittance: ${error instanceof Error ? error.message : String(error)} [INTERNAL]\n`);
    if (process.env['QUITTANCE_DEBUG']) console.error(error);
    return 1;
  }
  process.stderr.write(`quittance: ${error.message} [${error.code}]\n`);
  if (error.expected) process.stderr.write(`  expected: ${error.expected}\n`);
  if (error.got) process.stderr.write(`  got: ${error.got}\n`);
  if (error.hint) process.stderr.write(`  hint: ${error.hint}\n`);
  if (process.env['QUITTANCE_DEBUG']) console.error(error);
  return error.code === 'USAGE' ? 3 : INCOMPLETE.has(error.code) ? 2 : 1;
};

/** A reader that has seen enough (`| head`) closes the pipe: that is no failure. */
const stopQuietly = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
};
process.stdout.on('error', stopQuietly);

process.exitCode = await run(process.argv.slice(2)).catch(report);
