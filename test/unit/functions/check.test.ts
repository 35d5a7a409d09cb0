// The public page for evidence: a bundle or a certificate is checked as the verifier checks it, by a form and by
// programs, and nothing of it is kept; it is there only where the settings ask for it.
import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { zipSync } from 'fflate';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import type { Verification } from '#core/verify.ts';
import { appOf, as, FORM_BODY, problemOf } from '#test/support/api-callers.ts';
import { walkedToEnd, type WalkedTicket } from '#test/support/hand-walked.ts';

let walked: WalkedTicket;
let bundle: BundleFiles;
beforeAll(async () => {
  walked = await walkedToEnd();
  bundle = await assembleBundle(walked.harness.ports, walked.ticketId);
});

const zipped = (files: BundleFiles) => zipSync(Object.fromEntries(files));
const appOver = () => appOf(walked, undefined, true);
const certificate = () => bundle.get('certificate.dsse.json')!;

const dropped = async (body: Uint8Array, type: string, app = appOver()) =>
  app.request('/check', { method: 'POST', headers: { 'content-type': type }, body: Buffer.from(body) });
const found = async (response: Response) => (await response.json()) as Verification & { what: string; keys: string };
const failing = ({ checks }: Verification) => checks.flatMap(({ id, state }) => (state === 'fails' ? [id] : []));

/** As a browser without script sends its form. */
const fromForm = async (file: Uint8Array | undefined, keys = '') => {
  const form = new FormData();
  form.set('file', new File(file ? [Buffer.from(file)] : [], 'bundle.zip'));
  form.set('keys', keys);
  const response = await appOver().request('/check', { method: 'POST', headers: { accept: 'text/html' }, body: form });
  return { status: response.status, text: await response.text() };
};

describe('a dropped bundle', () => {
  it('holds, by the keys that are published here', async () => {
    const data = await found(await dropped(zipped(bundle), 'application/zip'));
    expect([data.ok, data.what, data.keys, failing(data)]).toEqual([true, 'bundle', 'published', []]);
    expect(data.checks.find(({ id }) => id === 'keys-pinned')?.state).toBe('holds');
  });

  it('does not hold with a byte changed, and the page says which check failed', async () => {
    const tables = Buffer.from(bundle.get('tables.json')!);
    tables[tables.length - 3]! ^= 1;
    const changed = new Map(bundle).set('tables.json', tables);
    const { status, text } = await fromForm(zipped(changed));
    expect([status, text.includes('This is not valid')]).toEqual([200, true]);
    expect(text.indexOf('bundle-files')).toBeLessThan(text.indexOf('separation-of-duties'));
  });

  it('is held against keys that come with it, which may be another installation’s', async () => {
    const own = await (await appOver().request('/trust-root.txt')).text();
    expect((await fromForm(zipped(bundle), own)).text).toContain('held against the keys that you gave');
    const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const other = (await (await appOver().request('/trust-root.pem')).text()).replaceAll(
      /-----BEGIN[^]*?END PUBLIC KEY-----\s*/g,
      pem,
    );
    const foreign = (await fromForm(zipped(bundle), other)).text;
    expect(foreign).toContain('This is not valid');
    // what is of the keys is said of them, and not of the bundle
    expect(foreign).toContain('the trust root that you gave: two roles share a key');
    expect(foreign).toContain('the trust root that you gave has none of the keys that the bundle names');
    expect(foreign).not.toContain('the service did not sign');
  });
});

describe('a certificate alone', () => {
  it('holds in its own case', async () => {
    const data = await found(await dropped(certificate(), 'application/json'));
    expect([data.ok, data.what, failing(data)]).toEqual([true, 'certificate', []]);
  });

  it('that lacks the service’s signature leads to no case; one that lacks the approver’s fails there', async () => {
    const envelope = JSON.parse(Buffer.from(certificate()).toString()) as { signatures: object[] };
    const signedBy = (some: object[]) => Buffer.from(JSON.stringify({ ...envelope, signatures: some }));
    const [approver, service] = envelope.signatures;
    const unknown = await found(await dropped(Buffer.from('{"a":1}'), 'application/json'));
    expect(await found(await dropped(signedBy([approver!]), 'application/json'))).toEqual(unknown);
    expect([unknown.ok, failing(unknown)]).toEqual([false, ['certificate-signatures']]);
    const half = await found(await dropped(signedBy([service!]), 'application/json'));
    expect(failing(half)).toEqual(
      expect.arrayContaining(['bundle-files', 'certificate-signatures', 'certificate-logged']),
    );
  });
});

