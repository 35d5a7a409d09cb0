// What every program of the command line does: a result on stdout, or one readable message on stderr and an exit code.
import { storeError } from '#adapters/local/durable-file.ts';
import { QuittanceError } from '#core/errors.ts';
import { execute, helpOf, parse, type Command, type ExitCode } from './command.ts';

/** Runs `main` to its exit code; an error that it throws becomes a message. */
export const runMain = async (main: () => Promise<ExitCode>): Promise<void> => {
  process.stdout.on('error', stopQuietly);
  process.exitCode = await main().catch(report);
};

export const runCommand = async (command: Command, argv: readonly string[]): Promise<ExitCode> => {
  const args = parse(command, argv, process.env);
  return args.help ? say(helpOf(command)) : execute(command, args);
};

export const say = (text: string): ExitCode => {
  process.stdout.write(`${text}\n`);
  return 0;
};

/** Codes whose cause is the state of things rather than the caller's input. */
const INCOMPLETE = new Set([
  'GATE_NOT_MET',
  'JOB_FAILED',
  'APPROVAL_NOT_OPEN',
  'STORE_LOCKED',
  'STORE_FULL',
  'STORE_READ_ONLY',
]);

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

/** A reader that has seen enough (`| head`) closes the pipe, which is no failure. */
const stopQuietly = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
};
