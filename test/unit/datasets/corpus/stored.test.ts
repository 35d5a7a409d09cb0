// The encrypted index of a corpus: it answers as the rows in memory do, holds nothing in clear, is whole or not there,
// and gives up a person's rows for good.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fileVault } from '#adapters/local/file-vault.ts';
import { systemClock } from '#adapters/local/system-clock.ts';
import { memoryHarness, type Harness } from '#adapters/memory/ports.ts';
import { dropRows, type PersonalRow } from '#core/corpus-index/drop.ts';
import {
  blockName,
  decodePage,
  encodePage,
  keysOfIndexed,
  postingsOf,
  type Posting,
} from '#core/corpus-index/format.ts';
import { indexedFrom, storedCorpus } from '#datasets/corpus/stored.ts';
import { newIndexId } from '#datasets/corpus/store.ts';
import { corpusInMemory } from '#datasets/corpus/search.ts';
import { findPerson } from '#datasets/find/find.ts';
import { filesUnder, temporaryFolder } from '#test/support/folders.ts';
import { entriesOf, manyRows, storeEntries, textRow } from '#test/support/stored-corpora.ts';

let harness: Harness;
beforeEach(() => void (harness = memoryHarness()));
const opened = (id: string) => storedCorpus(harness.ports.vault, { name: 'house', corpus: id });
const hitsOf = async (id: string, name: string) => {
  const { hits } = await findPerson(await opened(id), { names: [name], mails: [], phones: [], ids: [] });
  return hits.map(({ view }) => view.number);
};

const THEA = 'Thea Vinterberg';
const PEOPLE = [
  textRow(`${THEA} (K-77120) lives at Birkevej 9 and pays by card.`),
  textRow('Selma Okafor (K-40011) lives at Rosenweg 4 and pays by card.'),
  textRow(`Note: ${THEA} referred Selma Okafor on 4 May.`),
  textRow('The balance of K-77120 is 81.20 euros.'),
];

describe('a page', () => {
  it('keeps tags of 40 bits and rows of 24', () => {
    const postings: Posting[] = [
      [0, [0]],
      [127, [3, 4, 500_000]],
      [2 ** 32 + 1, [0, 2 ** 24 - 1]],
      [2 ** 40 - 1, [9]],
    ];
    const page = encodePage(postings);
    expect(decodePage(page)).toEqual(postings);
    const found = postingsOf(page, [2 ** 40 - 1, 128, 127, 2 ** 32 + 1, 127, 2 ** 40]);
    expect([...found].map(([tag, { count, rows }]) => [tag, count, rows()])).toEqual([
      [127, 3, [3, 4, 500_000]],
      [2 ** 32 + 1, 2, [0, 2 ** 24 - 1]],
      [2 ** 40 - 1, 1, [9]],
    ]);
  });

  it('that is cut off is corrupt', () => {
    const page = encodePage([[5, [1, 2]]]);
    expect(() => decodePage(page.subarray(0, 4))).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }));
  });
});

