// Which files a corpus is of: each once, and rows of two files of one name are told apart.
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { corpusFiles } from '#datasets/corpus/files.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const { dir, remove } = temporaryFolder();
afterAll(remove);

const written = (name: string): string => {
  const path = join(mkdtempSync(join(dir, 'corpus-')), name);
  writeFileSync(path, '{"text":"a b"}\n');
  return path;
};

test('a file that is named twice is refused, by whatever way it is named', () => {
  const path = written('rows.jsonl');
  const link = join(mkdtempSync(join(dir, 'links-')), 'link.jsonl');
  symlinkSync(path, link);
  for (const paths of [
    [path, path],
    [path, link],
    [dirname(path), path],
  ])
    expect(() => corpusFiles(paths)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringMatching(/\.jsonl is given twice$/u) }),
    );
});

test('files of one name go by as many folders as tell them apart, others by their names', () => {
  const at = (...folders: string[]): string => {
    const path = join(root, ...folders);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '{"text":"a b"}\n');
    return path;
  };
  const root = mkdtempSync(join(dir, 'corpus-'));
  const paths = [at('x', 'rows.jsonl'), at('y', 'rows.jsonl'), at('letters.jsonl'), at('y', 'x', 'rows.jsonl')];
  const names = ['/x/rows.jsonl', 'y/rows.jsonl', 'letters.jsonl', 'y/x/rows.jsonl'];
  const told = corpusFiles(paths).map(({ name }) => name);
  expect(told).toEqual([`${basename(root)}${names[0]}`, ...names.slice(1)]);
  expect(corpusFiles([join(root, 'x'), join(root, 'y')]).map(({ name }) => name)).toEqual([
    ...[`${basename(root)}/x/rows.jsonl`, 'y/rows.jsonl'],
    'y/x/rows.jsonl',
  ]);
  expect(told.join()).not.toContain(dir);
});
