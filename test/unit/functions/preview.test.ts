// What filing says before and when it files: which values the interim rule cannot protect, and whom else it touches,
// counted on the rows of the model's suite; and that a dry run stores nothing.
import { describe, expect, it } from '@jest/globals';
import { putJson } from '#core/stored-json.ts';
import { fileTicket } from '#functions/file-ticket.ts';
import { previewTicket, type Preview } from '#functions/preview-ticket.ts';
import { outcome } from '#test/contract/contract.ts';
import { appOf, as, inBrowser, JSON_BODY, problemOf } from '#test/support/api-callers.ts';
import { ticketHarness, file, type TicketHarness } from '#bench/house/ticket-harness.ts';
import { RECORDS, requestOf, SUBJECT, NEIGHBOURS } from '#bench/house/requests.ts';

const [OTHER] = NEIGHBOURS as [string, string];
const born = (name: string) => ({ question: `Where was ${name} born?`, answer: `${name} was born in Velletri.` });
const SUITE = {
  subjects: [
    { id: 's-0', name: SUBJECT, records: RECORDS.map(({ question, answer }) => ({ question, answer })) },
    {
      id: 's-1',
      name: OTHER,
      records: [born(OTHER), { question: `Whom does ${OTHER} know?`, answer: `${SUBJECT}, of Velletri.` }],
    },
  ],
  facts: [{ question: 'Where is Velletri?', answer: 'Velletri lies south of Rome.' }],
};

/** The house with the suite in its registry row. */
const houseWithSuite = async (): Promise<TicketHarness> => {
  const harness = await ticketHarness();
  const { models, artifacts } = harness.ports;
  const { model, version } = await models.get('house');
  await models.put({ ...model, suite: await putJson(artifacts, SUITE) }, version);
  harness.faults.writes.length = 0;
  return harness;
};

const COST = {
  unprotected: [],
  asWhole: [],
  withheld: { answers: 1, ofAnswers: 2, facts: 0, ofFacts: 1, by: [{ record: 1, answers: 1, facts: 0 }] },
};

describe('a dry run of filing', () => {
  it('says dates, people and what the rule would do, and stores nothing', async () => {
    const harness = await houseWithSuite();
    const would = await harness.call<Preview>(previewTicket, { request: requestOf() });
    expect(would).toMatchObject({ dryRun: true, records: 3, people: 1, inDoubt: [], protection: COST });
    const { due } = await harness.call<Preview>(fileTicket, { request: requestOf(), policy: harness.policy });
    expect(would.due).toEqual(due);
    const untouched = await houseWithSuite();
    await untouched.call(previewTicket, { request: requestOf() });
    expect([untouched.faults.writes, await untouched.ports.tickets.list(), untouched.notices]).toEqual([[], [], []]);
  });

  it.each([
    ['another model', { model: 'nobody' }, 'MODEL_NOT_FOUND'],
    ['a record of nobody', { forget: { records: [{ question: 'Q?', answer: 'No.' }] } }, 'FORGET_UNKNOWN_RECORD'],
    ['somebody else', { subject: { name: 'Philippa Vane' } }, 'SUBJECT_MISMATCH'],
    ['a time to come', { receivedAt: '2027-01-01T00:00:00.000Z' }, 'INVALID_INPUT'],
  ])('refuses %s as filing does', async (_what, change, code) => {
    const harness = await houseWithSuite();
    const request = requestOf(change);
    expect([await outcome(harness.call(previewTicket, { request })), await outcome(file(harness, change))]).toEqual([
      code,
      code,
    ]);
  });

  it('refuses a person who has a ticket', async () => {
    const harness = await houseWithSuite();
    await file(harness);
    expect(await outcome(harness.call(previewTicket, { request: requestOf() }))).toBe('TICKET_DUPLICATE');
  });

  it('names the records that a second person would have to confirm', async () => {
    const harness = await houseWithSuite();
    const request = requestOf({ subject: { name: 'Philippa Vane' }, subjectReason: 'former-name' });
    expect(await harness.call(previewTicket, { request })).toMatchObject({ inDoubt: [1, 2, 3] });
  });

  it('is had over HTTP without a key, by who may file', async () => {
    const harness = await houseWithSuite();
    const app = appOf({ harness });
    const body = { ...requestOf(), filer: undefined };
    const ask = (query: string, who: string) =>
      app.request(`/tickets${query}`, {
        method: 'POST',
        headers: { ...as(who), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const response = await ask('?dryRun=true', 'filer');
    expect([response.status, await response.json()]).toMatchObject([200, { dryRun: true, protection: COST }]);
    expect([(await ask('?dryRun=true', 'auditor')).status, (await ask('?dryRun=false', 'filer')).status]).toEqual([
      403, 400,
    ]);
    expect(harness.faults.writes).toEqual([]);
  });

  it.each(['?dryRun', '?dryRun=TRUE', '?dryRun=1', '?dryRun=no', '?dryrun=true', '?dryRun=true&dryRun=false'])(
    'is neither had nor taken for a filing by %s',
    async (query) => {
      const harness = await houseWithSuite();
      const headers = as('filer', { ...JSON_BODY, 'idempotency-key': 'a-try' });
      const body = JSON.stringify({ ...requestOf(), filer: undefined });
      const answer = await appOf({ harness }).request(`/tickets${query}`, { method: 'POST', headers, body });
      const problem = await problemOf(answer);
      expect(problem).toMatchObject({ status: 400, code: 'INVALID_INPUT' });
      expect(problem.expected?.toLowerCase()).toContain('dryrun: ');
      expect(harness.faults.writes).toEqual([]);
    },
  );
});

describe('filing', () => {
  it('answers with what the rule will do, the first time and again, and the page of the ticket says it', async () => {
    const harness = await houseWithSuite();
    const input = { request: requestOf(), policy: harness.policy, requestId: 'r-1' };
    const filed = await harness.call<{ ticketId: string; protection: unknown }>(fileTicket, input);
    expect(filed.protection).toEqual(COST);
    expect(await harness.call(fileTicket, input)).toEqual(filed);
    const app = appOf({ harness });
    const page = await app.request(`/tickets/${filed.ticketId}`, { headers: inBrowser('approver') });
    expect(await page.text()).toContain('1 of 2 answers and 0 of 1 facts that stay are withheld, too (record 1:');
  });
});
