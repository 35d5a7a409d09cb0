// Comments and files beside a case. Words, names and bytes lie in the vault and go with the case; the log has who and
// when, and a commitment to each. Called by people.
// Traps: the vault is written first, under a name made of the commitment, so that a crash leaves nothing that an event
// names and that is not there; and what a file is, its bytes say: a name that says otherwise is refused.
import { z } from 'zod';
import { FileKind } from '#core/casework-events.ts';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import type { Ports, StoredEvent, Vault } from '#core/ports.ts';
import { defineStep } from '#core/step.ts';
import { parseJson } from '#core/stored-json.ts';
import { TicketId } from '#core/ticket.ts';
import type { TicketEvent } from '#core/ticket-events.ts';
import { advance } from '#core/transitions.ts';
import { commitEvent, jsonBytes, Nothing } from './step-support.ts';
import { BY, said } from './two-people.ts';

/** What a body of the HTTP app has room for, beside the fields of a form. */
export const FILE_LIMIT_BYTES = 1_500_000;

const Comment = z.strictObject({ kind: z.literal('quittance-comment/v1'), text: z.string() });
const StoredFile = z.strictObject({
  kind: z.literal('quittance-attachment/v1'),
  name: z.string(),
  file: FileKind,
  content: z.base64(),
});

const nameOf = (commitment: string) => `note-${commitment.slice(0, 32)}`;

type Notes = Pick<Ports, 'tickets' | 'vault' | 'clock'>;

/** Keeps the bytes and commits the event that stands for them, unless this very note is there already. */
const keep = async (
  { tickets, vault, clock }: Notes,
  ticketId: string,
  bytes: Uint8Array,
  eventOf: (commitment: string) => TicketEvent,
): Promise<Record<string, never>> => {
  const found = await tickets.get(ticketId);
  if (found.ticket.status === 'PURGED') throw new QuittanceError('TICKET_PURGED', { message: `ticket ${ticketId}` });
  const commitment = await vault.commit(ticketId, bytes);
  advance(found.ticket, eventOf(commitment), clock.now()); // the refusal, before anything is written
  await vault.put(ticketId, nameOf(commitment), bytes);
  const isThere = (await tickets.events(ticketId)).some(({ body }) => body.includes(`"${commitment}"`));
  if (!isThere) await commitEvent({ tickets, clock }, found, eventOf(commitment));
  return {};
};

export const commentTicket = defineStep({
  name: 'comment-ticket',
  input: z.strictObject({
    ticketId: TicketId,
    note: z
      .string()
      .max(4_000)
      .refine((text) => text.trim().length > 0, 'a few words'),
    ...BY,
  }),
  output: Nothing,
  uses: ['tickets', 'vault', 'clock'],
  run: ({ ticketId, note, by, ...person }, ports) =>
    keep(ports, ticketId, jsonBytes({ kind: 'quittance-comment/v1', text: note.trim() }), (comment) => ({
      type: 'commented',
      comment,
      by,
      ...said(person),
    })),
});

const NAMED = 'a name without folders and special characters';