describe('the page', () => {
  it('tells what is missing or malformed beside the field, keeps the keys, and stores nothing', async () => {
    const before = await walked.harness.ports.tickets.list();
    const empty = await fromForm(undefined, 'no "key" & <b>');
    expect([empty.status, empty.text.includes('id="e-file"')]).toEqual([400, true]);
    expect(empty.text).toContain('no &quot;key&quot; &amp; &lt;b&gt;');
    const bad = await fromForm(zipped(bundle), 'no key');
    expect([bad.status, bad.text.includes('role="alert"')]).toEqual([422, true]);
    expect(bad.text).toMatch(/id="e-keys">Expected: what [^<]+; found: what has no key line NAME\+ID\+KEY in line 1/);
    const torn = await fromForm(Buffer.from('PK and no zip'));
    expect(torn.status).toBe(422);
    expect(torn.text).toMatch(/id="e-file">Expected: [^<]+; found: what is neither a folder nor a zip file/);
    expect(await walked.harness.ports.tickets.list()).toEqual(before);
  });

  it('tells programs which of the two is at fault, and how', async () => {
    const cut = zipped(bundle).subarray(0, -200);
    expect(await problemOf(await dropped(cut, 'application/zip'))).toMatchObject({
      ...{ code: 'BUNDLE_INVALID', got: 'what is neither a folder nor a zip file' },
      fields: [{ field: 'file', rule: expect.any(String) }],
    });
    const form = new FormData();
    form.set('file', new File([Buffer.from(zipped(bundle))], 'bundle.zip'));
    form.set('keys', '{"kind":"quittance-trust-root/v1","origin":"here","keys":[{"id":3}]}');
    const accept = { accept: 'application/json' };
    expect(
      await problemOf(await appOver().request('/check', { method: 'POST', headers: accept, body: form })),
    ).toMatchObject({
      ...{ code: 'TRUST_ROOT_INVALID', got: expect.stringMatching(/^what is JSON of another form: keys\.0/) },
      fields: [{ field: 'keys', rule: expect.any(String) }],
    });
  });

  it('refuses what is too large, claims to unpack to too much, or is of another kind', async () => {
    const bomb = zipSync({ 'a.json': new Uint8Array(25 * 2 ** 20) }, { level: 9 });
    const answers = [
      await dropped(new Uint8Array(8 * 2 ** 20 + 1), 'application/zip'),
      await dropped(bomb, 'application/zip'),
      await dropped(certificate(), FORM_BODY['content-type']),
    ];
    const problems = await Promise.all(answers.map(problemOf));
    expect(problems.map(({ code }) => code)).toEqual([
      ...['INPUT_TOO_LARGE', 'INPUT_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'],
    ]);
  });

  it('is not there where the settings do not ask for it', async () => {
    const closed = appOf(walked, undefined, false);
    expect((await closed.request('/check')).status).toBe(401);
    expect((await closed.request('/check', { headers: as('auditor') })).status).toBe(404);
    expect((await dropped(certificate(), 'application/json', closed)).status).toBe(401);
  });

  it('answers an address so many times, and a proxy’s own address as often as all together', async () => {
    const app = appOver();
    const ask = async (address: string) =>
      (await app.fetch(new Request('http://localhost/check', { method: 'POST' }), { address })).status;
    const twenty = await Promise.all(Array.from({ length: 20 }, () => ask('203.0.113.9')));
    expect([new Set(twenty), await ask('203.0.113.9'), await ask('198.51.100.7')]).toEqual([new Set([415]), 429, 415]);
    const near = await Promise.all(Array.from({ length: 30 }, () => ask('127.0.0.1')));
    expect(new Set(near)).toEqual(new Set([415]));
  });
});
