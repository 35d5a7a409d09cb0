// Policies as files: shipped ones by name, a customer's own that extends one, and each fault named before anything is
// done.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { checkId, GatePolicy, outlivesPurge } from '#core/policy.ts';
import { openEmbedded } from '#entry/embedded.ts';
import { readPolicy, SHIPPED_POLICIES } from '#entry/policies.ts';

const dir = mkdtempSync(join(tmpdir(), 'policies-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const base = readPolicy('gate-v1');
const own = (name: string, fields: object): string => {
  const path = join(dir, `${name}.json`);
  writeFileSync(
    path,
    JSON.stringify({ kind: 'quittance-gate-policy/v1', extends: 'gate-v1', version: 'own-1', ...fields }),
  );
  return path;
};
const fault = (path: string): unknown => {
  try {
    return readPolicy(path);
  } catch (error) {
    return error;
  }
};

describe('a shipped policy', () => {
  it.each(Object.keys(SHIPPED_POLICIES))('%s is whole, and its rungs can be tried', (name) => {
    expect(GatePolicy.safeParse(readPolicy(name)).success).toBe(true);
  });
});

describe('a policy whose weights may be copied', () => {
  it.each(['corpus', 'corpus-chat'])('%s-lasting-v1 asks for the attacks of gate-v3 by its bounds', (name) => {
    const attacks = ({ checks }: GatePolicy) => checks.filter(({ of }) => of.includes('.relearnt'));
    const lasting = readPolicy(`${name}-lasting-v1`);
    expect(attacks(lasting)).toEqual(attacks(readPolicy('gate-v3')));
    expect(attacks(lasting)).toHaveLength(4);
    const plain = readPolicy(`${name}-v1`);
    expect(lasting.checks.filter((one) => !attacks(lasting).includes(one))).toEqual(plain.checks);
    expect(lasting.ladder).toEqual(plain.ladder);
  });
});

describe('chat-v3', () => {
  it('asks what chat-v2 asks, and for three of the attacks of gate-v3 by its bounds', () => {
    const attacks = ({ checks }: GatePolicy) => checks.filter(({ of }) => of.includes('.relearnt'));
    const [chat, before] = [readPolicy('chat-v3'), readPolicy('chat-v2')];
    expect(attacks(chat)).toEqual(attacks(readPolicy('gate-v3')).filter(({ of }) => !of.includes('10x50')));
    expect(chat.checks.filter((one) => !attacks(chat).includes(one))).toEqual(before.checks);
  });
});

describe('a policy that extends another', () => {
  it('is whole: its own check in the place of the one with the same id, new ones after them, the rest as in the base', () => {
    const [exact] = base.checks;
    const stricter = { ...exact!, most: 0 };
    const odd = {
      ...{ name: 'odd answers', statistic: 'value', of: 'forget.perplexityBefore', most: 50 },
      ...{ direction: 'quality', reason: 'broken words' },
    };
    const made = readPolicy(own('stricter', { checks: [stricter, odd], certificateDays: 30 }));
    expect(made).toEqual({
      ...base,
      version: 'own-1',
      certificateDays: 30,
      checks: [stricter, ...base.checks.slice(1), odd],
    });
    expect(made).not.toHaveProperty('extends');
  });

  it('leaves out what it names', () => {
    const made = readPolicy(own('fewer', { without: ['share:forget.degenerate'] }));
    expect(made.checks).toEqual(base.checks.filter(({ of }) => of !== 'forget.degenerate'));
  });

  it('may extend a file beside it', () => {
    own('middle', { certificateDays: 7 });
    expect(readPolicy(own('top', { extends: 'middle', version: 'own-2' }))).toEqual({
      ...base,
      ...{ version: 'own-2', certificateDays: 7 },
    });
  });
});

describe('a policy with a fault', () => {
  const [exact] = base.checks;
  const faults: [what: string, fields: object, words: string][] = [
    ['an unknown quantity', { checks: [{ ...exact, of: 'forget.greedyExcat' }] }, "did you mean 'forget.greedyExact'"],
    ['an unknown field', { certifcateDays: 30 }, "no field is called 'certifcateDays'"],
    ['a quantity without a bound', { checks: [{ ...exact, statistic: 'value', of: 'forget.rougeL' }] }, 'no bound'],
    ['a check that nothing could fail', { checks: [{ ...exact, most: undefined }] }, 'nothing could fail it'],
    ['a bound beyond its unit', { checks: [{ ...exact, most: 5 }] }, 'from 0 to 1'],
    ['bounds turned round', { checks: [{ ...exact, least: 0.9, most: 0.1 }] }, 'no value is at least 0.9'],
    ['a check left out that is not there', { without: ['share:forget.degenerat'] }, 'share:forget.degenerat'],
    [
      'no check that outlives the purge',
      { without: base.checks.filter(outlivesPurge).map(checkId) },
      'at least one check on people who stay',
    ],
    ['an unknown base', { extends: 'gate-v9' }, ''],
    ['a method that there is not', { ladder: [{ method: 'flatt', config: {}, reason: 'x' }] }, 'rung 1'],
    [
      'a setting that the method does not have',
      { ladder: [...base.ladder, { method: 'flat', config: { update: { stepp: 1 } }, reason: 'x' }] },
      'rung 5: flat: update.stepp is no setting',
    ],
  ];

  it.each(faults)('%s', (what, fields, words) => {
    const found = fault(own(what.replaceAll(/\W/g, '-'), fields));
    expect(found).toMatchObject({ code: 'POLICY_INVALID' });
    expect(JSON.stringify(found)).toContain(JSON.stringify(words).slice(1, -1));
  });

  it('that extends itself by way of another is refused with the circle', () => {
    own('a', { extends: 'b' });
    own('b', { extends: 'a' });
    expect(fault(join(dir, 'a.json'))).toMatchObject({ code: 'POLICY_INVALID', got: 'a extends b extends a' });
  });

  it('is no JSON, says a field twice, or is not there', () => {
    for (const text of ['{', '{"version":"1","version":"2"}']) {
      writeFileSync(join(dir, 'text.json'), text);
      expect(fault(join(dir, 'text.json'))).toMatchObject({ code: 'POLICY_INVALID' });
    }
    expect(fault(join(dir, 'nowhere.json'))).toMatchObject({ code: 'NOT_FOUND' });
    expect(fault('gate-v9')).toMatchObject({ code: 'POLICY_INVALID', hint: expect.stringMatching(/'gate-v[123]'/) });
  });

  it('opens no data folder', async () => {
    const policy = { ...base, chekcs: [] } as typeof base;
    await expect(openEmbedded(join(dir, 'data'), { policy })).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    expect(existsSync(join(dir, 'data'))).toBe(false);
  });
});
