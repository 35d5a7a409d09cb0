// Files that cannot be read as their names say: each is refused by what is the matter with it, whichever way it is
// read, and never as text in another encoding or as a fault of the product.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it, test } from '@jest/globals';
import { zipSync } from 'fflate';
import { corpusFiles } from '#datasets/corpus/files.ts';
import { csvRows, parquetRows } from '#datasets/corpus/tables.ts';
import { linesOf } from '#datasets/corpus/text-lines.ts';
import { unreadable } from '#datasets/corpus/unreadable.ts';
import { readRegister } from '#datasets/find/register.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const folder = () => mkdtempSync(join(dir, 'corpus-'));
const written = (name: string, bytes: string | Uint8Array): string => {
  const path = join(folder(), name);
  writeFileSync(path, bytes);
  return path;
};
const faultOf = async (act: () => unknown): Promise<unknown> => {
  try {
    await act();
    return 'read';
  } catch (error) {
    return error;
  }
};
const all = async (rows: AsyncIterable<unknown>): Promise<void> => {
  for await (const row of rows) expect(row).toBeDefined();
};
const error = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as unknown }) as unknown;

const ROWS = '{"text":"Zoe lives in Eger."}\n'.repeat(200);

describe('a path', () => {
  const circle = () => {
    const path = join(folder(), 'a.jsonl');
    symlinkSync(path, path);
    return path;
  };
  const dangling = () => {
    const path = join(folder(), 'a.jsonl');
    symlinkSync(`${path}.gone`, path);
    return path;
  };
  const pipe = () => {
    const path = join(folder(), 'a.jsonl');
    execFileSync('mkfifo', [path]);
    return path;
  };
  it.each([
    ['that is not there', () => join(folder(), 'a.jsonl'), 'NOT_FOUND', /cannot be read: it is not there/],
    ['through a file', () => join(written('a.jsonl', ''), 'b.jsonl'), 'NOT_FOUND', /a part of its path is no folder/],
    ['of links in a circle', circle, 'NOT_FOUND', /links lead in a circle/],
    ['of a link to nothing', dangling, 'NOT_FOUND', /cannot be read: it is not there/],
    ['that is too long', () => join(folder(), `${'a'.repeat(300)}.jsonl`), 'NOT_FOUND', /path is too long/],
    ['of a pipe', pipe, 'INVALID_INPUT', /is no file: a pipe is not read/],
    ['of a device', () => '/dev/null', 'INVALID_INPUT', /is no file: a device/],
  ])('%s', async (_, path, code, message) => {
    expect(await faultOf(() => corpusFiles([path()]))).toEqual(error(code, message));
  });

  it.each([
    ['lines', linesOf],
    ['table', csvRows],
    ['Parquet', parquetRows],
  ])('that goes away after it was listed, read as %s', async (_, read) => {
    const path = written('a.jsonl', ROWS);
    renameSync(path, `${path}.away`);
    expect(await faultOf(() => all(read(path, 'a.jsonl')))).toEqual(error('NOT_FOUND', /a\.jsonl cannot be read/));
    mkdirSync(path);
    expect(await faultOf(() => all(linesOf(path, 'a.jsonl')))).toEqual(error('NOT_FOUND', /it is a folder/));
  });
});

test.each([
  ['a pipe', /is no file: a pipe is not read/],
  ['a device', /is no file: a device/],
  ['a link to a pipe', /is no file: a pipe is not read/],
])('a register that is %s is not waited for', async (what, message) => {
  const [pipe, link] = [join(folder(), 'people.csv'), join(folder(), 'link.csv')];
  execFileSync('mkfifo', [pipe]);
  symlinkSync(pipe, link);
  const path = what === 'a device' ? '/dev/zero' : what === 'a pipe' ? pipe : link;
  expect(await faultOf(() => readRegister(path, 'people.csv'))).toEqual(error('INVALID_INPUT', message));
});

test.each([
  ['of the system that is not listed', { code: 'ESTALE', syscall: 'read' }, /the system says ESTALE/],
  ['of a socket', { code: 'ENXIO', syscall: 'open' }, /a socket, or a device that is not there/],
])('a code %s is said', (_, fields, message) => {
  expect(unreadable('a.jsonl', Object.assign(new Error(fields.code), fields))).toEqual(error('NOT_FOUND', message));
});

test("a library's code is not the system's", () => {
  const cause = Object.assign(new Error('broken'), { code: 'Z_DATA_ERROR' });
  expect(unreadable('a.jsonl', cause)).toBe(cause);
});

