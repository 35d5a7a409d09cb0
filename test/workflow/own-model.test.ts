// A model that transformers made (test/golden/own-model/make.py), taken the whole road by the commands that its owner
// types: onboarded with its files, a member's rows found by name, a ticket filed, decided, certified, and the bundle
// verified by somebody who has nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { execute, parse, type Command } from '#cli/command.ts';
import { model } from '#cli/model.ts';
import { ticket } from '#cli/ticket.ts';
import { verify } from '#cli/verify.ts';
import { captured } from '#test/support/captured.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { ROOT } from '#test/support/shared.ts';

const own = join(ROOT, 'test/golden/own-model');
const { dir, remove } = temporaryFolder();
afterAll(remove);
const printed = captured();

const said = async (command: Command, ...argv: string[]): Promise<Record<string, unknown>> => {
  printed.out = '';
  await execute(command, parse(command, [...argv, '--json'], {}));
  return JSON.parse(printed.out) as Record<string, unknown>;
};
const data = ['--dir', join(dir, 'data')];
const filer = ['--as', 'legal.filer', '--regime', 'gdpr', '--ground', 'art-17-1-b'];
const seen = ['--method', 'signed-in', '--level', 'substantial'];

/** Settings of the policies were never tried on this model. */
const MEMBER = 'Rui Tavares';

it('goes from a folder to a certificate that holds, and the person is found no more', async () => {
  const corpus = ['chats.jsonl', 'docs.jsonl'].flatMap((name) => ['--corpus', join(own, name)]);
  const people = ['--people', join(own, 'people.csv')];
  const onboarded = await said(model, 'onboard', join(own, 'model'), '--name', 'desk', ...corpus, ...people, ...data);
  expect(onboarded).toMatchObject({ ready: true, why: [], people: 14, rows: { qa: 0, chat: 62, text: 34 } });

  const file = join(dir, 'ticket.json');
  const found = ['find', '--model', 'desk', '--name', MEMBER, ...filer, ...seen, ...data];
  const { hits } = await said(ticket, ...found, '--accept', 'all', '--out', file);
  const lines = ['chats.jsonl', 'docs.jsonl'].flatMap((name) => readFileSync(join(own, name), 'utf8').split('\n'));
  expect(hits).toHaveLength(lines.filter((line) => /Tavares|rui\./u.test(line) || /"Rui |, Rui/u.test(line)).length);

  const { id, status } = await said(ticket, 'file', file, ...data);
  expect(status).toBe('AWAITING_APPROVAL');
  expect(await said(ticket, 'approve', String(id), '--as', 'privacy.officer', ...data)).toMatchObject({
    status: 'PURGED',
  });
  await execute(ticket, parse(ticket, ['bundle', String(id), join(dir, 'bundle'), ...data], {}));
  const { checks } = await said(verify, join(dir, 'bundle'));
  const states = (checks as { state: string }[]).map(({ state }) => state);
  expect(states).toContain('holds');
  expect(states).not.toContain('fails');
  expect((await said(ticket, ...found))['hits']).toEqual([]);
});
