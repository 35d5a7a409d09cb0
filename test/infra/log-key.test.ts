// Who may do what with the log's keys: functions name them by their aliases, and one policy replaces them.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SCHEDULED_STEPS } from '#core/schedules.ts';
import { steps } from '#functions/steps.ts';
import { idOf } from '#infra/app-stack.ts';
import { workflowPlaceholders } from '#infra/state-machine.ts';
import { listed, statements, storesIn, synthesise, textOf, type Synthesised } from './synthesised.ts';

let synthesised: Synthesised;
beforeAll(async () => void (synthesised = await synthesise()));
afterAll(() => synthesised.remove());

const called = [...workflowPlaceholders(), ...SCHEDULED_STEPS];
const roleOf = (id: string) =>
  statements(synthesised, 'app')
    .filter(({ owner }) => owner.startsWith(`${id}Role`))
    .map(({ statement }) => statement);

describe('the role of a step', () => {
  it("asks KMS for the log's keys by their aliases alone, and signs by that of the key in use", () => {
    for (const { name, uses } of steps.filter((step) => called.includes(step.name))) {
      const asked = roleOf(idOf(name)).filter(({ Action }) =>
        listed(Action).some((action) => ['kms:Sign', 'kms:GetPublicKey'].includes(action)),
      );
      expect([name, asked.length > 0]).toEqual([name, uses.includes('signer') || uses.includes('ledger')]);
      for (const { Action, Resource, Condition } of asked) {
        expect(textOf(Resource)).toMatch(/:key\/\*$/);
        if (listed(Action).includes('kms:Sign'))
          expect(Condition?.['StringEquals']).toMatchObject({ 'kms:RequestAlias': 'alias/quittance/log' });
        else
          expect(Condition).toEqual({
            StringLike: { 'kms:RequestAlias': ['alias/quittance/log', 'alias/quittance/log/*'] },
          });
      }
    }
  });
});

describe("the policy for who replaces the log's key by command", () => {
  const given = () => {
    const found = statements(synthesised, 'app').filter(({ owner }) => owner.startsWith('ReplaceLogKey'));
    return found.map(({ statement }) => statement);
  };
  const allowing = (action: string) => given().filter(({ Action }) => listed(Action).includes(action));

  it('makes, names and asks for Ed25519 keys, notes the end, and can neither sign, unwrap nor delete', () => {
    const actions = [...new Set(given().flatMap(({ Action }) => listed(Action)))];
    expect(actions.filter((action) => action.startsWith('kms:') && !/DataKey|Decrypt/.test(action)).sort()).toEqual([
      ...['kms:CreateAlias', 'kms:CreateKey', 'kms:GetPublicKey', 'kms:UpdateAlias'],
    ]);
    expect(actions.filter((action) => /delete/i.test(action))).toEqual([]);
    const purposes = given().flatMap(
      ({ Condition }) => Condition?.['StringEquals']?.['kms:EncryptionContext:purpose'] ?? [],
    );
    expect(purposes).toEqual([]);
    const kinds = allowing('kms:CreateKey').map(({ Condition }) => Condition?.['StringEquals']);
    expect(kinds).toEqual([{ 'kms:KeySpec': 'ECC_NIST_EDWARDS25519', 'kms:KeyUsage': 'SIGN_VERIFY' }]);
    const named = allowing('kms:UpdateAlias').flatMap(({ Resource }) => listed(Resource).map(textOf));
    expect(named.map((resource) => resource.replace(/^.*?:(?=(key|alias)\/)/, ''))).toEqual([
      ...['key/*', 'alias/quittance/log', 'alias/quittance/log/*'],
    ]);
  });

  it("writes the rows of the log's keys and tickets, and reads the head and certificates", () => {
    const stores = given().flatMap(({ Resource }) => listed(Resource).flatMap((one) => storesIn(textOf(one))));
    expect([...new Set(stores)].sort()).toEqual(['Artifacts', 'DataKey', 'Keys', 'LogHead', 'Tickets']);
    const rows = given().flatMap(
      ({ Condition }) => Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'] ?? [],
    );
    expect(rows).toEqual(['kms#*']);
  });
});
