// Letters by SES v2, in the name of the address from which notices come. Source: SES API v2, SendEmail, `Simple`.
// Traps: SES gives a message an id of its own, which its logs know it by; and a call that was given up may have been
// taken, so that the client's own second tries are not used here.
import { SendEmailCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { Mail, MailAnswer } from '#core/mail.ts';
import type { Mailer } from '#core/ports.ts';
import { isDenied, isNamed } from './failures.ts';

export interface SesMailerOptions {
  /** Which tries once. */
  readonly client: SESv2Client;
  readonly from: string;
}

export const sesMailer = ({ client, from }: SesMailerOptions): Mailer => ({
  way: 'ses',
  domain: from.split('@')[1] ?? '',
  send: async (mail) => {
    try {
      const { MessageId } = await client.send(command(from, mail));
      return { result: 'accepted', code: '200', ...(MessageId !== undefined && { serviceId: MessageId.slice(0, 64) }) };
    } catch (error) {
      return answerTo(error);
    }
  },
});

const command = (from: string, { id, to, subject, text, pdf }: Mail): SendEmailCommand =>
  new SendEmailCommand({
    FromEmailAddress: from,
    Destination: { ToAddresses: [to] },
    Content: {
      Simple: {
        Subject: { Data: subject, Charset: 'UTF-8' },
        Body: { Text: { Data: text, Charset: 'UTF-8' } },
        Headers: [{ Name: 'X-Quittance-Letter', Value: id }],
        ...(pdf && {
          Attachments: [
            {
              ...{ FileName: pdf.name, RawContent: pdf.bytes, ContentType: 'application/pdf' },
              ...{ ContentDisposition: 'ATTACHMENT' as const, ContentTransferEncoding: 'BASE64' as const },
            },
          ],
        }),
      },
    },
  });

const REFUSED = ['MessageRejected', 'BadRequestException'];
const UNAVAILABLE = [
  ...['MailFromDomainNotVerifiedException', 'AccountSuspendedException', 'SendingPausedException'],
  'NotFoundException',
];
const DEFERRED = ['TooManyRequestsException', 'LimitExceededException', 'ThrottlingException'];

const answerTo = (error: unknown): MailAnswer => {
  const code = error instanceof Error ? error.name.slice(0, 60) : 'UNKNOWN';
  if (isNamed(error, ...REFUSED)) return { result: 'refused', code };
  if (isNamed(error, ...UNAVAILABLE) || isDenied(error)) return { result: 'unavailable', code };
  return { result: isNamed(error, ...DEFERRED) ? 'deferred' : 'unknown', code };
};