describe('a block', () => {
  it('that an older program wrote on one line is read, and a row of several lines is one row', async () => {
    const texts = ['one,\ntwo,\n', '[{"a":1},\n2]', 'three'];
    const entries = entriesOf(texts.map(textRow));
    const { vault } = harness.ports;
    const id = await storeEntries(vault, 'house', entries);
    const read = async () => (await opened(id)).entries([2, 0, 1]);
    const wanted = [2, 0, 1].map((i) => entries[i]);
    expect(await read()).toEqual(wanted);
    const rows: unknown = JSON.parse(Buffer.from(await vault.get(id, blockName(0))).toString());
    await vault.put(id, blockName(0), Buffer.from(JSON.stringify(rows)));
    expect(await read()).toEqual(wanted);
    await dropRows(vault, id, 'T-1', [{ id: entries[0]!.where }]);
    expect(await read()).toEqual([entries[2], undefined, entries[1]]);
  });

  it('whose rows do not have their form is corrupt', async () => {
    const { vault } = harness.ports;
    const id = await storeEntries(vault, 'house', entriesOf([textRow('a'), textRow('b')]));
    await vault.put(id, blockName(0), Buffer.from('[{"where":1},\n{"no'));
    for (const row of [0, 1])
      await expect((await opened(id)).entries([row])).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

describe('stored rows', () => {
  it.each([
    ['in one run', 1 << 16],
    ['in runs that are merged', 5_000],
  ])('are found by every key as in memory: %s', async (_, run) => {
    const entries = [
      ...entriesOf([...PEOPLE, ...manyRows(1_500)]),
      {
        row: {
          kind: 'chat' as const,
          messages: [
            { role: 'user', content: 'Who?' },
            { role: 'assistant', content: 'I.' },
          ],
        },
        where: 'chats.jsonl:1',
        subject: 'K-1',
      },
      { row: { kind: 'qa' as const, question: 'Where?', answer: 'Here.' }, where: 'qa.csv:2' },
    ];
    const stored = await opened(await storeEntries(harness.ports.vault, 'house', entries, { run }));
    const memory = await corpusInMemory(entries);
    expect(await stored.entries(entries.map((_entry, i) => i))).toEqual(entries);
    const keys = new Set(entries.flatMap((entry) => keysOfIndexed(indexedFrom(entry)).slice(1)));
    for (const key of keys) expect([key, await stored.rowsWith(key)]).toEqual([key, await memory.rowsWith(key)]);
    expect(await stored.rowsWithEach([...keys])).toEqual(await memory.rowsWithEach([...keys]));
    expect(await stored.rowsWithEach(['w:meter', 'w:okafor', 'w:meter', 'w:nowhere'], 2)).toEqual([
      undefined,
      await memory.rowsWith('w:okafor'),
      undefined,
      [],
    ]);
    expect(await stored.countOf('w:meter')).toBe(1_500);
    expect(await stored.rowsWith('w:nowhere')).toEqual([]);
  });

  it('are nowhere in clear, on a disk that holds them', async () => {
    const { dir, remove } = temporaryFolder();
    const vault = fileVault(join(dir, 'vault'), systemClock(join(dir, 'clock')));
    const register = [{ id: 'K-77120', name: THEA, aliases: [], values: [] }];
    const corpus = await storeEntries(vault, 'house', entriesOf(PEOPLE), { register });
    const files = filesUnder(dir);
    expect(files.length).toBeGreaterThan(4);
    for (const secret of ['Vinterberg', 'vinterberg', 'K-77120', '77120', 'Birkevej', 'rows.jsonl'])
      for (const path of files) expect([path, readFileSync(path).includes(secret)]).toEqual([path, false]);
    expect((await storedCorpus(vault, { name: 'house', corpus })).people.register).toEqual(register);
    vault.close();
    remove();
  });

  it('of a model without a corpus are said to be none', async () => {
    await expect(storedCorpus(harness.ports.vault, { name: 'house', corpus: undefined })).rejects.toMatchObject({
      code: 'MODEL_INVALID',
    });
  });
});

describe('an onboarding that is killed', () => {
  const folder = temporaryFolder();
  afterAll(folder.remove);
  const child = (write: number) =>
    spawnSync(
      process.execPath,
      [join(import.meta.dirname, '../../../support/storing-child.ts'), folder.dir, String(write)],
      { encoding: 'utf8' },
    );

  it('leaves no index, and the next one removes what it left', async () => {
    const writes = Number(child(0).stdout);
    expect(writes).toBeGreaterThan(8);
    for (const write of [1, 4, writes - 1, writes]) {
      expect(child(write).signal).toBe('SIGKILL');
      const vault = fileVault(join(folder.dir, 'vault'), systemClock(join(folder.dir, 'clock')));
      const left = filesUnder(join(folder.dir, 'vault', 'objects')).map((path) => path.split('/').at(-2)!);
      const [id = ''] = new Set(left);
      if (id !== '')
        await expect(storedCorpus(vault, { name: 'house', corpus: id })).rejects.toMatchObject({
          code: 'MODEL_INVALID',
        });
      const next = await newIndexId(vault, 'house', undefined);
      expect(next).not.toBe(id);
      expect(filesUnder(join(folder.dir, 'vault', 'objects'))).toEqual([]);
      vault.close();
    }
  });

  it('never touches the index that the model has', async () => {
    const own = await storeEntries(harness.ports.vault, 'house', entriesOf(PEOPLE));
    const next = await newIndexId(harness.ports.vault, 'house', own);
    expect(next).not.toBe(own);
    expect(await hitsOf(own, THEA)).toEqual([0, 2, 3]);
  });
});

describe('a person whose case has ended', () => {
  const note = 'Note: Thea Vinterberg'.length;
  const ROWS: PersonalRow[] = [
    { id: 'rows.jsonl:1' },
    { id: 'rows.jsonl:3', spans: [{ part: 0, start: 6, end: note }] },
    { id: 'rows.jsonl:4' },
  ];
  const after = async (id: string) => {
    const corpus = await opened(id);
    const rows = await corpus.entries([0, 1, 2, 3]);
    return {
      thea: await hitsOf(id, THEA),
      selma: await hitsOf(id, 'Selma Okafor'),
      number: await corpus.rowsWith('d:7120'),
      street: await corpus.rowsWith('w:birkevej'),
      texts: rows.map((entry) => entry && entry.row.kind === 'text' && entry.row.text),
    };
  };
  const GONE = {
    thea: [],
    selma: [1, 2],
    number: [],
    street: [],
    texts: [
      undefined,
      PEOPLE[1]!.kind === 'text' && PEOPLE[1]!.text,
      `Note: ${'▇'.repeat(THEA.length)} referred Selma Okafor on 4 May.`,
      undefined,
    ],
  };

  it('is found no more; in a row of two people the other one is', async () => {
    const id = await storeEntries(harness.ports.vault, 'house', entriesOf(PEOPLE));
    expect(await hitsOf(id, THEA)).toEqual([0, 2, 3]);
    expect(await dropRows(harness.ports.vault, id, 'T-1', ROWS)).toBe(3);
    expect(await after(id)).toEqual(GONE);
  });

  it('is found no more whichever write of it failed, once it was repeated', async () => {
    const writes = 8;
    for (let write = 1; write <= writes; write++) {
      harness = memoryHarness();
      const id = await storeEntries(harness.ports.vault, 'house', entriesOf(PEOPLE));
      const before = harness.faults.writes.filter((name) => name.startsWith('vault.put#')).length;
      harness.faults.arm(`vault.put#${before + write}`, 'before');
      await dropRows(harness.ports.vault, id, 'T-1', ROWS).catch(() => undefined);
      await dropRows(harness.ports.vault, id, 'T-1', ROWS);
      expect(await after(id)).toEqual(GONE);
    }
    expect(harness.faults.fired).toBe(false); // there is no eighth write: every one has failed once
  });

  it('rows that are in no index change nothing', async () => {
    const id = await storeEntries(harness.ports.vault, 'house', entriesOf(PEOPLE));
    expect(await dropRows(harness.ports.vault, id, 'T-1', [{ id: 'rows.jsonl:99' }])).toBe(0);
    expect(await hitsOf(id, THEA)).toEqual([0, 2, 3]);
  });
});