/** Without folders and without what a terminal or a header would act on. */
const FileName = z
  .string()
  .min(1)
  .max(120)
  // the form that the API's document gives, in which not every reader knows classes of Unicode
  .regex(/^[^\x00-\x1f\x7f-\x9f/\\:*?"<>|]+$/, NAMED)
  .refine((name) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name), NAMED);

export const attachFile = defineStep({
  name: 'attach-file',
  input: z.strictObject({ ticketId: TicketId, name: FileName, content: z.base64(), ...BY }),
  output: Nothing,
  uses: ['tickets', 'vault', 'clock'],
  run: ({ ticketId, name, content, by, ...person }, ports) => {
    const bytes = Buffer.from(content, 'base64');
    const kind = kindOf(bytes);
    checkEnding(name, kind);
    const stored = jsonBytes({ kind: 'quittance-attachment/v1', name, file: kind, content });
    const event = { type: 'attached', kind, bytes: bytes.byteLength, by, ...said(person) } as const;
    return keep(ports, ticketId, stored, (file) => ({ ...event, file }));
  },
});

const BEGINS: readonly (readonly [FileKind, readonly number[]])[] = [
  ['pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpeg', [0xff, 0xd8, 0xff]],
];

/** INPUT_TOO_LARGE; MEDIA_TYPE_UNSUPPORTED for anything but the few kinds that nothing runs. */
const kindOf = (bytes: Uint8Array): FileKind => {
  if (bytes.byteLength > FILE_LIMIT_BYTES)
    throw new QuittanceError('INPUT_TOO_LARGE', {
      message: 'the file is too large',
      expected: `at most ${FILE_LIMIT_BYTES} bytes`,
      got: `${bytes.byteLength}`,
    });
  const known = BEGINS.find(([, begin]) => begin.every((byte, i) => bytes[i] === byte));
  if (known) return known[0];
  if (bytes.byteLength > 0 && isText(bytes)) return 'text';
  throw new QuittanceError('MEDIA_TYPE_UNSUPPORTED', {
    message: 'the file is of no kind that may lie beside a case',
    expected: 'PDF, PNG, JPEG or plain text in UTF-8',
  });
};

/** How names of a kind end. A text of another ending would be run, or shown as a page, by whoever opens it. */
const ENDINGS: Readonly<Record<FileKind, readonly string[]>> = {
  pdf: ['pdf'],
  png: ['png'],
  jpeg: ['jpg', 'jpeg'],
  text: ['txt', 'text', 'md', 'log', 'csv', 'json', 'eml'],
};

/** MEDIA_TYPE_UNSUPPORTED for a name that says another kind than the bytes; one without an ending says nothing. */
const checkEnding = (name: string, kind: FileKind): void => {
  const ending = /[^.\s]\s*\.([^.]*)$/.exec(name)?.[1]?.trim().toLowerCase();
  if (ending === undefined || ENDINGS[kind].includes(ending)) return;
  throw new QuittanceError('MEDIA_TYPE_UNSUPPORTED', {
    message: "the file's name says another kind than its bytes",
    expected: `a name that ends in ${ENDINGS[kind].map((one) => `.${one}`).join(', ')}, as the bytes are ${KINDS[kind]}`,
    hint: 'rename it, or export it again as what it is called',
  });
};

const KINDS = { pdf: 'PDF', png: 'PNG', jpeg: 'JPEG', text: 'text' } as const satisfies Record<FileKind, string>;

const isText = (bytes: Uint8Array): boolean => {
  try {
    return !/[^\P{Cc}\n\r\t\f]/u.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return false;
  }
};

export interface CaseNote {
  /** Its event's place in the ticket's history, by which it is asked for. */
  readonly number: number;
  readonly at: string;
  readonly by: string;
  /** The words of a comment; of a file, its name. */
  readonly text: string;
  readonly file?: { readonly kind: FileKind; readonly bytes: number };
}

const Noted = z.object({
  event: z.discriminatedUnion('type', [
    z.object({ type: z.literal('commented'), comment: z.string(), by: z.string() }),
    z.object({ type: z.literal('attached'), file: z.string(), kind: FileKind, bytes: z.int(), by: z.string() }),
  ]),
});

/** Oldest first; nothing once the case data is destroyed. */
export const notesOf = async (
  { tickets, vault }: Pick<Ports, 'tickets' | 'vault'>,
  ticketId: string,
): Promise<CaseNote[]> => {
  const events = (await tickets.events(ticketId)).filter(({ type }) => type === 'commented' || type === 'attached');
  try {
    return await Promise.all(events.map((event) => noteOf(vault, event)));
  } catch (error) {
    if (isQuittanceError(error, 'VAULT_KEY_DESTROYED')) return [];
    throw error;
  }
};

const noteOf = async (vault: Vault, { ticketId, sequence: number, at, body }: StoredEvent): Promise<CaseNote> => {
  const { event } = parseJson(Buffer.from(body), Noted, 'an event of the ticket');
  if (event.type === 'commented') {
    const bytes = await vault.get(ticketId, nameOf(event.comment));
    return { number, at, by: event.by, text: parseJson(bytes, Comment, 'a comment in the vault').text };
  }
  const { name } = await fileIn(vault, ticketId, event.file);
  return { number, at, by: event.by, text: name, file: { kind: event.kind, bytes: event.bytes } };
};

const fileIn = async (vault: Vault, ticketId: string, commitment: string) =>
  parseJson(await vault.get(ticketId, nameOf(commitment)), StoredFile, 'a file in the vault');

export const OpenedFile = z.strictObject({ name: z.string(), file: FileKind, content: z.base64() });

/** Hands a file over, once the log says who got it. */
export const openFile = defineStep({
  name: 'open-file',
  input: z.strictObject({ ticketId: TicketId, number: z.int().positive(), ...BY }),
  output: OpenedFile,
  uses: ['tickets', 'vault', 'clock'],
  async run({ ticketId, number, by, ...person }, { tickets, vault, clock }) {
    const found = await tickets.get(ticketId);
    const event = (await tickets.events(ticketId)).find(({ sequence }) => sequence === number);
    if (event?.type !== 'attached') throw new QuittanceError('NOT_FOUND', { message: 'there is no such file' });
    const noted = parseJson(Buffer.from(event.body), Noted, 'an event of the ticket').event;
    const shown = noted.type === 'attached' ? noted.file : '';
    const { name, file, content } = await fileIn(vault, ticketId, shown);
    await commitEvent({ tickets, clock }, found, { type: 'request-viewed', by, shown, ...said(person) });
    return { name, file, content };
  },
});
