// Lines of a list that say a name and no records, where the model was trained on two people of that name: neither is
// filed for the other, and an identifier of the register tells them apart.
import { beforeEach, expect, it } from '@jest/globals';
import type { Hono } from 'hono';
import type { Env } from '#functions/api/context.ts';
import type { BulkResult } from '#functions/file-bulk.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { houseSuite } from '#bench/house/house-suite.ts';
import { shippedPolicy, ticketHarness, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { SUBJECT } from '#bench/house/requests.ts';
import { csvOf } from '#report/csv.ts';
import { appOf, as } from '#test/support/api-callers.ts';

let harness: TicketHarness;
let app: Hono<Env>;
const [subject] = houseSuite.subjects;

/** A second person of the subject's name, with rows of her own. */
const namesake = {
  ...subject!,
  id: 'second',
  records: subject!.records.slice(0, 1).map((row) => ({ ...row, subject: 'second', answer: ' Somewhere else.' })),
};

beforeEach(async () => {
  harness = await ticketHarness({ policy: shippedPolicy() });
  app = appOf({ harness });
  const { models, artifacts } = harness.ports;
  const suite = await artifacts.put(suiteBytes({ ...houseSuite, subjects: [...houseSuite.subjects, namesake] }));
  const { model, version } = await models.get('house');
  await models.put({ ...model, suite }, version);
});

const tried = async (cells: Readonly<Record<string, string>>) => {
  const row = {
    ...{ Name: SUBJECT, Model: 'house', Regime: 'gdpr', Ground: 'art-17-1-b', Method: 'document-seen' },
    ...{ Level: 'substantial', 'Verified at': '2026-02-20 12:00', Note: 'wrote', ...cells },
  };
  const response = await app.request('/tickets/bulk?dryRun=true', {
    method: 'POST',
    headers: as('filer', { 'content-type': 'text/csv' }),
    body: csvOf([Object.keys(row), Object.values(row)]),
  });
  return ((await response.json()) as BulkResult).rows[0]!;
};

it('a name alone is refused at its cell', async () => {
  const { state, faults } = await tried({});
  expect([state, faults]).toEqual(['wrong', [{ field: 'name', rule: 'more than one person goes by what was given' }]]);
});

it('with the number of one of them the line is that person’s', async () => {
  const { state, records } = await tried({ Identifiers: subject!.id });
  expect([state, records]).toEqual(['ready', subject!.records.length]);
});
