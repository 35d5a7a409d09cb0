// `quittance ticket letter` as it is typed, over a data folder of its own and a mail server on this machine: letters
// are listed, looked at into a file, and sent once; what is not known or not allowed is refused.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { localStores } from '#adapters/local/index.ts';
import { execute, parse } from '#cli/command.ts';
import { ticket } from '#cli/ticket.ts';
import { fileTicket } from '#functions/file-ticket.ts';
import { SUBJECT, requestOf } from '#bench/house/requests.ts';
import { ticketHarness } from '#bench/house/ticket-harness.ts';
import { outcome } from '#test/contract/contract.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { mailServer, type MailServer } from '#test/support/smtp.ts';

const { dir, remove } = temporaryFolder();
let server: MailServer;
let replies: number[] = [];
let id: string;
afterAll(async () => {
  await server.close();
  remove();
});

beforeAll(async () => {
  server = await mailServer({ rcpt: () => replies.shift() ?? 250 });
  const settings = server.settings();
  const smtp = { ...settings.smtp, ca: join(server.dir, 'ca.pem') };
  writeFileSync(join(dir, 'installation.json'), JSON.stringify({ mail: { ...settings, smtp } }));
  const harness = await ticketHarness();
  const stores = localStores(dir);
  const { tickets, vault, clock } = stores;
  const ports = { ...harness.ports, tickets, vault, clock };
  const request = requestOf({ subject: { name: SUBJECT, identifiers: ['mira@example.org'] } });
  const filed = await fileTicket.handle({ request, policy: harness.policy, requestId: 'r-1' }, ports);
  id = (filed as { ticketId: string }).ticketId;
  stores.close();
});

const typed = async (...argv: string[]): Promise<{ exit: number; out: string; err: string }> => {
  const [out, err]: [string[], string[]] = [[], []];
  const spies = [
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0),
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0),
  ];
  try {
    const args = parse(ticket, ['letter', id, ...argv, '--dir', dir], {});
    return { exit: await execute(ticket, args), out: out.join(''), err: err.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
};
const AS = ['--as', 'legal.lou'];

it('keeps, lists, shows and sends a letter, and sends none twice', async () => {
  expect((await typed()).out).toBe(`no letter of ${id} is kept\n`);
  expect((await typed('--kind', 'acknowledgement', '--lang', 'de', '--keep', ...AS)).out).toContain(SUBJECT);
  const listed = await typed();
  expect(listed.out).toMatch(/^ +2 {2}acknowledgement +de .* legal\.lou {2}not sent\n$/);
  expect(listed.out).not.toContain(SUBJECT);
  const pdf = join(dir, 'letter.pdf');
  const shown = await typed('--number', '2', '--pdf', pdf, ...AS);
  expect(shown.out).toMatch(new RegExp(`^to: mira@example.org\nsubject: .*${id}[^]*${SUBJECT}`));
  expect([readFileSync(pdf, 'latin1').slice(0, 5), statSync(pdf).mode & 0o777]).toEqual(['%PDF-', 0o600]);
  replies = [451];
  expect(await typed('--number', '2', '--send', ...AS)).toMatchObject({ exit: 2, out: 'deferred by smtp (451)\n' });
  expect((await typed()).out).toMatch(/deferred .*, again from /);
  expect(await typed('--number', '2', '--send', ...AS)).toMatchObject({ exit: 0, out: 'accepted by smtp (250)\n' });
  expect(await outcome(typed('--number', '2', '--send', '--again', ...AS))).toBe('LETTER_SENT');
  expect((await typed('--number', '2', ...AS)).err).toBe('it was sent, or is being sent\n');
  expect(server.taken).toHaveLength(1);
  expect(server.taken[0]?.raw).toContain(`filename=${id}-2.pdf`);
});

it.each([
  ['who is not said', ['--number', '2'], 'USAGE'],
  ['a letter that is not there', ['--number', '9', ...AS], 'NOT_FOUND'],
  ['no number', ['--number', 'two', ...AS], 'USAGE'],
  ['sending without a number', ['--send', ...AS], 'USAGE'],
  ['sending again without sending', ['--number', '2', '--again', ...AS], 'USAGE'],
  ['a kind beside a number', ['--number', '2', '--kind', 'hold', ...AS], 'USAGE'],
  ['a language without a kind', ['--lang', 'de'], 'USAGE'],
])('%s is refused', async (_what, argv, code) => {
  expect(await outcome(typed(...argv))).toBe(code);
});
