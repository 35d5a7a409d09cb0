// The settings of the intake: files that fit are read, and one that does not is refused by its name before anything is
// served with it.
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { verify, X509Certificate } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readInstallation } from '#adapters/local/installation.ts';
import { readIntake } from '#adapters/local/intake-settings.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { certificateIn, writeIntake } from '#test/support/intakes.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);
const DOMAIN = 'opendsr.house.example';
beforeEach(() => writeIntake(dir, DOMAIN));

const read = (now = new Date()) => readIntake(dir, readInstallation(dir).intake, now);
const settings = () => JSON.parse(readFileSync(join(dir, 'installation.json'), 'utf8')) as { intake: Settings };
type Settings = { openDsr: Record<string, unknown>; dataRightsProtocol: Record<string, unknown> };
const change = (act: (intake: Settings) => void) => {
  const all = settings();
  act(all.intake);
  writeFileSync(join(dir, 'installation.json'), JSON.stringify(all));
};

const controller = (id: string, digit: string) => ({ id, tokenSha256: digit.repeat(64) });

describe('settings of the intake', () => {
  it('that fit are read, and what is signed holds by the certificate', () => {
    const intake = read();
    expect([...(intake?.dataRights?.agents.keys() ?? [])]).toEqual(['GOOD_AGENT', 'OTHER_AGENT']);
    const signature = intake?.openDsr?.sign(Buffer.from('said')) ?? new Uint8Array();
    const { publicKey } = new X509Certificate(certificateIn(dir));
    expect(verify('sha256', Buffer.from('said'), publicKey, signature)).toBe(true);
  });

  it('that are not there give none', () => {
    writeFileSync(join(dir, 'installation.json'), '{}');
    expect(read()).toBeUndefined();
  });

  it.each<[string, string, () => void]>([
    ['no directory', 'agents.json', () => rmSync(join(dir, 'agents.json'))],
    ['a directory that is no JSON', 'agents.json', () => appendFileSync(join(dir, 'agents.json'), ']')],
    ['a key that is too short', 'agents.json', () => edit('agents.json', /"verify_key":"....../, '"verify_key":"')],
    ['an agent twice', 'agents.json', () => edit('agents.json', 'OTHER_AGENT', 'GOOD_AGENT')],
    ['a certificate for another name', 'dsr.pem', () => change(({ openDsr }) => (openDsr['domain'] = 'x.example'))],
    ['a certificate that it signed itself', 'dsr.pem', () => writeIntake(dir, DOMAIN, true)],
    ["the authority's own key", 'dsr.pem', () => change(({ openDsr }) => (openDsr['key'] = 'root.key'))],
    ['a key for a certificate', 'dsr.key', () => change(({ openDsr }) => (openDsr['certificate'] = 'dsr.key'))],
    ['a certificate for a key', 'dsr.pem', () => change(({ openDsr }) => (openDsr['key'] = 'dsr.pem'))],
  ])('with %s name %s', (_what, file, act) => {
    act();
    expect(() => read()).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(file) }),
    );
  });

  it.each(['2999-01-01', '2020-01-01'])('with a certificate that is not valid on %s are refused', (day) => {
    expect(() => read(new Date(day))).toThrow(expect.objectContaining({ expected: 'a certificate that is valid' }));
  });

  it.each<[string, (intake: Settings) => void]>([
    ['a controller without its form', ({ openDsr }) => (openDsr['controllers'] = [{ id: 'Shop', tokenSha256: 'x' }])],
    [
      'a controller twice',
      ({ openDsr }) => (openDsr['controllers'] = [controller('shop', 'a'), controller('shop', 'b')]),
    ],
    ['a token of two', ({ openDsr }) => (openDsr['controllers'] = [controller('shop', 'a'), controller('rival', 'a')])],
    ['no controllers', ({ openDsr }) => (openDsr['controllers'] = [])],
    ['a business in small letters', ({ dataRightsProtocol: drp }) => (drp['businessId'] = 'house')],
    ['an unknown field', ({ openDsr }) => (openDsr['token'] = 'x')],
  ])('with %s are refused by field', (_what, act) => {
    change(act);
    expect(() => read()).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', got: expect.stringContaining('intake.') }),
    );
  });
});

const edit = (file: string, from: string | RegExp, to: string) =>
  writeFileSync(join(dir, file), readFileSync(join(dir, file), 'utf8').replace(from, to));
