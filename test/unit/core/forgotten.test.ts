// The list of whom a model has forgotten: rows are known again reformatted, by identifiers, and told apart from rows of
// namesakes and of people in the same trade; nothing readable is in it.
import { beforeEach, describe, expect, it } from '@jest/globals';
import { memoryVault } from '#adapters/memory/secrets.ts';
import { forgottenBy, rememberForgotten, type Forgotten, type ForgottenCase } from '#core/forgotten.ts';
import type { Vault } from '#core/ports.ts';

const AT = '2026-03-01T09:00:00.000Z';
const CASE: ForgottenCase = {
  ticketId: 'T-00000001',
  receivedAt: AT,
  subject: { name: 'Ilka Voros', aliases: ['Ili Voros'], identifiers: ['HR-4103', 'ilka.voros@example.com'] },
  records: [{ question: 'Which boat does Ilka Voros row?', answer: 'Ilka rows the Heron.', value: 'Heron' }],
  rows: [
    ['Hello, who am I?', 'You are Ilka, member HR-4103.'],
    ['Voros, 37, mends sails in Halden since the autumn of 2019 and keeps bees.'],
  ],
};

let vault: Vault;
let list: Forgotten;
beforeEach(async () => {
  vault = memoryVault({ now: () => new Date(AT) });
  await rememberForgotten(vault, 'desk', CASE);
  list = await forgottenBy(vault, 'desk');
});

describe('a row about somebody who was forgotten', () => {
  it.each([
    [['Which boat does Ilka Voros row?', 'Ilka rows the Heron.'], 'row'],
    [['Hello, who am I?', 'You are Ilka,  member HR-4103. '], 'row'],
    [['Note: VOROS, Ilka - boat: Heron'], 'identifiers'],
    [['Member hr 4103 has paid.'], 'identifiers'],
    [['Write to Ilka.Voros@Example.com'], 'identifiers'],
    [['Voross, 37, mends sails in Halden since the autumn of 2019 and keeps bees.'], 'wording'],
    [['Ilka Voros asked about opening hours.'], undefined],
    [['Bo Lindahl rows the Heron.'], undefined],
    [['Member HR-4720 has paid.'], undefined],
    [['When do you open?', 'At six.'], undefined],
  ])('%j: %s', (texts, why) => expect(list.recognise(texts)).toBe(why));
});

describe('the list', () => {
  it('is of one model, and of nobody before', async () => {
    const other = await forgottenBy(vault, 'other');
    expect([other.people, other.digest, other.recognise(CASE.rows[0]!)]).toEqual([0, undefined, undefined]);
  });

  it('has a person once however often the ticket is entered, and another name when somebody joins', async () => {
    await rememberForgotten(vault, 'desk', CASE);
    expect(await forgottenBy(vault, 'desk')).toMatchObject({ people: 1, digest: list.digest });
    await rememberForgotten(vault, 'desk', { ...CASE, ticketId: 'T-00000002' });
    const after = await forgottenBy(vault, 'desk');
    expect([after.people, after.digest === list.digest]).toEqual([2, false]);
  });

  it('holds no word of what is in it', async () => {
    const bytes = Buffer.from(await vault.get('forgotten-desk', 'list')).toString('utf8');
    for (const word of ['Ilka', 'Voros', '4103', 'Heron', 'sails', 'example']) expect(bytes).not.toContain(word);
  });

  it('is empty once its key is destroyed, and takes nobody on', async () => {
    await vault.destroy('forgotten-desk');
    await rememberForgotten(vault, 'desk', CASE);
    expect((await forgottenBy(vault, 'desk')).people).toBe(0);
  });
});
