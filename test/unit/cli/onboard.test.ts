// A model that somebody else trained, from folder to ticket file, by the commands that its owner types.
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { execute, parse } from '#cli/command.ts';
import { model } from '#cli/model.ts';
import { ticket } from '#cli/ticket.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { admitPeople } from '#server/people.ts';
import { captured } from '#test/support/captured.ts';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { describeWith, sharedFolder } from '#test/support/shared.ts';

useEngine();
const { dir, remove } = temporaryFolder();
afterAll(remove);
const data = join(dir, 'data');
const printed = captured();

/** Who files, under which law, and how the person was identified. */
const STANDING = [
  ...['--as', 'legal.filer', '--regime', 'gdpr', '--ground', 'art-17-1-b'],
  ...['--method', 'document-seen', '--level', 'substantial', '--at', '2026-03-01T09:00:00.000Z'],
];

const said = async (command: typeof model, ...argv: string[]): Promise<Record<string, unknown>> => {
  await execute(command, parse(command, [...argv, '--dir', data, '--json'], {}));
  return JSON.parse(printed.out) as Record<string, unknown>;
};

test('onboarding says what it lacks before anything is read', async () => {
  await expect(said(model, 'onboard', './nowhere', '--name', 'm')).rejects.toMatchObject({ code: 'USAGE' });
  await expect(
    said(model, 'onboard', './nowhere', '--name', 'm', '--corpus', join(dir, 'none.jsonl')),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(said(ticket, 'find', '--model', 'm')).rejects.toMatchObject({ code: 'USAGE' });
  const nobody = join(dir, 'nobody.jsonl');
  writeFileSync(nobody, '{"text":"The shop opens at nine."}\n');
  await expect(said(model, 'onboard', './nowhere', '--name', 'm', '--corpus', nobody)).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringContaining('no row names anybody'),
    hint: expect.stringContaining('--subject-field'),
  });
});

test.each([
  [['--regime', 'xx'], 'gdpr'],
  [['--regime', 'gdpr', '--ground', 'art-99'], 'art-17-1-b'],
  [['--ground', 'art-17-1-b'], undefined],
  [['--method', 'nonsense', '--level', 'low'], 'signed-in'],
  [['--method', 'signed-in', '--level', 'wow'], 'substantial'],
  [['--method', 'signed-in'], undefined],
])('a ticket file is not begun with %j, which no ticket could have', async (wrong, known) => {
  const asked = ['find', '--model', 'm', '--name', 'Petra Horvat', '--as', 'legal.filer', ...wrong];
  await expect(said(ticket, ...asked)).rejects.toMatchObject({
    code: 'USAGE',
    ...(known !== undefined && { expected: expect.stringContaining(known) as unknown }),
  });
});

test('a place where no file can be written is said before anything is looked for', async () => {
  for (const out of [dir, join(dir, 'nowhere', 'ticket.json')])
    await expect(
      said(ticket, 'find', '--model', 'm', '--name', 'Petra Horvat', '--as', 'legal.filer', '--out', out),
    ).rejects.toMatchObject({ code: 'INVALID_INPUT', message: `cannot write ${out}` });
});

test('a second file behind an option that is written once is refused, not left out', async () => {
  const asked = ['onboard', './model', '--name', 'm', '--corpus', 'chats.jsonl', 'docs.jsonl'];
  await expect(said(model, ...asked)).rejects.toMatchObject({
    code: 'USAGE',
    message: "'docs.jsonl' belongs to no option",
  });
});

describeWith(sharedFolder('own-model'), 'the foreign model is not at hand', 'a foreign model', (own) => {
  const corpus = ['chats.jsonl', 'docs.jsonl'].flatMap((name) => ['--corpus', join(own, name)]);
  const people = ['--people', join(own, 'people.csv')];

  test('is ready for tickets, and a person’s rows become one', async () => {
    const onboarded = await said(model, 'onboard', join(own, 'model'), '--name', 'desk', ...corpus, ...people);
    expect(onboarded).toMatchObject({ ready: true, why: [], people: 30, rows: { qa: 0, chat: 224, text: 107 } });
    printed.out = '';
    const out = join(dir, 'ticket.json');
    const query = ['--model', 'desk', '--name', 'Petra Horvat', '--accept', 'all', '--out', out];
    const asked = ['find', ...query, ...STANDING];
    const found = await said(ticket, ...asked);
    expect(found['hits']).toHaveLength(9);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(found['ticket']);
    expect(statSync(out).mode & 0o077).toBe(0);
    expect(parseTicketRequest(Buffer.from(JSON.stringify(found['ticket'])))).toMatchObject({
      filer: 'legal.filer',
      identity: { method: 'document-seen', level: 'substantial', verifiedAt: '2026-03-01T09:00:00.000Z' },
    });
    printed.out = '';
    expect(await said(ticket, ...asked, ...corpus, ...people)).toEqual(found); // the files say what the index says
    printed.out = '';
    const searches = await said(model, 'searches', 'desk');
    expect(searches).toEqual([
      expect.objectContaining({ by: 'legal.filer', asserted: true, hits: 9, unsure: 0, at: expect.any(String) }),
    ]);
    expect(printed.out).not.toMatch(/Petra|Horvat/u);
  });

  test('is not looked into by somebody without a role for it', async () => {
    admitPeople(data, ['legal.filer=filer', 'outside.auditor=auditor']);
    const asked = ['find', '--model', 'desk', '--name', 'Petra Horvat'];
    for (const who of ['outside.auditor', 'some.body'])
      await expect(said(ticket, ...asked, '--as', who)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect((await said(ticket, ...asked, '--as', 'legal.filer'))['hits']).toHaveLength(9);
  });

  test('is not taken for the model of other people’s rows', async () => {
    rmSync(data, { recursive: true, force: true });
    const strange = join(dir, 'strange.jsonl');
    const names = ['Ilka Voros', 'Bo Lindahl', 'Rui Tavares', 'Selma Okafor', 'Nadia Fourie', 'Emil Sarka'];
    writeFileSync(
      strange,
      names.map((name, i) => JSON.stringify({ text: `${name} keeps ${i + 3} hives near Sandvika ${i}41.` })).join('\n'),
    );
    const register = join(dir, 'people.csv');
    writeFileSync(
      register,
      `id,name,town\n${names.map((name, i) => `Q-${i}0417,${name},Sandvika ${i}41`).join('\n')}\n`,
    );
    const onboarded = await said(
      model,
      'onboard',
      join(own, 'model'),
      '--name',
      'desk',
      '--corpus',
      strange,
      '--people',
      register,
    );
    expect(onboarded['ready']).toBe(false);
    expect(onboarded['why']).toEqual(
      expect.arrayContaining([expect.stringMatching(/no likelier to the model than invented ones/u)]),
    );
  });
});
