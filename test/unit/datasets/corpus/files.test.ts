// Which files a corpus is of: each once, and rows of two files of one name are told apart.
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

test('two files of one name go by their paths, others by their names', () => {
  const [one, other, third] = [written('rows.jsonl'), written('rows.jsonl'), written('letters.jsonl')];
  expect(corpusFiles([one, other, third]).map(({ name }) => name)).toEqual([one, other, 'letters.jsonl']);
});
