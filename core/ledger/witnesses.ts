// Cosignatures of a checkpoint by witnesses (https://c2sp.org/tlog-witness, add-checkpoint). A witness is sent the size
// that it last saw, a proof that the log has grown from there, and the signed checkpoint. It answers with a line that
// is added to the note, or with 409 and the size that it knows, where that is another.
// Traps: nobody waits for a witness; one that fails is recorded and asked again with the next checkpoint. A line counts
// once its signature has verified. A witness that knows a longer log than ours shows that somebody rewrote ours.
import { z } from 'zod';
import type { Attestors } from '../attestors.ts';
import { canonicalize, sha256 } from '../canonical.ts';
import { isQuittanceError, type ErrorCode } from '../errors.ts';
import type { Courier, LogStorage } from '../ports.ts';
import { parseJson } from '../stored-json.ts';
import { stored, type LogState } from './log.ts';
import { cosignedAt, parseNote, type NoteKey } from './note.ts';
import { consistencyFile } from './proof.ts';
import { tileTree, type TileTree } from './tile-tree.ts';

type Witness = Attestors['witnesses'][number];

/** Why there is no cosignature: an error of the transport, or what the witness answered. */
type Failure = ErrorCode | 'unknown-log' | 'key-refused' | 'proof-refused' | 'ahead' | 'not-verified' | 'unexpected';

const Attempt = z.strictObject({
  kind: z.literal('quittance-cosignatures/v1'),
  /** Signature lines, each with its line end. */
  lines: z.array(z.string()),
  failed: z.array(z.strictObject({ witness: z.string(), why: z.string() })),
});
type Attempt = z.infer<typeof Attempt>;

/** By the checkpoint's text, whatever signatures a copy of it carries; attempts are numbered from 1. */
const pathOf = (note: string, attempt: number): string =>
  `cosignatures/${sha256(parseNote(note).text).toString('hex')}/${attempt}`;

const MOST_ATTEMPTS = 50;

export const attemptsAt = async (storage: Pick<LogStorage, 'get'>, note: string): Promise<Attempt[]> => {
  const found: Attempt[] = [];
  while (found.length < MOST_ATTEMPTS) {
    const path = pathOf(note, found.length + 1);
    const bytes = await stored(storage, path);
    if (!bytes) break;
    found.push(parseJson(bytes, Attempt, path));
  }
  return found;
};

/** The note with every cosignature that was obtained for it. */
export const withCosignatures = async (storage: Pick<LogStorage, 'get'>, note: string): Promise<string> => {
  const lines = (await attemptsAt(storage, note)).flatMap((attempt) => attempt.lines);
  return `${note}${lines.filter((line) => !note.includes(line)).join('')}`;
};

/** How many of the witnesses co-signed it, of those that were asked since. */
export const cosigners = async (
  storage: Pick<LogStorage, 'get'>,
  witnesses: readonly Witness[],
  note: string,
): Promise<number> => {
  const whole = await withCosignatures(storage, note);
  const keys = witnesses.map(({ key }) => key);
  return keys.filter((key) => cosignedAt(whole, key, keys) !== undefined).length;
};

interface WitnessPorts {
  readonly logStorage: LogStorage;
  readonly courier: Courier;
}

/** Asks every witness that has not co-signed the checkpoint yet, and keeps what came of it. Never rejects for them. */
export const askWitnesses = async (
  { logStorage, courier }: WitnessPorts,
  witnesses: readonly Witness[],
  { checkpoint, note }: Pick<LogState, 'checkpoint' | 'note'>,
): Promise<void> => {
  if (witnesses.length === 0 || !checkpoint || note === undefined) return;
  const before = await attemptsAt(logStorage, note);
  const known = `${note}${before.flatMap(({ lines }) => lines).join('')}`;
  const keys = witnesses.map(({ key }) => key);
  const missing = witnesses.filter(({ key }) => cosignedAt(known, key, keys) === undefined);
  if (missing.length === 0 || before.length >= MOST_ATTEMPTS) return;
  const tree = tileTree(logStorage, checkpoint);
  const answers = await Promise.all(
    missing.map((one) => cosignature(one, { note, size: checkpoint.size, tree }, courier)),
  );
  const attempt: Attempt = {
    kind: 'quittance-cosignatures/v1',
    lines: answers.flatMap((answer) => ('line' in answer ? [answer.line] : [])),
    failed: answers.flatMap((answer) => ('why' in answer ? [answer] : [])),
  };
  await logStorage.put(pathOf(note, before.length + 1), Buffer.from(canonicalize(attempt)));
};

interface Head {
  readonly note: string;
  readonly size: number;
  readonly tree: TileTree;
}

/** A line to add to the note, or why a witness gave none. */
type Outcome = { readonly line: string } | { readonly why: Failure };
type Answer = { readonly line: string } | { readonly witness: string; readonly why: Failure };

const cosignature = async (witness: Witness, head: Head, courier: Courier): Promise<Answer> => {
  const outcome = await cosigned(witness, head, courier).catch((error: unknown) => {
    if (isQuittanceError(error)) return { why: error.code };
    throw error;
  });
  return 'line' in outcome ? outcome : { witness: witness.key.name, why: outcome.why };
};

/** From nothing, from what the witness then says that it knows, and once more where it learnt something meanwhile. */
const MOST_QUESTIONS = 3;

const cosigned = async (witness: Witness, head: Head, courier: Courier): Promise<Outcome> => {
  let from = 0;
  for (let asked = 0; asked < MOST_QUESTIONS; asked++) {
    const said = await ask(witness, head, from, courier);
    if (!('knows' in said)) return said;
    from = said.knows;
  }
  return { why: 'unexpected' };
};

/** Asks a witness that is taken to know the first `from` entries. */
const ask = async (
  { key, url }: Witness,
  head: Head,
  from: number,
  courier: Courier,
): Promise<Outcome | { readonly knows: number }> => {
  const request = consistencyFile(from, await head.tree.consistency(from), head.note);
  const { status, body } = await courier.post(
    `${url.replace(/\/$/, '')}/add-checkpoint`,
    'text/plain',
    Buffer.from(request),
  );
  const text = Buffer.from(body).toString('utf8');
  if (status === 200) return lineOf(head.note, text, key);
  const knows = status === 409 ? sizeIn(text) : undefined;
  if (knows === undefined) return { why: REFUSALS[status] ?? 'unexpected' };
  return knows > head.size ? { why: 'ahead' } : { knows };
};

const REFUSALS: Readonly<Record<number, Failure>> = { 403: 'key-refused', 404: 'unknown-log', 422: 'proof-refused' };

const sizeIn = (text: string): number | undefined => {
  const size = /^(0|[1-9]\d{0,15})\n$/.exec(text)?.[1];
  return size === undefined ? undefined : Number(size);
};

/** The line of the answer that is the witness's own signature, and verifies. */
const lineOf = (note: string, text: string, key: NoteKey): Outcome => {
  const lines = text.split('\n').map((line) => `${line}\n`);
  const line = lines.find((one) => one.startsWith(`— ${key.name} `) && cosigns(`${note}${one}`, key));
  return line === undefined ? { why: 'not-verified' } : { line };
};

const cosigns = (note: string, key: NoteKey): boolean => {
  try {
    return cosignedAt(note, key) !== undefined;
  } catch (error) {
    if (isQuittanceError(error, 'LEDGER_INVALID')) return false; // a line that is none
    throw error;
  }
};
