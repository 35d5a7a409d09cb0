// Notices by SES v2. A notice names a template and carries references. Addresses come from the deployment's address
// book by role, so that no requester's address is in a workflow, a row or a log: a notice to the requester goes to the
// desk that files for requesters. Trap: a notice may be sent twice; the header X-Quittance-Notice makes a repeat
// recognisable.
import { SendEmailCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Notifier } from '#core/ports.ts';
import { calling, isNamed } from './failures.ts';

/** Address by role (`requester`, `approvers`) or principal; `default` for everybody else. */
export const AddressBook = z.record(z.string(), z.email()).refine((book) => 'default' in book, {
  message: "an address for 'default' is needed",
});
export type AddressBook = z.infer<typeof AddressBook>;

export interface SesNotifierOptions {
  readonly client: SESv2Client;
  readonly from: string;
  readonly addresses: AddressBook;
}

export const sesNotifier = ({ client, from, addresses }: SesNotifierOptions): Notifier => ({
  notify: ({ id, to, template, references }) =>
    calling('SES', async () => {
      const lines = Object.entries(references).map(([name, value]) => `${name}: ${value}`);
      const mail = new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [addresses[to] ?? addresses['default'] ?? from] },
        Content: {
          Simple: {
            Subject: { Data: `[quittance] ${template}${ticketOf(references)}` },
            Body: { Text: { Data: [`notice: ${template}`, `for: ${to}`, ...lines, ''].join('\n') } },
            Headers: [{ Name: 'X-Quittance-Notice', Value: id }],
          },
        },
      });
      try {
        await client.send(mail);
      } catch (error) {
        throw refusal(error);
      }
    }),
});

const ticketOf = ({ ticketId }: Readonly<Record<string, string>>) => (ticketId === undefined ? '' : ` ${ticketId}`);

const REFUSALS = [
  ...['MessageRejected', 'MailFromDomainNotVerifiedException', 'AccountSuspendedException'],
  ...['SendingPausedException', 'BadRequestException', 'NotFoundException'],
];

const refusal = (error: unknown): unknown =>
  isNamed(error, ...REFUSALS)
    ? new QuittanceError('NOTICE_REFUSED', {
        message: 'the mail service will not send a notice',
        got: error.name,
        hint: 'verify the sender in SES, and the recipients while the account is in the sandbox',
        cause: error,
      })
    : error;
