// A command of `quittance`: its options are data, so that help, docs/cli.md and the parser cannot drift apart.
// Trap: results go to stdout, everything else to stderr; with --json stdout holds one JSON object and nothing else.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { usageError } from '#core/errors.ts';
import { didYouMean } from '#core/nearest.ts';
import { text, type Kind } from './kind.ts';

export interface Option {
  /** 'flag' takes no value; 'many' may be given more than once. */
  kind: 'flag' | 'value' | 'many';
  value?: string;
  summary: string;
  /** What its value must be; any text but an empty one, where nothing is said. */
  is?: Kind;
  /** Options beside one of which it is read, and never else. */
  with?: readonly string[];
  /** Options beside which it is not read. */
  without?: readonly string[];
}

export interface Command {
  name: string;
  /** The program that is typed, where it is not `quittance NAME`. */
  program?: string;
  summary: string;
  /** Words after the name, e.g. `FILE`. */
  usage: string;
  /** Words after the name at most, of a command with verbs the verb among them; any number where absent. */
  words?: number | ((verb: string) => number);
  options: Readonly<Record<string, Option>>;
  /** Of a command with verbs: which of its options each reads. */
  verbs?: Readonly<Record<string, readonly string[]>>;
  /** The verb that is meant where none is typed. */
  verb?: string;
  example: string;
  /** Further lines of the help, below the example. */
  notes?: string;
  run(args: Arguments): Promise<ExitCode>;
}

/** 0 ok, 1 invalid, 2 incomplete, 3 usage. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface Arguments {
  positionals: string[];
  flag(name: string): boolean;
  value(name: string): string | undefined;
  many(name: string): string[];
  /** The data folder: --dir, else $QUITTANCE_DIR, else .quittance in the working folder. */
  dir: string;
  json: boolean;
  /** Prints the result: one JSON object with --json, else the text. */
  print(value: unknown, text: () => string): void;
}

export const COMMON: Readonly<Record<string, Option>> = {
  dir: { kind: 'value', value: 'DIR', summary: 'data folder (default $QUITTANCE_DIR, else .quittance)' },
  json: { kind: 'flag', summary: 'print one JSON object' },
  help: { kind: 'flag', summary: 'show this help' },
};

export const parse = (
  command: Command,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Arguments & { help: boolean } => {
  const options = { ...command.options, ...COMMON };
  const { values, positionals } = parseStrictly(command, argv, options);
  refuseSurplus(command, positionals);
  const value = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  const json = values['json'] === true;
  return {
    positionals,
    flag: (name) => values[name] === true,
    value,
    many: (name) => (Array.isArray(values[name]) ? values[name].map(String) : []),
    dir: value('dir') ?? env['QUITTANCE_DIR'] ?? '.quittance',
    json,
    help: values['help'] === true,
    print: (result, text) => void process.stdout.write(`${json ? JSON.stringify(result) : text()}\n`),
  };
};

/** Holds every value against the kind of its option before the command reads anything; then runs it. */
export const execute = async (command: Command, args: Arguments): Promise<ExitCode> => {
  refuseUnread(command, args);
  for (const [name, { kind, is = text }] of Object.entries({ ...command.options, ...COMMON }))
    for (const value of kind === 'many' ? args.many(name) : [args.value(name) ?? []].flat()) is(value, `--${name}`);
  requireVerb(command, args);
  if (args.positionals.some((word) => word.trim() === ''))
    throw usageError('one of the words is empty', `${programOf(command)} ${command.usage}`);
  return command.run(args);
};

const verbOf = ({ verb }: Command, { positionals }: Arguments): string => positionals[0] ?? verb ?? '';

const isVerb = ({ verbs }: Command, verb: string): boolean => verbs === undefined || Object.hasOwn(verbs, verb);

const requireVerb = (command: Command, args: Arguments): void => {
  const { name, verbs = {} } = command;
  const verb = verbOf(command, args);
  if (isVerb(command, verb)) return;
  const all = Object.keys(verbs);
  throw usageError(`${name} ${verb}: unknown`, didYouMean(verb, all, all.join(' | ')).hint);
};

/** What is typed and not read would be taken for done: whoever typed it meant something by it. */
const refuseUnread = (command: Command, args: Arguments): void => {
  const { options, name, verbs = {} } = command;
  const verb = verbOf(command, args);
  if (!isVerb(command, verb)) return;
  const isGiven = (option: string) =>
    args.flag(option) || args.value(option) !== undefined || args.many(option).length > 0;
  for (const [option, { with: beside, without = [] }] of Object.entries(options).filter(([one]) => isGiven(one))) {
    const readers = Object.keys(verbs).filter((one) => verbs[one]?.includes(option));
    if (command.verbs && !readers.includes(verb))
      throw usageError(
        `'${name} ${verb}' does not read --${option}`,
        `--${option} is read by ${readers.map((one) => `${name} ${one}`).join(', ')}`,
      );
    if (beside && !beside.some(isGiven))
      throw usageError(`--${option} is read beside ${optionsIn(beside)} alone`, 'add it, or leave this one out');
    const [other] = without.filter(isGiven);
    if (other !== undefined) throw usageError(`--${option} is not read beside --${other}`, 'leave one of them out');
  }
};

const optionsIn = (names: readonly string[]): string => names.map((name) => `--${name}`).join(' or ');

/** A second file behind an option belongs to no option, and would be left out without a word. */
const refuseSurplus = (command: Command, positionals: readonly string[]): void => {
  const { words } = command;
  const most = typeof words === 'function' ? words(positionals[0] ?? '') : words;
  if (most === undefined || positionals.length <= most) return;
  throw usageError(
    `'${positionals[most]!}' belongs to no option`,
    `an option that takes several is written before each; ${programOf(command)} --help`,
  );
};

const parseStrictly = (command: Command, argv: readonly string[], options: Readonly<Record<string, Option>>) => {
  const config: ParseArgsConfig['options'] = Object.fromEntries(
    Object.entries(options).map(
      ([name, { kind }]) =>
        [name, { type: kind === 'flag' ? 'boolean' : 'string', multiple: kind === 'many' }] as const,
    ),
  );
  try {
    return parseArgs({ args: [...argv], options: config, allowPositionals: true, strict: true });
  } catch (cause) {
    throw usageError(
      cause instanceof Error ? cause.message.split('. To specify')[0]! : 'cannot read the arguments',
      `${programOf(command)} --help`,
    );
  }
};

const programOf = ({ name, program = `quittance ${name}` }: Command): string => program;

export const helpOf = (command: Command): string => {
  const lines = Object.entries({ ...command.options, ...COMMON }).map(
    ([name, { value, summary }]) => [`--${name}${value ? ` ${value}` : ''}`, summary] as const,
  );
  const width = Math.max(...lines.map(([left]) => left.length));
  return [
    `${programOf(command)}${command.usage ? ` ${command.usage}` : ''}`,
    `  ${command.summary}`,
    '',
    ...lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
    `Example:\n  ${command.example}`,
    ...(command.notes === undefined ? [] : ['', command.notes]),
  ].join('\n');
};
