// Letters by SMTP (nodemailer). Sources: RFC 5321 for replies; RFC 3207 for STARTTLS.
// Traps: nothing is tried again in here, since a message whose answer was lost may have been taken; the client's faults
// do not say whether it was; and a server's words may quote the address, so that its number alone comes back.
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import type { Transporter } from 'nodemailer';
import { z } from 'zod';
import type { Mail, MailAnswer } from '#core/mail.ts';
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
    try {
      return await sent(await transportOf(dir, settings), await composed(settings, mail), handed, giveUp.signal);
    } catch (error) {
      return answerTo(error, handed.over);
    } finally {
      clearTimeout(timer);
    }
  },
});

/** Read when the first letter goes out: most programs over a data folder send none. */
const transportOf = async (dir: string, { smtp }: MailSettings): Promise<Transporter> => {
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
  });
};

/** The message as it goes over the wire, with its envelope. */
const composed = async ({ from, name }: MailSettings, mail: Mail) => {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const { id, to, subject, text } = mail;
  const message = new MailComposer({
    ...{ from: name === undefined ? from : { name, address: from }, to: { name: '', address: to } },
    ...{ messageId: id, subject, text },
  });
  return { envelope: { from, to: [to] }, bytes: await message.compile().build() };
};

interface Composed {
  readonly envelope: { readonly from: string; readonly to: string[] };
  readonly bytes: Buffer;
}

/** `handed`: whether the server may have the message from now on, which no fault of the client says. */
const sent = async (
  transport: Transporter,
  { envelope, bytes }: Composed,
  handed: { over: boolean },
  signal: AbortSignal,
): Promise<MailAnswer> => {
  // of one piece and without its end, so that it is read to its end only once the server has asked for it
  const raw = new Readable({
    read() {
      handed.over = true;
      this.push(bytes);
      this.push(null);
    },
  });
  const { response } = Reply.parse(await transport.sendMail({ envelope, raw, signal }));
  return { result: 'accepted', code: response.slice(0, 3) };
};

const Reply = z.object({ response: z.string() });

const Fault = z.object({
  code: z.string().optional(),
  originalCode: z.string().optional(),
  message: z.string().optional(),
  responseCode: z.number().optional(),
});

/** Faults of what the settings say: TLS that the server does not offer or prove, a user that it does not let in. */
const OF_SETTINGS = ['ETLS', 'EREQUIRETLS', 'EAUTH', 'ENOAUTH', 'ECONFIG', 'INVALID_INPUT'];
const OF_CERTIFICATES = /certificate|altnames/i;

const answerTo = (error: unknown, isHandedOver: boolean): MailAnswer => {
  const { code: named = '', message = '', responseCode } = Fault.safeParse(error).data ?? {};
  const code = /^[A-Z][A-Z0-9_]{0,60}$/.test(named) ? named : 'UNKNOWN';
  if (responseCode !== undefined && !OF_SETTINGS.includes(named))
    return { result: responseCode >= 500 ? 'refused' : 'deferred', code: String(responseCode) };
  if (isHandedOver) return { result: 'unknown', code };
  const ofSettings = OF_SETTINGS.includes(named) || OF_CERTIFICATES.test(message);
  return { result: ofSettings ? 'unavailable' : 'deferred', code };
};
