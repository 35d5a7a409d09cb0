// A letter on its way to a requester: what is handed to a mail service, and what comes back. Zone A but for the answer:
// address and words are the requester's, while the answer is a code that may stand in the log.
// Trap: an answer that did not come is no refusal. Once a message was handed over and nothing is heard, it may have
// been sent, and only a person can say whether to send it again.
import { z } from 'zod';
import type { Mailer } from './ports.ts';

export const MAIL_WAYS = ['smtp', 'ses'] as const;
export const MailWay = z.enum(MAIL_WAYS);
export type MailWay = z.infer<typeof MailWay>;

/**
 * accepted: the service took it over. refused: it takes neither this address nor this message, however often it is
 * asked. deferred: nothing was sent, and a later try may be taken. unavailable: nothing was sent, and the settings are
 * to be looked at. unknown: it may have been sent.
 */
export const MailResult = z.enum(['accepted', 'refused', 'deferred', 'unavailable', 'unknown']);
export type MailResult = z.infer<typeof MailResult>;

/** RFC 5322, of letters that need no quoting. */
export const MessageId = z
  .string()
  .regex(/^<[A-Za-z0-9][A-Za-z0-9.-]{0,120}@[A-Za-z0-9.-]{1,253}>$/, 'the id of a message: <…@…>');

/** One mailbox, in ASCII: no name, no list, no line break, nothing that a header would act on. */
export const Mailbox = z.email().max(254);

export interface Mail {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  /** The letter as it is printed; absent where its words have signs that the fonts lack. */
  readonly pdf?: { readonly name: string; readonly bytes: Uint8Array } | undefined;
}

export interface MailAnswer {
  readonly result: MailResult;
  /** Number of the reply, such as 250, else name of the fault; never what a server wrote: it may quote an address. */
  readonly code?: string | undefined;
  /** The service's own id of the message, where it gives it one. */
  readonly serviceId?: string | undefined;
}

/**
 * How long after a letter was put off it is tried again by itself, try by try; after the last of them, four days later,
 * nobody but a person tries again. RFC 5321, 4.5.4.1 asks for four or five days.
 */
export const RETRY_AFTER_HOURS: readonly number[] = [1, 2, 4, 12, 24, 48];

/** Where letters are taken from here by hand. */
export const NO_MAIL: Mailer = { way: undefined, domain: '', send: async () => ({ result: 'unavailable' }) };
