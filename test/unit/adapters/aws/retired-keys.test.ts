// The end of a key on AWS, as an operator writes it who may unwrap nothing: the key in use moves to the former ones in
// one transaction, the next use makes another, and what a row says of a public key is believed by nobody who can
// compute it. Against a table that holds conditions as DynamoDB does, and a KMS that unwraps by purpose.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { condemnRow, lastFormer, retireRow } from '#adapters/aws/former-rows.ts';
import { kmsPeopleKeys } from '#adapters/aws/people-keys.ts';
import { signerByName, wrappedSigner } from '#adapters/aws/wrapped-signer.ts';
import { verifyEd25519 } from '#core/ledger/note.ts';
import { outcome } from '#test/contract/contract.ts';
import { scriptedKeys } from '#test/support/scripted-keys.ts';

const WHO = 'privacy.officer';
const message = Buffer.from('a decision');
const END = { until: '2026-05-01T00:00:00.000Z', compromised: false };

const setup = () => {
  const { options, ...scripted } = scriptedKeys();
  const { dynamodb, table } = options;
  return { ...scripted, people: kmsPeopleKeys(options), signer: wrappedSigner(options), table: { dynamodb, table } };
};

describe('a key on AWS', () => {
  it('ends with what it signed, keeps its public part, and is followed by another', async () => {
    const { people, table } = setup();
    const signature = await people.sign(WHO, message);
    const first = await people.publicKey(WHO);
    expect(await retireRow(table, 'people', WHO, END)).toEqual({ publicKey: new Uint8Array(first), ...END });
    const [former] = await people.former(WHO);
    expect(former).toMatchObject(END);
    expect(verifyEd25519(former!.publicKey, message, signature)).toBe(true);
    const next = await people.publicKey(WHO);
    expect(Buffer.from(next).equals(first)).toBe(false);
    expect(verifyEd25519(next, message, await people.sign(WHO, message))).toBe(true);
  });

  it('of the service too, beside keys that KMS holds and nothing ends here', async () => {
    const { signer, table } = setup();
    const byName = signerByName({ sign: signer.sign, publicKey: signer.publicKey }, signer, ['log']);
    const first = await byName.publicKey('service');
    await retireRow(table, 'signer', 'service', END);
    expect(await byName.former?.('service')).toEqual([{ publicKey: Buffer.from(first), ...END }]);
    expect(await byName.former?.('log')).toEqual([]);
  });

  it('may be called compromised after that, for good', async () => {
    const { people, table } = setup();
    await people.prepare(WHO);
    await retireRow(table, 'people', WHO, END);
    const earlier = '2026-04-01T00:00:00.000Z';
    await condemnRow(table, 'people', WHO, earlier);
    await condemnRow(table, 'people', WHO, '2026-06-01T00:00:00.000Z');
    expect(await people.former(WHO)).toMatchObject([{ until: earlier, compromised: true }]);
    expect(await lastFormer(table, 'people', WHO)).toMatchObject({ until: earlier, compromised: true });
  });

  it('that is not there, or does not say its public part, is not ended', async () => {
    const { people, rows, table } = setup();
    expect(await outcome(retireRow(table, 'people', WHO, END))).toBe('KEY_UNAVAILABLE');
    expect(await outcome(condemnRow(table, 'people', WHO, END.until))).toBe('NOT_FOUND');
    await people.prepare(WHO);
    const { pk, wrappedKey } = rows.get(`people#${WHO}`)!; // as rows were before they said it
    rows.set(`people#${WHO}`, { pk: pk!, wrappedKey: wrappedKey! });
    await expect(retireRow(table, 'people', WHO, END)).rejects.toMatchObject({
      code: 'KEY_UNAVAILABLE',
      hint: expect.stringMatching(/^it is written with the next use/),
    });
    await people.sign(WHO, message);
    await retireRow(table, 'people', WHO, END);
    await expect(retireRow(table, 'people', WHO, END)).rejects.toMatchObject({
      message: `the key of ${WHO} ended on ${END.until}`,
    });
  });

  it('that somebody else ends at the same moment is ended once, and this one is told to repeat', async () => {
    const { people, rows, race, table } = setup();
    await people.prepare(WHO);
    race.first = () => rows.delete(`people#${WHO}`);
    expect(await outcome(retireRow(table, 'people', WHO, END))).toBe('SERVICE_UNAVAILABLE');
    expect(await people.former(WHO)).toEqual([]);
  });

  it('of somebody who writes to the table is not taken for a former one', async () => {
    const { people, rows, table } = setup();
    await people.prepare(WHO);
    await retireRow(table, 'people', WHO, END);
    const row = rows.get(`people#former/${WHO}`)!;
    const mine = randomBytes(32).toString('base64');
    const [ended] = z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(row['body']!['S']!));
    const saying = (change: object) => ({ ...row, body: { S: JSON.stringify([{ ...ended, ...change }]) } });
    rows.set(`people#former/${WHO}`, saying({ publicKey: mine }));
    expect(await outcome(people.former(WHO))).toBe('STORE_CORRUPT');
    rows.set(`people#former/${WHO}`, saying({ publicKey: mine, wrappedKey: mine }));
    expect(await outcome(people.former(WHO))).not.toBe('fulfilled'); // KMS wrapped no such thing
  });
});
