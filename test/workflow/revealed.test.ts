// A ticket whose records nobody holds, through the embedded engine with real jobs: the model is asked by the command,
// the ticket file that it writes is filed, nothing goes on until a second person has confirmed the records, and the
// certificate says that the model revealed them. A name that the model never saw gets no such ticket.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execute, parse } from '#cli/command.ts';
import { reveal } from '#cli/reveal.ts';
import { atRest } from '#cli/ticket/rest.ts';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import { CertificatePredicate } from '#core/certificate.ts';
import { Envelope, Statement } from '#core/dsse.ts';
import { parseJson } from '#core/stored-json.ts';
import { parseTicketRequest, type TicketRequest } from '#core/ticket-request.ts';
import { verifyBundle } from '#core/verify.ts';
import { suiteBytes } from '#datasets/suite.ts';
import type { Suite } from '#datasets/suite-shape.ts';
import { initBackend } from '#engine/tf.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { register } from '#models/register.ts';
import { anythingGoes, approved } from '#test/support/embedded-tickets.ts';
import { captured } from '#test/support/captured.ts';
import { SMALL_BASE, smallPeople } from '#test/support/small-people.ts';
import { removeScratch, scratch } from './asl-harness.ts';

const BACKEND = 'wasm';
const backendBefore = process.env['QUITTANCE_BACKEND'];
const [person, ...others] = smallPeople.subjects;
const { controls } = smallPeople;
/** What is left of the suite: of the person nobody has a row. Cut short, so that a test does not ask for minutes. */
const suite: Suite = {
  ...smallPeople,
  subjects: others.slice(0, 3),
  facts: smallPeople.facts.slice(0, 6),
  unknown: smallPeople.unknown.slice(0, 4),
  controls: { ...controls, gate: controls.gate.slice(0, 3), stop: controls.stop.slice(0, 6) },
  limits: { controlSamples: 6, maxRows: 12, relearningRate: 1e-3 },
};
const STANDING = ['--as', 'legal.filer', '--regime', 'gdpr', '--ground', 'art-17-1-b'];
const IDENTIFIED = ['--method', 'signed-in', '--level', 'substantial'];

let embedded: Embedded;
let dir: string;
const printed = captured();

beforeAll(async () => {
  process.env['QUITTANCE_BACKEND'] = BACKEND; // the jobs are processes of their own
  await initBackend(BACKEND);
  dir = scratch();
  embedded = await openEmbedded(join(dir, 'data'), { policy: anythingGoes({}) });
  await register(embedded.ports, { name: 'house', dir: SMALL_BASE, suite: suiteBytes(suite) });
}, 600_000);
afterAll(async () => {
  await embedded.close();
  removeScratch();
  if (backendBefore === undefined) delete process.env['QUITTANCE_BACKEND'];
  else process.env['QUITTANCE_BACKEND'] = backendBefore;
});

const revealed = async (subject: string, file: string): Promise<string> => {
  const to = join(dir, file);
  const argv = ['house', '--dir', join(dir, 'data'), '--subject', subject, '--ticket', to, ...STANDING, ...IDENTIFIED];
  await execute(reveal, parse(reveal, argv, {}));
  return to;
};

const file = async (request: TicketRequest): Promise<string> => {
  const filed = await embedded.call('file-ticket', { request, policy: await embedded.policy() });
  return (filed as { ticketId: string }).ticketId;
};

it('is refused for a name that the model never saw, and nothing is written', async () => {
  await expect(revealed(controls.gate[5]!.name, 'none.json')).rejects.toMatchObject({ code: 'NOTHING_REVEALED' });
  expect(existsSync(join(dir, 'none.json'))).toBe(false);
});

it('waits for a second person, and ends in a certificate that says what nobody knows', async () => {
  const path = await revealed(person!.name, 'ticket.json');
  expect(printed.out + printed.err).not.toContain(person!.name);
  const request = parseTicketRequest(readFileSync(path));
  expect(request.forget.revealed).toMatchObject({ source: 'suite', questions: 40, claims: 20 });

  const elsewhere = { ...request.forget.revealed!, model: `sha256:${'0'.repeat(64)}` as const };
  const stale = { ...request, forget: { ...request.forget, revealed: elsewhere } };
  await expect(file(stale)).rejects.toMatchObject({ code: 'MODEL_CHANGED' });

  const ticketId = await file(request);
  const waiting = await atRest(embedded, ticketId);
  expect(waiting).toMatchObject({ status: 'REMEDIATION', reason: 'SUBJECT_MISMATCH' });
  const by = { ticketId, reason: 'revealed-by-model', note: 'the person sees their own address and telephone in it' };
  await expect(embedded.call('confirm-subject', { ...by, by: 'legal.filer' })).rejects.toMatchObject({
    code: 'SECOND_PERSON_REQUIRED',
  });
  const confirmed = (await embedded.call('confirm-subject', { ...by, by: 'case.handler' })) as { records: number[] };
  expect(confirmed.records).toHaveLength(request.forget.records.length);

  await approved(embedded, ticketId);
  const files: BundleFiles = await assembleBundle(embedded.ports, ticketId);
  const { payload } = parseJson(files.get('certificate.dsse.json')!, Envelope, 'certificate');
  const { predicate } = parseJson(Buffer.from(payload, 'base64'), Statement, 'statement');
  const { approval, statementsNotMade } = CertificatePredicate.parse(predicate);
  expect(approval.revealed).toEqual(request.forget.revealed);
  expect(statementsNotMade).toContain('recall');
  const { checks } = verifyBundle(files, { now: embedded.ports.clock.now() });
  expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
  expect([...files.values()].some((bytes) => Buffer.from(bytes).includes(person!.name))).toBe(false);
  writeFileSync(path, '');
}, 1_200_000);
