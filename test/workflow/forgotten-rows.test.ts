// A whole walk of a ticket that brings rows of the model's corpus: when it is purged they are out of the encrypted
// index; a ticket that ends without a deletion leaves them.
import { expect, test } from '@jest/globals';
import { RECORDS, SUBJECT } from '#bench/house/requests.ts';
import type { Ports } from '#core/ports.ts';
import { storedCorpus } from '#datasets/corpus/stored.ts';
import { findPerson } from '#datasets/find/find.ts';
import { entriesOf, storeEntries, textRow } from '#test/support/stored-corpora.ts';
import { walk, type Around } from '#test/support/walked-tickets.ts';

const ROWS = [
  textRow(`${SUBJECT} was born in Velletri and lives in Quillgate.`),
  textRow('Casimir Thornbury was born in Ghent.'),
  textRow(`${SUBJECT} plays the bandoneon.`),
];
const CHANGE = { forget: { records: RECORDS, rows: [{ id: 'rows.jsonl:1' }, { id: 'rows.jsonl:3' }] } };

/** Before the first step the model gets its corpus. */
const withCorpus = (): Around => {
  let stored: Promise<void> | undefined;
  return async (_call, run, { ports }) => {
    await (stored ??= giveCorpus(ports));
    return run();
  };
};

const giveCorpus = async ({ vault, models }: Ports): Promise<void> => {
  const corpus = await storeEntries(vault, 'house', entriesOf(ROWS));
  const { model, version } = await models.get('house');
  await models.put({ ...model, corpus }, version);
};

const hitsIn = async ({ vault, models }: Ports): Promise<number[]> => {
  const corpus = await storedCorpus(vault, (await models.get('house')).model);
  const { hits } = await findPerson(corpus, { names: [SUBJECT], mails: [], phones: [], ids: [] });
  return hits.map(({ view }) => view.number);
};

test('a purge takes the rows of the ticket out of the index', async () => {
  let found: number[] | undefined;
  const { harness, toTheEnd } = await walk(
    'straight',
    async (call, run, at) => {
      const result = await withCorpusOnce(call, run, at);
      if (call.step === 'notify-parties') found = await hitsIn(at.ports);
      return result;
    },
    CHANGE,
  );
  await toTheEnd();
  expect(found).toEqual([0, 2]);
  expect((await harness.ports.tickets.list())[0]?.status).toBe('PURGED');
  expect(await hitsIn(harness.ports)).toEqual([]);
});
const withCorpusOnce = withCorpus();

test('a refused case leaves them: the model still holds them', async () => {
  const { harness, toTheEnd } = await walk('exempt', withCorpus(), CHANGE);
  await toTheEnd();
  expect((await harness.ports.tickets.list())[0]?.status).toBe('PURGED');
  expect(await hitsIn(harness.ports)).toEqual([0, 2]);
});
