// Files that cannot be read as their names say: each is refused by what is the matter with it, whichever way it is
// read, and never as text in another encoding or as a fault of the product.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { zipSync } from 'fflate';
import { corpusFiles } from '#datasets/corpus/files.ts';
import { csvRows, parquetRows } from '#datasets/corpus/tables.ts';
import { linesOf } from '#datasets/corpus/text-lines.ts';
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

describe('a file of JSON lines', () => {
  const tar = Buffer.alloc(2048);
  tar.write('rows.jsonl', 0);
  tar.write('ustar', 257);
  tar.write(ROWS.slice(0, 900), 512);
  const zip = zipSync({ 'rows.jsonl': Buffer.from(ROWS) });
  const bzip = Buffer.concat([Buffer.from('BZh91AY&SY'), Buffer.from([0xff, 0xfe, 0x80])]);
  const xz = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0xff]);

  it.each([
    ['a gzip of a gzip', gzipSync(gzipSync(ROWS)), /this is a gzip archive in another, and no text/],
    ['a zip', zip, /this is a zip archive/],
    ['a zip in a gzip', gzipSync(zip), /this is a zip archive/],
    ['a Zstandard archive', zstdCompressSync(ROWS), /this is a Zstandard archive/],
    ['a bzip2 archive', bzip, /this is a bzip2 archive/],
    ['an xz archive', xz, /this is an xz archive/],
    ['a tar', tar, /this is a tar archive/],
    ['a tar in a gzip', gzipSync(tar), /this is a tar archive/],
    ['what nobody knows', brotliCompressSync(Buffer.from(ROWS)), /a\.jsonl(?::\d+)? is not UTF-8 text/],
  ])('that is %s', async (_, bytes, message) => {
    const path = written('a.jsonl', bytes);
    expect(await faultOf(() => all(linesOf(path, 'a.jsonl')))).toEqual(error('INVALID_INPUT', message));
  });

  it.each(['BZh and other letters', 'PAR1 is a code', '7z', 'PK'])('that begins with “%s” is text', async (text) => {
    expect(await faultOf(() => all(linesOf(written('a.txt', text), 'a.txt')))).toBe('read');
  });
});

describe('a Parquet file', () => {
  const whole = readFileSync(new URL('../../../golden/corpus/texts.snappy.parquet', import.meta.url));

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 9)],
    ['cut to its first bytes', (bytes: Buffer) => bytes.subarray(0, 5)],
    ['empty', () => Buffer.alloc(0)],
    ['text', () => Buffer.from(ROWS)],
  ])('that is %s', async (_, made) => {
    const path = written('a.parquet', made(whole));
    expect(await faultOf(() => all(parquetRows(path, 'a.parquet')))).toEqual(
      error('INVALID_INPUT', /a\.parquet: this is no Parquet file that can be read, or it is cut off/),
    );
  });

  it('under the name of JSON lines is called what it is', async () => {
    const path = written('a.jsonl', whole);
    expect(await faultOf(() => all(linesOf(path, 'a.jsonl')))).toEqual(
      error('INVALID_INPUT', /this is a Parquet file/),
    );
  });
});
