// `quittance verify` as a process: exit codes, what is on stdout and what on stderr, and archives that lie about
// themselves.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { zipSync } from 'fflate';
import { readBundle } from '#cli/verify.ts';
import { canonicalize, digestOf } from '#core/canonical.ts';
import { isQuittanceError } from '#core/errors.ts';
import { keyBlocks, keyLines } from '#core/trust-root.ts';
import { bundled } from '#test/support/bundled.ts';
import {
  jsonBytes,
  lasting,
  readJson,
  trueBundle,
  trustRootOf,
  type TrueBundle,
} from '#test/support/forged-bundles.ts';
import { textModel } from '#bench/house/models.ts';
import { candidateText } from '#bench/house/small-jobs.ts';

const MAIN = await bundled(fileURLToPath(new URL('../../../cli/main.ts', import.meta.url)));
let truth: TrueBundle;
let dir: string;

beforeAll(async () => {
  truth = await trueBundle();
  dir = mkdtempSync(join(tmpdir(), 'quittance-verify-'));
  for (const [name, bytes] of await lasting(truth)) put(join('bundle', name), bytes);
  put('pinned.json', jsonBytes(truth.trustRoot));
  put('other.json', jsonBytes(await trustRootOf(truth.signer, { service: 'other' })));
});
afterAll(() => rmSync(dir, { recursive: true }));

