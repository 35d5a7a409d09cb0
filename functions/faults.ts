// A fault that nobody foresaw is written once to the log of its process, as one line of JSON on stderr: CloudWatch of a
// Lambda, the log file of a job, whatever keeps the output of `quittance serve`. Whoever asked is told a reference, by
// which the line is found.
// Trap: the message of such an error may quote whatever the program was working on, so that no line has one. It says
// the error's kind, codes and ids, and the places in the code through which it came.
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { isQuittanceError } from '#core/errors.ts';
import { TicketId } from '#core/ticket-id.ts';

/** What was being done: a step, a job, a method and the pattern of a path. */
export interface Place {
  readonly where: string;
  /** What came in, of which a ticket's id alone is kept. */
  readonly event?: unknown;
}

interface Kind {
  /** Class of the error, or the name that a service gave it. */
  readonly error: string;
  readonly code?: string;
  /** `name (file:line:column)`, the innermost first. */
  readonly stack: readonly string[];
  readonly cause?: Kind;
}
export interface Fault extends Kind {
  readonly fault: string;
  readonly at: string;
  readonly where: string;
  readonly ticketId?: string;
}

const noted = new WeakMap<object, string>();
const toStderr = (line: string): void => void process.stderr.write(line);

/** Writes the fault down where that was not done yet, and returns its reference. */
export const noteFault = (error: unknown, place: Place, write = toStderr): string => {
  const known = isObject(error) ? noted.get(error) : undefined;
  if (known !== undefined) return known;
  const reference = `F-${randomBytes(6).toString('hex')}`;
  if (isObject(error)) noted.set(error, reference);
  write(`${JSON.stringify(faultOf(error, place, reference))}\n`);
  return reference;
};

/** Whether nobody raised it on purpose, or only to say that the program itself is wrong. */
export const isFault = (error: unknown): boolean => !isQuittanceError(error) || error.code === 'INTERNAL';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const WithTicket = z.object({ ticketId: TicketId });

const faultOf = (error: unknown, { where, event }: Place, fault: string): Fault => {
  const ticketId = WithTicket.safeParse(event).data?.ticketId;
  const at = new Date().toISOString(); // of the log, not of a record
  return { fault, at, where, ...(ticketId !== undefined && { ticketId }), ...kindOf(error) };
};

const CAUSES = 3;

const kindOf = (error: unknown, depth = 0): Kind => {
  if (!(error instanceof Error)) return { error: `a thrown ${typeof error}`, stack: [] };
  const code = codeOf(error);
  return {
    error: nameOf(error),
    ...(code !== undefined && { code }),
    stack: placesIn(error),
    ...(error.cause !== undefined && depth < CAUSES && { cause: kindOf(error.cause, depth + 1) }),
  };
};

/** The SDK's errors have the service's name for them; any other's `name` can have been set to anything. */
const nameOf = (error: Error): string => {
  const name = '$fault' in error ? error.name : error.constructor.name;
  return /^[A-Za-z][A-Za-z0-9]{0,60}$/.test(name) ? name : 'Error';
};

const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(error.code)
    ? error.code
    : undefined;

const PLACES = 30;
const FRAME =
  /^ {4}at (?:async )?(?:(?<name>[^\s()]+(?: [^\s()]+)?) (?:\[as [^\]]*\] )?)?\(?(?<file>(?:file:\/\/|node:|\/)[^()\s]*):(?<at>\d+:\d+)\)?$/;
const ROOT = `${dirname(dirname(fileURLToPath(import.meta.url)))}/`;

/** Lines of the message, which stands before the places, can look like places; so it is taken off first. */
const placesIn = ({ stack = '', message }: Error): string[] => {
  const at = stack.indexOf(message);
  const lines = (at < 0 ? stack : stack.slice(at + message.length)).split('\n');
  return lines.flatMap((line) => placeIn(line) ?? []).slice(0, PLACES);
};

const placeIn = (line: string): string | undefined => {
  const { name = '', file = '', at = '' } = FRAME.exec(line)?.groups ?? {};
  if (file === '') return undefined;
  const path = file.replace(/^file:\/\//, '');
  return `${name} (${path.startsWith(ROOT) ? path.slice(ROOT.length) : (path.split('/').at(-1) ?? '')}:${at})`.trim();
};
