// A ticket under a policy that lets withholding count, through the embedded engine with real jobs: what is served is a
// composed decoder, its certificate is of its own kind and says that the data is still in the weights, and no other
// kind of certificate can be made of it. Without those words in the policy no such method is taken.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { trainSmallModel } from '#containers/train-job.ts';
import { assembleBundle, type BundleFiles } from '#core/bundle.ts';
import { CERTIFICATE_TYPE, CertificatePredicate, claimsOf, WITHHOLDING_TYPE } from '#core/certificate.ts';
import { Envelope, Statement } from '#core/dsse.ts';
import { WITHHOLDING_WORDS } from '#core/method-name.ts';
import { parsePolicy, type GatePolicy } from '#core/policy.ts';
import { RunManifest } from '#core/run.ts';
import { getJson, parseJson } from '#core/stored-json.ts';
import { verifyBundle } from '#core/verify.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { forgetRecord, tokenizerTexts, trainingRows } from '#datasets/suite-shape.ts';
import { initBackend } from '#engine/tf.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { register } from '#models/register.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { anythingGoes, approved, fileFor } from '#test/support/embedded-tickets.ts';
import { removeScratch, scratch } from './asl-harness.ts';
import { SMALLEST, smallestSuite } from './survival-suite.ts';

const BACKEND = 'wasm';
const backendBefore = process.env['QUITTANCE_BACKEND'];
const suite = smallestSuite();
const rows = trainingRows(suite);
const POLICY: GatePolicy = {
  ...anythingGoes({}),
  withholding: WITHHOLDING_WORDS,
  ladder: [
    { method: 'uld-offset', config: { assistant: { updates: 3, rank: 2 } }, reason: 'until weights can be moved' },
  ],
};

let embedded: Embedded;
let files: BundleFiles;
let ticketId: string;
let dir: string;

beforeAll(async () => {
  process.env['QUITTANCE_BACKEND'] = BACKEND; // the jobs are processes of their own
  await initBackend(BACKEND);
  dir = scratch();
  const model = join(dir, 'weights');
  await trainSmallModel(model, rows, [], { ...SMALLEST, updates: 20 }, { tokenizerTexts: tokenizerTexts(suite) });
  embedded = await openEmbedded(join(dir, 'data'), { policy: POLICY });
  await register(embedded.ports, { name: 'house', dir: model, suite: suiteBytes(suite) });
  ticketId = await fileFor(embedded, suite.subjects[0]!);
  await approved(embedded, ticketId);
  files = await assembleBundle(embedded.ports, ticketId);
}, 1_200_000);
afterAll(async () => {
  await embedded.close();
  removeScratch();
  if (backendBefore === undefined) delete process.env['QUITTANCE_BACKEND'];
  else process.env['QUITTANCE_BACKEND'] = backendBefore;
});

const certificate = () => {
  const { payload } = parseJson(files.get('certificate.dsse.json')!, Envelope, 'certificate');
  return parseJson(Buffer.from(payload, 'base64'), Statement, 'statement');
};

it('ends with a composed decoder over weights that stay', async () => {
  const { ticket } = await embedded.ports.tickets.get(ticketId);
  if (ticket.status !== 'PURGED') throw new Error(`the ticket is ${ticket.status}`);
  const run = await getJson(embedded.ports.artifacts, ticket.sealed!.run.manifest, RunManifest);
  expect(run.manifest).toMatchObject({ kind: 'quittance-composed/v1', target: run.base });
  expect((await embedded.ports.models.get('house')).model.digest).toBe(run.candidate);
  expect((await embedded.ports.serving.probe('house', [])).digest).toBe(run.candidate);
});

it('has a certificate of its own kind, which a stranger can check', () => {
  const { predicateType, predicate } = certificate();
  expect(predicateType).toBe(WITHHOLDING_TYPE);
  expect(CertificatePredicate.parse(predicate).statementsMade).toContain('withheld-at-serving');
  const { checks } = verifyBundle(files, { now: embedded.ports.clock.now() });
  expect(checks.filter(({ state }) => state === 'fails')).toEqual([]);
});

it('weights have no such certificate, and what withholds no other', async () => {
  const { ticket } = await embedded.ports.tickets.get(ticketId);
  if (ticket.status !== 'PURGED') throw new Error(`the ticket is ${ticket.status}`);
  const { stop, manifest } = await getJson(embedded.ports.artifacts, ticket.sealed!.run.manifest, RunManifest);
  expect(claimsOf({ stop, manifest })).toContain('withheld-at-serving');
  const weights = { kind: 'quittance-model/v1', files: {}, quantisation: 'none' } as const;
  expect(claimsOf({ stop, manifest: weights })).not.toContain('withheld-at-serving');
  const said = JSON.stringify(certificate()).replace(WITHHOLDING_TYPE, CERTIFICATE_TYPE);
  const envelope = parseJson(files.get('certificate.dsse.json')!, Envelope, 'certificate');
  const forged = { ...envelope, payload: Buffer.from(said).toString('base64') };
  const changed = new Map(files).set('certificate.dsse.json', Buffer.from(JSON.stringify(forged)));
  const { checks } = verifyBundle(changed, { now: embedded.ports.clock.now() });
  expect(checks.some(({ state }) => state === 'fails')).toBe(true);
});

it('a policy without the words takes no such rung, and no ticket that asks for one', async () => {
  expect(() => parsePolicy({ ...anythingGoes({}), ladder: POLICY.ladder })).toThrow(
    expect.objectContaining({ code: 'POLICY_INVALID', got: expect.stringContaining('erases nothing') as unknown }),
  );
  const other = await openEmbedded(join(dir, 'other'), { policy: anythingGoes({}) });
  try {
    await register(other.ports, { name: 'house', dir: join(dir, 'weights'), suite: suiteBytes(suite) });
    const person = suite.subjects[0]!;
    const request = parseTicketRequest(
      Buffer.from(
        JSON.stringify({
          ...{ subject: { name: person.name }, model: 'house', regime: 'gdpr', ground: 'art-17-1-b' },
          ...{ filer: 'legal.filer', channel: 'web', method: 'uld' },
          identity: {
            ...{ method: 'signed-in', level: 'substantial' },
            verifiedAt: other.ports.clock.now().toISOString(),
          },
          forget: { records: person.records.map(forgetRecord) },
        }),
      ),
    );
    await expect(other.call('file-ticket', { request, policy: await other.policy() })).rejects.toMatchObject({
      code: 'METHOD_CONFIG',
    });
  } finally {
    await other.close();
  }
});
