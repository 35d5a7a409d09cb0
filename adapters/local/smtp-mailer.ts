// Letters by SMTP (nodemailer). Sources: RFC 5321 for replies; RFC 3207 for STARTTLS.
// Traps: nothing is tried again in here, since a message whose answer was lost may have been taken; the client's faults
// do not say whether it was; and a server's words may quote the address, so that its number alone comes back.
import { isIP } from 'node:net';
import type { Transporter } from 'nodemailer';
import { z } from 'zod';
import type { Mail, MailAnswer, MailResult } from '#core/mail.ts';
import type { Mailer } from '#core/ports.ts';
import { mailFile, type MailSettings } from './mail-settings.ts';

const CONNECT_MS = 10_000;
/** A server that says something now and then is not waited for longer. */
const WHOLE_MS = 90_000;

export const smtpMailer = (dir: string, settings: MailSettings): Mailer => ({
  way: 'smtp',
  domain: settings.from.split('@')[1] ?? '',
  send: async (mail) => {
    const handed = { over: false };
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), WHOLE_MS);
    const seen = listener(() => {
      handed.over = true;
    });
    try {
      return await sent(await transportOf(dir, settings, seen), await composed(settings, mail), giveUp.signal);
    } catch (error) {
      return answerTo(error, handed.over);
    } finally {
      clearTimeout(timer);
    }
  },
});

type Listener = (entry: unknown) => void;

/**
 * Told by the client's log, of which nothing is kept, once the message's end is on the wire: from then on the server
 * may have it, and before that it has no whole message. The client reads the message long before the server asks for
 * it, so that its being read says nothing.
 */
const listener =
  (then: () => void): Listener =>
  (entry) => {
    if (AtEnd.safeParse(entry).success) then();
  };

const AtEnd = z.object({ tnx: z.literal('message'), outByteCount: z.number() });

/** Read when the first letter goes out: most programs over a data folder send none. */
const transportOf = async (dir: string, { smtp }: MailSettings, log: Listener): Promise<Transporter> => {
  const { createTransport } = await import('nodemailer');
  const { host, port, tls, user, passwordFile, ca, silenceSeconds } = smtp;
  return createTransport({
    ...{ host, port, secure: tls === 'implicit', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
    tls: {
      ...(isIP(host) === 0 && { servername: host }),
      minVersion: 'TLSv1.2',
      ...(ca !== undefined && { ca: mailFile(dir, ca) }),
    },
    ...(user !== undefined &&
      passwordFile !== undefined && { auth: { user, pass: mailFile(dir, passwordFile).trim() } }),
    ...{ connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: silenceSeconds * 1000 },
    ...{ disableFileAccess: true, disableUrlAccess: true },
    logger: { trace: log, debug: log, info: log, warn: log, error: log, fatal: log },
  });
};

/** The message as it goes over the wire, with its envelope. */
const composed = async ({ from, name }: MailSettings, mail: Mail) => {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const { id, to, subject, text, pdf } = mail;
  const message = new MailComposer({
    ...{ from: name === undefined ? from : { name, address: from }, to: { name: '', address: to } },
    ...{ messageId: id, subject, text },
    ...(pdf && {
      attachments: [{ filename: pdf.name, content: Buffer.from(pdf.bytes), contentType: 'application/pdf' }],
    }),
  });
  return { envelope: { from, to: [to] }, bytes: await message.compile().build() };
};

interface Composed {
  readonly envelope: { readonly from: string; readonly to: string[] };
  readonly bytes: Buffer;
}

const sent = async (
  transport: Transporter,
  { envelope, bytes }: Composed,
  signal: AbortSignal,
): Promise<MailAnswer> => {
  const { response } = Reply.parse(await transport.sendMail({ envelope, raw: bytes, signal }));
  return { result: 'accepted', code: response.slice(0, 3) };
};

const Reply = z.object({ response: z.string() });

const Fault = z.object({
  code: z.string().optional(),
  originalCode: z.string().optional(),
  message: z.string().optional(),
  responseCode: z.number().optional(),
  command: z.string().optional(),
});

/** Faults of what the settings say: TLS that the server does not offer or prove, a user that it does not let in. */
const OF_SETTINGS = ['ETLS', 'EREQUIRETLS', 'EAUTH', 'ENOAUTH', 'ECONFIG', 'INVALID_INPUT'];
const OF_CERTIFICATES = /certificate|altnames/i;
/** RFC 4954: it wants a user, another password, or TLS before that. */
const OF_SIGNING_IN = [530, 534, 535, 538];
/** A refusal is of the address or the message only where it answers one of these. */
const OF_THE_MESSAGE = ['RCPT TO', 'DATA'];

const resultOf = (reply: number, command: string, isHandedOver: boolean): MailResult => {
  if (isHandedOver && reply < 400) return 'unknown';
  if (OF_SIGNING_IN.includes(reply)) return 'unavailable';
  if (reply < 500) return 'deferred';
  return isHandedOver || OF_THE_MESSAGE.includes(command) ? 'refused' : 'unavailable';
};

const answerTo = (error: unknown, isHandedOver: boolean): MailAnswer => {
  const { code: named = '', message = '', responseCode, command = '' } = Fault.safeParse(error).data ?? {};
  const code = /^[A-Z][A-Z0-9_]{0,60}$/.test(named) ? named : 'UNKNOWN';
  if (responseCode !== undefined && !OF_SETTINGS.includes(named))
    return { result: resultOf(responseCode, command, isHandedOver), code: String(responseCode) };
  if (isHandedOver) return { result: 'unknown', code };
  const ofSettings = OF_SETTINGS.includes(named) || OF_CERTIFICATES.test(message);
  return { result: ofSettings ? 'unavailable' : 'deferred', code };
};