const put = (name: string, bytes: Uint8Array | string): string => {
  mkdirSync(dirname(join(dir, name)), { recursive: true });
  writeFileSync(join(dir, name), bytes);
  return join(dir, name);
};
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'verify', ...args], {
    cwd: dir,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

describe('quittance verify', () => {
  it('exits 0 on a true bundle, with a line a check', () => {
    const { status, stdout } = run('bundle', '--trust-root', 'pinned.json');
    const { checks } = JSON.parse(run('bundle', '--trust-root', 'pinned.json', '--json').stdout) as {
      checks: object[];
    };
    expect(stdout.trim().split('\n')).toHaveLength(checks.length + 2); // how many hold, and the verdict
    expect(stdout).toMatch(/\nvalid\n$/);
    expect(stdout).not.toContain('FAIL');
    expect(status).toBe(0);
  });

  it('prints { outcome, ok, checks, remarks } and nothing else with --json', () => {
    const { status, stdout } = run('bundle', '--json');
    const result = JSON.parse(stdout) as { ok: boolean; checks: object[] };
    expect(Object.keys(result)).toEqual(['outcome', 'ok', 'checks', 'remarks']);
    expect(result.ok).toBe(true);
    for (const check of result.checks) expect(Object.keys(check)).toEqual(['id', 'ok', 'state', 'detail']);
    expect(status).toBe(0);
  });

  it('exits 1 and names the check when a byte was changed, with --json too', () => {
    put('broken/bundle.json', '{}');
    const text = run('broken');
    expect([text.status, text.stdout.includes('FAIL bundle-files'), /\nNOT VALID\n$/.test(text.stdout)]).toEqual([
      1,
      true,
      true,
    ]);
    const json = run('broken', '--json');
    expect([json.status, (JSON.parse(json.stdout) as { ok: boolean }).ok]).toEqual([1, false]);
  });

  it('takes keys as JSON, as key lines and as PEM, and refuses a file that is none of them', () => {
    const forms = { 'root.json': canonicalize(truth.trustRoot), 'root.txt': keyLines(truth.trustRoot) };
    for (const [name, text] of Object.entries({ ...forms, 'root.pem': keyBlocks(truth.trustRoot) })) {
      put(name, text);
      const { status, stdout } = run('bundle', '--trust-root', name);
      expect([name, status, stdout.includes('ok   keys-pinned')]).toEqual([name, 0, true]);
    }
    put('none.txt', 'log quittance');
    const { status, stderr } = run('bundle', '--trust-root', 'none.txt');
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/none\.txt is not a trust root.*\[TRUST_ROOT_INVALID\]/),
    ]);
  });

  it('leaves what a file manager adds aside, and says so', () => {
    put('bundle/.DS_Store', 'Bud1');
    const packed = Object.fromEntries(
      [...readBundle(join(dir, 'bundle'))].map(([name, bytes]) => [`mine/${name}`, bytes]),
    );
    put(
      'mine.zip',
      zipSync({ ...packed, '__MACOSX/mine/._bundle.json': new Uint8Array(4), 'mine/Thumbs.db': new Uint8Array(4) }),
    );
    for (const [path, remarks] of [
      ['bundle', 1],
      ['mine.zip', 2],
    ] as const) {
      const { status, stdout } = run(path, '--json');
      const result = JSON.parse(stdout) as { ok: boolean; remarks: string[] };
      expect([path, status, result.ok, result.remarks.length]).toEqual([path, 0, true, remarks]);
    }
    expect(run('mine.zip').stdout).toContain('the bundle lies in a folder of its own, mine/');
    rmSync(join(dir, 'bundle', '.DS_Store'));
  });

  it('leaves signatures by others under a note aside, and nothing else', () => {
    const names = [...readBundle(join(dir, 'bundle')).keys()].filter((name) => /^checkpoint$|tlog-proof$/.test(name));
    const note = ['checkpoint', names.find((name) => name.endsWith('tlog-proof'))!];
    const line = (length: number) => `— other.example/w ${Buffer.alloc(length, 7).toString('base64')}\n`;
    for (const name of note) {
      const text = readFileSync(join(dir, 'bundle', name), 'utf8');
      put(`bundle/${name}`, text + line(68) + line(76));
      const { status, stdout } = run('bundle', '--json');
      const { ok, remarks } = JSON.parse(stdout) as { ok: boolean; remarks: string[] };
      expect([status, ok, remarks]).toEqual([
        0,
        true,
        [`signatures that were put under ${name} later were left aside`],
      ]);
      for (const added of ['another line\n', `${line(68)}x`, line(68).repeat(17)]) {
        put(`bundle/${name}`, text + added);
        expect([added.length, run('bundle').status]).toEqual([added.length, 1]);
      }
      put(`bundle/${name}`, text);
    }
  });

  it('exits 1 when the keys are pinned to others', () => {
    const { status, stdout } = run('bundle', '--trust-root', 'other.json');
    expect([status, stdout.includes('FAIL certificate-signatures')]).toEqual([1, true]);
  });

  it('exits 3 without a bundle or with an option that it does not know', () => {
    for (const args of [[], ['bundle', '--force'], ['bundle', '--trust-root']]) {
      const { status, stdout, stderr } = run(...args);
      expect([status, stdout]).toEqual([3, '']);
      expect(stderr).toMatch(/^quittance: .*\[USAGE\]/);
    }
  });

  it('exits 1 with a message on stderr and nothing on stdout for a path that is not there', () => {
    for (const args of [
      ['absent'],
      ['absent', '--json'],
      ['bundle', '--model', 'absent'],
      ['bundle', '--trust-root', 'absent'],
    ]) {
      const { status, stdout, stderr } = run(...args);
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^quittance: .*absent.*\[(NOT_FOUND|MODEL_NOT_FOUND)\]/);
    }
  });

  it('takes the certified model folder, with a README and what `model export` puts beside it', () => {
    writeModel('model');
    put('model/README.md', '# a model');
    put('model/moments.safetensors', 'sums over training rows');
    put('model/manifest.json', '{}');
    const { status, stdout } = run('bundle', '--model', 'model');
    expect([status, stdout.includes('ok   model ')]).toEqual([0, true]);
  });

  it('refuses a model folder with a file changed, missing or added, by the name of its check', () => {
    writeModel('changed');
    put('changed/model.safetensors', 'other weights');
    writeModel('less');
    rmSync(join(dir, 'less', 'config.json'));
    writeModel('more');
    put('more/adapter_model.safetensors', 'what was forgotten');
    for (const folder of ['changed', 'less', 'more']) {
      const { status, stdout } = run('bundle', '--model', folder);
      expect([folder, status, stdout.match(/FAIL \S+/g)]).toEqual([folder, 1, ['FAIL model']]);
    }
  });
});

/** The files of the model that the walked ticket's only run made. */
const writeModel = (folder: string) => {
  const { ticketId } = readJson<{ ticketId: string }>(truth.files, 'bundle.json');
  for (const [name, text] of Object.entries(textModel(candidateText(ticketId, 1)).files)) put(join(folder, name), text);
};

