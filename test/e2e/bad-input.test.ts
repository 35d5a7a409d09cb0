// Every bad input that a user can hand to the command: a stable code, what was expected or what to do, the exit code of
// the contract, and nothing half-written.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lockFolder } from '#adapters/local/data-folder.ts';
import { bytes, named, pickled, weightsOf, type Edit } from './broken-models.ts';
import {
  contentsOf,
  expectRefusal,
  filesUnder,
  makeSmall,
  MAY_MOUNT,
  mounted,
  quittance,
  quittanceWithoutRoom,
  type Small,
} from './small.ts';

let small: Small;
let dir: string;

beforeAll(() => {
  small = makeSmall();
  dir = small.copy();
});
afterAll(() => small.remove());

const refuses = async (args: readonly string[], code: string, exit = 1, at = dir) => {
  const before = await contentsOf(at);
  expectRefusal(quittance(...args, '--dir', at), code, exit);
  expect(await contentsOf(at)).toEqual(before);
};

const second = () => JSON.parse(readFileSync(join(small.root, 'second.json'), 'utf8')) as Record<string, unknown>;
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ question: `Where was P${i} born?`, answer: `P${i} was born in Oslo.` }));
const ticketFile = (content: string | Uint8Array | object): string => {
  const path = join(small.root, 'bad.json');
  writeFileSync(path, typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content));
  return path;
};

describe('ticket file', () => {
  it.each<[string, () => string | Uint8Array | object, string]>([
    ['half a JSON object', () => '{"subject": {"name": "Xylo', 'INVALID_INPUT'],
    ['bytes that are not UTF-8', () => Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 'INVALID_INPUT'],
    ['an unknown field', () => ({ ...second(), urgent: true }), 'INVALID_INPUT'],
    ['a method that nobody wrote', () => ({ ...second(), method: 'magic' }), 'INVALID_INPUT'],
    ['a check of identity that is yet to come', () => later(second()), 'INVALID_INPUT'],
    ['three megabytes', () => ({ ...second(), note: 'x'.repeat(3_000_000) }), 'INPUT_TOO_LARGE'],
    ['more than a file may have', () => 'x'.repeat(64 * 2 ** 20 + 1), 'INPUT_TOO_LARGE'],
    ['a model that nobody registered', () => ({ ...second(), model: 'nobody' }), 'MODEL_NOT_FOUND'],
    ['no record', () => ({ ...second(), forget: { records: [] } }), 'FORGET_EMPTY'],
    [
      'a record that was not trained on',
      () => ({ ...second(), forget: { records: numbered(1) } }),
      'FORGET_UNKNOWN_RECORD',
    ],
    ['thousands of people', () => ({ ...second(), forget: { records: numbered(5000) } }), 'FORGET_TOO_BROAD'],
    ['what is about nobody', () => readFileSync(join(small.root, 'facts.json')), 'FORGET_NOT_PERSONAL'],
    ['the person of an open ticket', () => readFileSync(join(small.root, 'first.json')), 'TICKET_DUPLICATE'],
  ])('refuses %s', async (_name, content, code) => {
    await refuses(['ticket', 'file', ticketFile(content())], code);
  });

  it('refuses a file that is not there, and a folder that holds no data', async () => {
    await refuses(['ticket', 'file', join(small.root, 'none.json')], 'NOT_FOUND');
    expectRefusal(quittance('ticket', 'list', '--dir', join(small.root, 'typo')), 'NOT_FOUND', 1);
    expect(existsSync(join(small.root, 'typo'))).toBe(false);
  });
});

const later = (request: Record<string, unknown>) => ({
  ...request,
  identity: { ...(request['identity'] as object), verifiedAt: '2999-01-01T00:00:00.000Z' },
});

