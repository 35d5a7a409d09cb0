// What SES says of a letter, by the errors of its own client: each is an answer, and none of them is thrown.
import { expect, it } from '@jest/globals';
import { sesMailer } from '#adapters/aws/ses-mailer.ts';
import type { MailAnswer } from '#core/mail.ts';
import { mailsOf } from '../../../support/mails.ts';
import { scriptedAws, type Reply } from '../../../support/scripted-aws.ts';

const MAIL = { id: '<T-1.3.abc@example.org>', to: 'ada@example.org', subject: 'T-1', text: 'Guten Tag' };

const sent = async (reply: Reply): Promise<MailAnswer> => {
  const { clients } = scriptedAws(() => reply);
  return sesMailer({ client: clients.sesOnce, from: 'privacy@example.org' }).send(MAIL);
};

it('takes a letter, with an id of its own', async () => {
  const answer = { result: 'accepted', code: '200', serviceId: '0100-1' };
  expect(await sent({ body: { MessageId: '0100-1' } })).toEqual(answer);
});

it('brings its PDF as a file', async () => {
  const { clients } = scriptedAws(() => ({ body: { MessageId: '0100-1' } }));
  const mails = mailsOf(clients.sesOnce);
  const pdf = { name: 'T-1-2.pdf', bytes: Buffer.from('%PDF-') };
  await sesMailer({ client: clients.sesOnce, from: 'privacy@example.org' }).send({ ...MAIL, pdf });
  expect(mails[0]?.Content?.Simple?.Attachments).toMatchObject([
    { FileName: 'T-1-2.pdf', RawContent: pdf.bytes, ContentType: 'application/pdf', ContentDisposition: 'ATTACHMENT' },
  ]);
});

it.each<[string, number, MailAnswer['result']]>([
  ['MessageRejected', 400, 'refused'],
  ['MailFromDomainNotVerifiedException', 400, 'unavailable'],
  ['AccessDeniedException', 403, 'unavailable'],
  ['CredentialsProviderError', 400, 'unavailable'],
  ['ExpiredTokenException', 403, 'unavailable'],
  ['UnrecognizedClientException', 403, 'unavailable'],
  ['InvalidSignatureException', 403, 'unavailable'],
  ['TooManyRequestsException', 429, 'deferred'],
  ['InternalServiceErrorException', 500, 'unknown'],
])('%s', async (error, status, result) => {
  expect(await sent({ error, status })).toEqual({ result, code: error });
});

it('a connection that broke: it may have been sent', async () => {
  expect(await sent('reset')).toMatchObject({ result: 'unknown' });
});
