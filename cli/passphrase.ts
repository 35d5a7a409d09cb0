// The passphrase of a person's key, for a command: from --key-file, $QUITTANCE_PASSPHRASE, the file that an earlier
// command made, or the terminal. Trap: where none of these is there and the person has no key yet, one is made with a
// generated passphrase that stays in the data folder, and that is said: such a key is as safe as the folder.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { QuittanceError } from '#core/errors.ts';
import { safeName } from '#core/names.ts';
import type { Arguments } from './command.ts';

const folderOf = (dir: string) => join(dir, 'keys', 'people');
const keptAt = (dir: string, who: string) => join(folderOf(dir), `${safeName(who)}.passphrase`);
const hasKey = (dir: string, who: string) => existsSync(join(folderOf(dir), `${safeName(who)}.json`));

/** The generated passphrase that a folder keeps for a person, made now where there is none. */
export const keptPassphrase = (dir: string, who: string, say: (text: string) => void): string => {
  const path = keptAt(dir, who);
  if (existsSync(path)) return readFileSync(path, 'utf8').trim();
  const passphrase = randomBytes(18).toString('base64url');
  mkdirSync(folderOf(dir), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${passphrase}\n`, { mode: 0o600 });
  say(
    `${who} had no key: one is made with a generated passphrase, kept in ${path}; move it to where only ${who} reads it`,
  );
  return passphrase;
};

/** Of a key that is no more: what was generated for it opens nothing, and must not be taken for the next one's. */
export const forgetPassphrase = (dir: string, who: string): void => rmSync(keptAt(dir, who), { force: true });

/** undefined where nothing is at hand: whoever asks for a signature says what is missing. */
export const passphraseOf = async (args: Arguments, who: string): Promise<string | undefined> => {
  const file = args.value('key-file');
  if (file !== undefined) return readFile(file);
  const variable = process.env['QUITTANCE_PASSPHRASE'];
  if (variable !== undefined && variable !== '') return variable;
  if (existsSync(keptAt(args.dir, who))) return readFileSync(keptAt(args.dir, who), 'utf8').trim();
  if (process.stdin.isTTY && process.stderr.isTTY) return ask(`Passphrase of ${who}'s key: `);
  if (hasKey(args.dir, who)) return undefined;
  return keptPassphrase(args.dir, who, (text) => void process.stderr.write(`${text}\n`));
};

const readFile = (path: string): string => {
  try {
    const [line = ''] = readFileSync(path, 'utf8').split('\n');
    return line.trim();
  } catch (cause) {
    throw new QuittanceError('NOT_FOUND', {
      message: `--key-file ${path} cannot be read`,
      expected: "a file whose first line is the passphrase of the person's key",
      cause,
    });
  }
};

/** What is typed is not shown. */
const ask = async (question: string): Promise<string> => {
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await terminal.question('');
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
};