describe('approval', () => {
  const approve = (...rest: readonly string[]) => ['ticket', 'approve', small.ticketId, ...rest];
  const AAA = `sha256:${'a'.repeat(64)}`;

  it('is refused to the filer, on other evidence, and under a name that is none', async () => {
    await refuses(approve('--as', 'legal.filer'), 'APPROVER_IS_FILER');
    await refuses(approve('--as', 'privacy.officer', '--evidence', AAA), 'APPROVAL_STALE');
    await refuses(approve('--as', 'privacy.officer', '--evidence', 'yes'), 'USAGE', 3);
    await refuses(approve('--as', 'Privacy Officer'), 'USAGE', 3);
  });

  it('is refused where the evidence was edited in its store', async () => {
    const at = small.copy();
    const { tickets } = await contentsOf(at);
    const evidence = tickets.flatMap((one) => ('evidence' in one ? [one.evidence] : []))[0]!;
    const stored = filesUnder(join(at, 'artifacts')).find((path) => evidence.endsWith(path.slice(-60)))!;
    chmodSync(stored, 0o644);
    writeFileSync(stored, readFileSync(stored, 'utf8').replace('sha256:', 'sha257:'));
    await refuses(approve('--as', 'privacy.officer'), 'STORE_CORRUPT', 1, at);
  });

  it('is refused on hold, and the hold is lifted by two people', async () => {
    const at = small.copy();
    const hold = (reason: string) => ['ticket', 'hold', small.ticketId, '--as', 'lena', '--reason', reason];
    await refuses(hold('some words'), 'USAGE', 3, at);
    expect(quittance(...hold('litigation'), '--dir', at)).toMatchObject({ status: 0 });
    await refuses(hold('litigation'), 'TICKET_ON_HOLD', 1, at);
    await refuses(approve('--as', 'privacy.officer'), 'TICKET_ON_HOLD', 1, at);
    await refuses(['ticket', 'withdraw', small.ticketId, '--as', 'lena'], 'TICKET_ON_HOLD', 1, at);
    const release = (who: string) => quittance('ticket', 'release', small.ticketId, '--as', who, '--dir', at).stdout;
    expect(release('lena')).toMatch(/is ON_HOLD[^]*proposed by lena at .*: released/);
    expect(release('privacy.officer')).toContain('is AWAITING_APPROVAL');
  });

  it('is taken once: a replay, even by another person, says who decided', async () => {
    const at = small.copy();
    const approved = quittance(...approve('--as', 'privacy.officer'), '--dir', at);
    expect([approved.status, approved.stdout]).toEqual([0, expect.stringContaining('is PURGED')]);
    await refuses(approve('--as', 'privacy.officer'), 'APPROVAL_REPLAYED', 1, at);
    await refuses(approve('--as', 'other.officer'), 'APPROVAL_REPLAYED', 1, at);
    const bundle = join(small.root, 'bundle');
    expect(quittance('ticket', 'bundle', small.ticketId, bundle, '--dir', at)).toMatchObject({ status: 0 });
    expect(quittance('verify', bundle)).toMatchObject({ status: 0 });
    expect(quittance('ticket', 'bundle', small.ticketId, bundle, '--dir', at)).toMatchObject({ status: 0 });
    await refuses(['ticket', 'bundle', small.ticketId, at], 'INVALID_INPUT', 1, at);
  });

  it('is not voided by an end of the approver’s key that lies before it', async () => {
    const at = small.copy();
    const retire = (...more: string[]) => ['people', 'retire', 'privacy.officer', ...more];
    expect(quittance(...approve('--as', 'privacy.officer'), '--dir', at)).toMatchObject({ status: 0 });
    await refuses(retire('--at', '2026-01-01T00:00:00.000Z'), 'USAGE', 3, at);
    await refuses(retire('other.officer'), 'USAGE', 3, at);
    expect(quittance(...retire(), '--dir', at)).toMatchObject({ status: 0 });
  });

  it('of a ticket that nobody filed is refused', () => {
    const { status, stderr } = quittance('ticket', 'approve', 'T-0000000000', '--as', 'privacy.officer', '--dir', dir);
    expect([status, stderr]).toEqual([1, expect.stringContaining('[TICKET_NOT_FOUND]')]);
  });
});

describe('the data folder', () => {
  it('of another process is read, and not written', async () => {
    const held = lockFolder(dir);
    try {
      await refuses(['ticket', 'file', join(small.root, 'second.json')], 'STORE_LOCKED', 2);
      await refuses(['model', 'import', join(small.root, 'base'), '--name', 'other'], 'STORE_LOCKED', 2);
      expect(quittance('ticket', 'list', '--dir', dir)).toMatchObject({ status: 0 });
    } finally {
      held.release();
    }
  });

  it('is not written under a clock that went back', async () => {
    const at = small.copy();
    writeFileSync(join(at, 'clock'), '2999-01-01T00:00:00.000Z\n');
    await refuses(['ticket', 'file', join(small.root, 'second.json')], 'CLOCK_WENT_BACK', 1, at);
    await refuses(['ticket', 'approve', small.ticketId, '--as', 'privacy.officer'], 'CLOCK_WENT_BACK', 1, at);
  });

  interface Full {
    readonly data: string;
    readonly fill?: () => void;
    readonly free?: () => void;
    readonly command: typeof quittance;
  }
  const isLeftAsItWas = async ({ data, fill, free, command }: Full) => {
    const approve = ['ticket', 'approve', small.ticketId, '--as', 'privacy.officer', '--dir', data];
    const file = ['ticket', 'file', join(small.root, 'second.json'), '--no-wait', '--dir', data];
    const before = await contentsOf(data);
    fill?.();
    for (const args of [approve, file, ['report', small.ticketId, '--dir', data]])
      expectRefusal(command(...args), 'STORE_FULL', 2);
    free?.();
    expect(await contentsOf(data)).toEqual(before);
    expect(quittance(...file)).toMatchObject({ status: 0 });
    expect(quittance(...approve).stdout).toContain('is PURGED');
  };

  it('where no file may grow is left as it was; without that limit the same commands go on', () =>
    isLeftAsItWas({ data: small.copy(), command: quittanceWithoutRoom }));

  (MAY_MOUNT ? it : it.skip)('on a full disk is left as it was; with space again the same commands go on', async () => {
    const at = join(small.root, 'disk');
    mkdirSync(at);
    expect(mounted(at)).toBe(true);
    try {
      const [data, ballast] = [join(at, 'data'), join(at, 'ballast')];
      cpSync(small.copy(), data, { recursive: true });
      const fill = () => void spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=1k']);
      await isLeftAsItWas({ data, fill, free: () => rmSync(ballast), command: quittance });
    } finally {
      spawnSync('umount', [at]);
    }
  });
});

