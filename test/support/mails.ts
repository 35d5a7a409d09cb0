// The mails that SES took, read back into the notices that they tell. Trap: a mail is seen here once its answer came,
// as the sender sees it.
import type { SendEmailCommandInput, SESv2Client } from '@aws-sdk/client-sesv2';
import type { Notifier } from '#core/ports.ts';

export type Notice = Parameters<Notifier['notify']>[0];

/** Fills as mails go out through the client. */
export const mailsOf = (client: SESv2Client): SendEmailCommandInput[] => {
  const mails: SendEmailCommandInput[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      mails.push(args.input as SendEmailCommandInput); // the adapter sends no other command
      return answer;
    },
    { step: 'initialize' },
  );
  return mails;
};

export const noticeOf = ({ Content }: SendEmailCommandInput): Notice => {
  const { Body, Headers = [] } = Content!.Simple!;
  const lines = Body!.Text!.Data!.trim().split('\n');
  const said = new Map(lines.map((line) => [line.split(': ')[0]!, line.split(': ')[1]!]));
  const [template, to] = [said.get('notice')!, said.get('for')!];
  const references = [...said].filter(([name]) => name !== 'notice' && name !== 'for');
  const id = Headers.find(({ Name }) => Name === 'X-Quittance-Notice')!.Value!;
  return { id, to, template, references: Object.fromEntries(references) };
};