describe('reading a bundle', () => {
  const code = (path: string) => {
    try {
      return readBundle(path).size;
    } catch (error) {
      return isQuittanceError(error) ? error.code : error;
    }
  };
  const asZip = (files: Record<string, Uint8Array>) => Buffer.from(zipSync(files));

  it('takes a zip as it takes a folder', () => {
    const zip = asZip(Object.fromEntries(truth.files));
    const digests = (files: ReadonlyMap<string, Uint8Array>) =>
      [...files].map(([name, bytes]) => [name, digestOf(bytes)]).sort();
    expect(digests(readBundle(put('true.zip', zip)))).toEqual(digests(truth.files));
  });

  it('refuses a file that is no zip', () => {
    expect(code(put('none.zip', 'PK but not really'))).toBe('BUNDLE_INVALID');
    expect(code(put('empty.zip', ''))).toBe('BUNDLE_INVALID');
    expect(code(put('cut.zip', asZip({ a: Buffer.from('abc') }).subarray(0, -30)))).toBe('BUNDLE_INVALID');
  });

  it('refuses a size beyond the limit before it unpacks, whether true or a lie', () => {
    const bomb = asZip({ 'tables.json': new Uint8Array(80 * 2 ** 20) });
    expect(code(put('bomb.zip', bomb))).toBe('INPUT_TOO_LARGE');
    const lie = asZip({ 'tables.json': Buffer.from('[]') });
    lie.writeUInt32LE(0xfffffff0, lie.indexOf('PK\x01\x02') + 24);
    expect(code(put('lie.zip', lie))).toBe('INPUT_TOO_LARGE');
  });

  it('refuses an entry of another length than the archive claims, and one that is listed and not there', () => {
    for (const claimed of [10, 2 ** 20 + 1]) {
      const lie = asZip({ 'tables.json': new Uint8Array(2 ** 20) });
      lie.writeUInt32LE(claimed, lie.indexOf('PK\x01\x02') + 24);
      expect(code(put('lie.zip', lie))).toBe('BUNDLE_INVALID');
    }
    // listed as lying where another does, so that a small archive would be unpacked many times
    const two = asZip({ 'a.json': Buffer.from('1'), 'b.json': Buffer.from('2') }).toString('latin1');
    expect(code(put('two.zip', Buffer.from(two.replace('b.json', 'c.json'), 'latin1')))).toBe('BUNDLE_INVALID');
  });

  it('refuses an archive that claims four billion entries', () => {
    // zip64 end record (56 bytes), its locator (20), end record (22); the directory starts behind everything
    const zip = Buffer.alloc(98);
    zip.writeUInt32LE(0x06064b50, 0);
    zip.writeUInt32LE(0xffffffff, 32);
    zip.writeUInt32LE(0xff000000, 48);
    zip.writeUInt32LE(0x07064b50, 56);
    zip.writeUInt32LE(0x06054b50, 76);
    zip.writeUInt16LE(0xffff, 76 + 8);
    zip.writeUInt32LE(0xffffffff, 76 + 16);
    expect(code(put('many.zip', zip))).toBe('BUNDLE_INVALID');
  });

  it('refuses one name twice, and keeps a name that would vanish in a JavaScript object', () => {
    const twice = asZip({ 'a.json': Buffer.from('1'), 'b.json': Buffer.from('2') });
    const renamed = Buffer.from(twice.toString('latin1').replaceAll('b.json', 'a.json'), 'latin1');
    expect(code(put('twice.zip', renamed))).toBe('BUNDLE_INVALID');
    const hidden = Buffer.from(
      asZip({ a_proto__x: Buffer.from('1') })
        .toString('latin1')
        .replaceAll('a_proto__x', '__proto__x'),
      'latin1',
    );
    expect(code(put('hidden.zip', hidden))).toBe(1);
    const proto = Buffer.from(
      asZip({ xxproto__: Buffer.from('1') })
        .toString('latin1')
        .replaceAll('xxproto__', '__proto__'),
      'latin1',
    );
    expect(code(put('proto.zip', proto))).toBe(1);
  });

  it('does not follow links out of a folder', () => {
    const secret = put('secret.txt', 'outside');
    put('linked/bundle.json', '{}');
    symlinkSync(secret, join(dir, 'linked', 'policy.json'));
    symlinkSync(dirname(secret), join(dir, 'linked', 'log'));
    expect([...readBundle(join(dir, 'linked')).keys()]).toEqual(['bundle.json']);
  });

  it('refuses a folder of more bytes than a bundle may have', () => {
    put('big/tables.json', new Uint8Array(65 * 2 ** 20));
    expect(code(join(dir, 'big'))).toBe('INPUT_TOO_LARGE');
  });
});