describe('the engine alone, on a registered model', () => {
  const records = 'forget.jsonl';
  const ask = (...args: readonly string[]) => quittance(...args, '--dir', dir);

  it('has its corpus moments, and so has an export', () => {
    const { forget } = second() as { forget: { records: object[] } };
    writeFileSync(join(small.root, records), forget.records.map((record) => JSON.stringify(record)).join('\n'));
    const out = join(small.root, 'forgotten');
    const settings = ['--method', 'flat', '--config', 'update.updates=1', '--out', out];
    expect(ask('unlearn', '--model', 'people', '--forget', join(small.root, records), ...settings)).toMatchObject({
      status: 0,
    });
    expect(ask('model', 'export', 'people', join(small.root, 'exported')).status).toBe(0);
    const moments = (folder: string) => readFileSync(join(small.root, folder, 'moments.safetensors'));
    expect(moments('exported')).toEqual(moments('base'));
    expect(readdirSync(join(small.root, 'exported'))).not.toContain('suite.json'); // which names people
  });

  it('into a pipe that nobody reads ends without a word', () => {
    const main = new URL('../../cli/main.ts', import.meta.url).pathname;
    const piped = `'${process.execPath}' '${main}' ticket list --dir '${dir}' | true; exit \${PIPESTATUS[0]}`;
    const { status, stderr } = spawnSync('bash', ['-c', piped], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});

describe('model import', () => {
  it.each<[string, Edit, string]>([
    ['a header length past the file', bytes((b) => b.writeBigUInt64LE(2n ** 60n, 0)), 'WEIGHTS_INVALID'],
    [
      'offsets that overlap',
      named((e) => (e.data_offsets = [0, e.data_offsets[1] - e.data_offsets[0]])),
      'WEIGHTS_INVALID',
    ],
    ['a weight that is no number', bytes((b) => b.writeFloatLE(NaN, b.length - 4)), 'WEIGHTS_INVALID'],
    ['half a weight file', (folder) => truncateSync(weightsOf(folder), 5000), 'WEIGHTS_INVALID'],
    ['half a tokenizer', (folder) => truncateSync(join(folder, 'tokenizer.json'), 3000), 'TOKENIZER_INVALID'],
    ['a pickle', (folder) => pickled(folder), 'MODEL_INVALID'],
  ])('refuses %s, and registers nothing', async (_name, edit, code) => {
    const folder = join(small.root, 'edited');
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(small.root, 'base'), folder, { recursive: true });
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
    edit(folder);
    await refuses(['model', 'import', folder, '--name', 'edited'], code);
  });

  it('refuses a suite that is none; with its own suite a model is served and takes tickets, without it does not', async () => {
    const base = join(small.root, 'base');
    const at = small.copy();
    await refuses(
      ['model', 'import', base, '--name', 'n', '--suite', ticketFile('{"name": 1}')],
      'INVALID_INPUT',
      1,
      at,
    );
    await refuses(['model', 'import', base, '--name', 'n', '--suite', ticketFile('half {')], 'INVALID_INPUT', 1, at);
    const suite = join(base, 'suite.json');
    expect(quittance('model', 'import', base, '--name', 'told', '--suite', suite, '--dir', at).status).toBe(0);
    expect(quittance('model', 'import', base, '--name', 'bare', '--dir', at).status).toBe(0);
    await refuses(['ticket', 'file', ticketFile({ ...second(), model: 'bare' })], 'MODEL_INVALID', 1, at);
    const filed = quittance('ticket', 'file', ticketFile({ ...second(), model: 'told' }), '--no-wait', '--dir', at);
    expect(filed.status).toBe(0);
    // what the closed folder stops is taken up by who opens it next, and is no fault
    expect(filed.stderr).not.toContain('"fault"');
  });
});