describe('a file of JSON lines', () => {
  const tar = Buffer.alloc(2048);
  tar.write('rows.jsonl', 0);
  tar.write('ustar', 257);
  tar.write(ROWS.slice(0, 900), 512);
  const zip = zipSync({ 'rows.jsonl': Buffer.from(ROWS) });
  const sheet = zipSync({ 'xl/workbook.xml': Buffer.from('<workbook/>') });
  const bzip = Buffer.concat([Buffer.from('BZh91AY&SY'), Buffer.from([0xff, 0xfe, 0x80])]);
  const xz = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0xff]);

  it.each([
    ['a gzip of a gzip', gzipSync(gzipSync(ROWS)), /this is a gzip archive in another, and no text/],
    ['a zip', zip, /this is a zip archive/],
    ['a zip in a gzip', gzipSync(zip), /this is a zip archive/],
    ['a Zstandard archive', zstdCompressSync(ROWS), /this is a Zstandard archive/],
    ['a bzip2 archive', bzip, /this is a bzip2 archive/],
    ['an xz archive', xz, /this is an xz archive/],
    ['an LZMA archive', Buffer.from([0x5d, 0, 0, 0x80, 0, 0xff]), /this is an LZMA archive/],
    ['a spreadsheet', sheet, /this is a spreadsheet or document of an office program/],
    ['an old spreadsheet', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /this is a spreadsheet or document/],
    ['a PDF that can be decoded', Buffer.from('%PDF-1.4\n1 0 obj'), /this is a PDF/],
    ['UTF-16 without its mark', Buffer.from(ROWS, 'utf16le'), /there are zeros between its letters/],
    ['UTF-16 of another script', Buffer.from('Зоя живёт в Эгере. '.repeat(9), 'utf16le'), /zeros between its letters/],
    ['UTF-32', Buffer.from(Array.from(ROWS).join('\0\0\0'), 'latin1'), /there are zeros between its letters/],
    ['zeros', Buffer.alloc(900), /a part of it is nothing but zeros/],
    ['a tar', tar, /this is a tar archive/],
    ['a tar in a gzip', gzipSync(tar), /this is a tar archive/],
    ['what nobody knows', brotliCompressSync(Buffer.from(ROWS)), /a\.jsonl(?::\d+)? is not UTF-8 text/],
  ])('that is %s', async (_, bytes, message) => {
    const path = written('a.jsonl', bytes);
    expect(await faultOf(() => all(linesOf(path, 'a.jsonl')))).toEqual(error('INVALID_INPUT', message));
  });

  it.each(['BZh and other letters', 'PAR1 is a code', '7z', 'PK', ']', `a zero \0 ${'in a text '.repeat(60)}`, '\0'])(
    'that begins with “%s” is text',
    async (text) => {
      expect(await faultOf(() => all(linesOf(written('a.txt', text), 'a.txt')))).toBe('read');
    },
  );
});

const ended = (bytes: Buffer, mark: string): Buffer => Buffer.concat([bytes.subarray(0, -4), Buffer.from(mark)]);
const spoilt = (bytes: Buffer, from: number): Buffer =>
  Buffer.from(bytes.map((byte, i) => (i >= from && i < from + 40 ? byte ^ 0x5a : byte)));

describe('a Parquet file', () => {
  const whole = readFileSync(new URL('../../../golden/corpus/texts.snappy.parquet', import.meta.url));

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 9), /the Parquet file is cut off/],
    ['cut to its first bytes', (bytes: Buffer) => bytes.subarray(0, 5), /the Parquet file is cut off/],
    ['cut to its two ends', (bytes: Buffer) => bytes.subarray(0, 4), /the Parquet file is cut off/],
    ['empty', () => Buffer.alloc(0), /this is no Parquet file/],
    ['text', () => Buffer.from(ROWS), /this is no Parquet file/],
    ['a zip', () => zipSync({ 'a.parquet': Buffer.from(ROWS) }), /this is a zip archive, and no Parquet file/],
    ['in a gzip', (bytes: Buffer) => gzipSync(bytes), /this is a gzip archive, and no Parquet file/],
    ['encrypted', (bytes: Buffer) => ended(bytes, 'PARE'), /the Parquet file is encrypted/],
    ['damaged in its footer', (bytes: Buffer) => spoilt(bytes, bytes.length - 60), /is whole, and what stands in it/],
    ['damaged in its pages', (bytes: Buffer) => spoilt(bytes, 10), /is whole, and what stands in it/],
  ])('that is %s', async (_, made, message) => {
    const path = written('a.parquet', made(whole));
    expect(await faultOf(() => all(parquetRows(path, 'a.parquet')))).toEqual(error('INVALID_INPUT', message));
  });

  it('under the name of JSON lines is called what it is', async () => {
    const path = written('a.jsonl', whole);
    expect(await faultOf(() => all(linesOf(path, 'a.jsonl')))).toEqual(
      error('INVALID_INPUT', /this is a Parquet file/),
    );
  });
});
