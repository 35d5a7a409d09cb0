// Letters by SMTP, against a mail server on this machine: what arrives, over what, and what is said where it does not.
import { afterEach, describe, expect, it } from '@jest/globals';
import { MailSettings } from '#adapters/local/mail-settings.ts';
import { smtpMailer } from '#adapters/local/smtp-mailer.ts';
import { Mailbox, type Mail, type MailAnswer } from '#core/mail.ts';
import { mailServer, type Behaviour, type MailServer } from '../../../support/smtp.ts';

const MAIL: Mail = {
  id: '<T-1.3.abc@example.org>',
  to: 'ada@example.org',
  subject: 'Ihre Anfrage: Löschung (T-1)',
  text: 'Guten Tag Ada Vane,\n\nwir haben Ihre Anfrage.\n.\nEnde\n',
};

let server: MailServer;
afterEach(async () => server.close());

const sent = async (
  behaviour: Behaviour,
  change: Record<string, unknown> = {},
  mail: Mail = MAIL,
): Promise<MailAnswer> => {
  server = await mailServer(behaviour);
  return smtpMailer(server.dir, MailSettings.parse(server.settings(change))).send(mail);
};

describe('a letter', () => {
  it('arrives once, over TLS, with its id, and its words', async () => {
    expect(await sent({})).toEqual({ result: 'accepted', code: '250' });
    const [{ from, to, raw, secure }, ...others] = server.taken as [MailServer['taken'][number]];
    expect([from, to, secure, others]).toEqual(['privacy@example.org', ['ada@example.org'], true, []]);
    expect(raw).toContain('Message-ID: <T-1.3.abc@example.org>');
    expect(raw).toContain('To: ada@example.org');
    expect(raw).toMatch(/^From: =\?UTF-8\?.* <privacy@example\.org>\r$/m);
  });

  it('brings its PDF as a file, whole', async () => {
    const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 256));
    expect(await sent({}, {}, { ...MAIL, pdf: { name: 'T-1-2.pdf', bytes } })).toMatchObject({ result: 'accepted' });
    const raw = server.taken[0]?.raw ?? '';
    const [, file = ''] = /filename=T-1-2\.pdf[^]*?\r\n\r\n([A-Za-z0-9+/=\r\n]+?)\r\n--/.exec(raw) ?? [];
    expect(raw).toMatch(/Content-Type: application\/pdf; name=T-1-2\.pdf/);
    expect(Buffer.from(file, 'base64').equals(bytes)).toBe(true);
    expect(raw).toContain('Guten Tag Ada Vane');
  });

  it('is sent after signing in, with the password from its file', async () => {
    const user = ['desk', 'the password'] as const;
    expect(await sent({ user }, { user: 'desk', passwordFile: 'password' })).toMatchObject({ result: 'accepted' });
    expect(server.taken).toHaveLength(1);
  });
});

describe('what does not arrive', () => {
  it.each<[string, Behaviour, Record<string, unknown>, MailAnswer, number]>([
    ['a recipient who is refused', { rcpt: () => 550 }, {}, { result: 'refused', code: '550' }, 0],
    ['a recipient who is greylisted', { rcpt: () => 451 }, {}, { result: 'deferred', code: '451' }, 0],
    ['a message that is refused', { data: () => 554 }, {}, { result: 'refused', code: '554' }, 0],
    ['a message that is to come later', { data: () => 452 }, {}, { result: 'deferred', code: '452' }, 0],
    ['no answer to the message', { data: () => 'silence' }, {}, { result: 'unknown', code: 'ETIMEDOUT' }, 0],
    ['a connection lost with the message', { data: () => 'lost' }, {}, { result: 'unknown', code: 'ECONNECTION' }, 0],
    [
      'a connection lost after it was taken',
      { data: () => 'taken-and-lost' },
      {},
      { result: 'unknown', code: 'ECONNECTION' },
      1,
    ],
    ['a number that is no answer to it', { data: () => 354 }, {}, { result: 'unknown', code: '354' }, 0],
    ['a greeting that refuses', { greeting: 554 }, {}, { result: 'unavailable', code: '554' }, 0],
    ['nobody signed in where one must', { user: ['desk', 'pass'] }, {}, { result: 'unavailable', code: '530' }, 0],
    ['a recipient for whom one must sign in', { rcpt: () => 530 }, {}, { result: 'unavailable', code: '530' }, 0],
    ['a server without TLS', { tls: false }, {}, { result: 'unavailable', code: 'ETLS' }, 0],
    ['a certificate of another', {}, { ca: 'wrong.pem' }, { result: 'unavailable', code: 'ESOCKET' }, 0],
    [
      'a password that is wrong',
      { user: ['desk', 'another'] },
      { user: 'desk', passwordFile: 'password' },
      { result: 'unavailable', code: 'EAUTH' },
      0,
    ],
  ])('%s', async (_name, behaviour, change, answer, taken) => {
    expect(await sent(behaviour, change)).toEqual(answer);
    expect(server.taken).toHaveLength(taken);
  });

  it.each<[NonNullable<Behaviour['ends']>, string]>([
    [['MAIL', 'lost'], 'ECONNECTION'],
    [['MAIL', 'silence'], 'ETIMEDOUT'],
    [['RCPT', 'lost'], 'ECONNECTION'],
    [['RCPT', 'silence'], 'ETIMEDOUT'],
  ])('nothing was sent at %j, before the message', async (ends, code) => {
    expect(await sent({ ends })).toEqual({ result: 'deferred', code });
  });

  it('a server that is not there: nothing was sent', async () => {
    server = await mailServer();
    const settings = MailSettings.parse(server.settings({ port: 1 }));
    expect(await smtpMailer(server.dir, settings).send(MAIL)).toMatchObject({ result: 'deferred' });
  });
});

describe('a header', () => {
  it('cannot be added by a subject', async () => {
    const bad = { subject: 'Hello\r\nBcc: eve@example.org\r\n\r\nbody' };
    expect(await sent({}, {}, { ...MAIL, ...bad })).toMatchObject({ result: 'accepted' });
    const [{ raw, to }] = server.taken as [MailServer['taken'][number]];
    expect(to).toEqual(['ada@example.org']);
    expect(raw).not.toMatch(/^Bcc:/m);
  });

  it.each([
    'ada@example.org\r\nBcc: eve@example.org',
    'ada@example.org, eve@example.org',
    'Ada <ada@example.org>',
    'ada@example.org>',
    '"ada\r\n"@example.org',
    'ada',
    `${'a'.repeat(250)}@example.org`,
  ])('%j is no address', async (address) => {
    server = await mailServer();
    expect(Mailbox.safeParse(address).success).toBe(false);
  });
});

it.each([
  [{ host: 'mail.example.org', tls: 'none' }, 'tls'],
  [{ user: 'desk' }, 'passwordFile'],
  [{ port: 0 }, 'port'],
  [{ host: 'mail example' }, 'host'],
])('settings with %j are refused', async (change, field) => {
  server = await mailServer();
  const parsed = MailSettings.safeParse(server.settings(change));
  expect(parsed.error?.issues[0]?.path).toEqual(['smtp', field]);
});
