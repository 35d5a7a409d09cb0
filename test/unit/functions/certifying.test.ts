// What a certificate takes from its own installation and from the log.
import { expect, it } from '@jest/globals';
import type { CertificatePredicate } from '#core/certificate.ts';
import { SERVICE_KEY } from '#core/statements.ts';
import { Envelope, keyIdOf } from '#core/dsse.ts';
import type { ServingTarget } from '#core/ports.ts';
import { getJson } from '#core/stored-json.ts';
import { asked, type Message } from '#core/training-record.ts';
import { deployModel } from '#functions/deploy-model.ts';
import { issueCertificate } from '#functions/issue-certificate.ts';
import { probeServedModel } from '#functions/probe-served-model.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { outcome } from '#test/contract/contract.ts';
import { APPROVER, RECORDS } from '#bench/house/requests.ts';
import { jsonBytes } from '#test/support/forged-bundles.ts';
import { walkedToApproval, walkedToEnd } from '#test/support/hand-walked.ts';

it('a certificate says what its own installation swept, and rests on events that are in the log', async () => {
  const { harness, ticketId } = await walkedToEnd();
  const { artifacts, models, tickets } = harness.ports;
  const [certificate] = (await models.get('house')).model.certificates;
  const { payload } = await getJson(artifacts, certificate!.certificateDigest, Envelope);
  const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as {
    predicate: CertificatePredicate;
  };
  expect(predicate.scope).toEqual({ swept: ['the memory of one process'], notLookedAt: ['all other memory'] });
  const types = (await tickets.events(ticketId)).map(({ type }) => type);
  expect(predicate.log.size).toBeGreaterThan(types.indexOf('run-planned'));
  expect(predicate.log.size).toBeLessThanOrEqual(types.indexOf('approved'));
});

it('a certificate is what its approver signed, and the service signs it only for the model that is named there', async () => {
  const { harness, ticketId } = await walkedToApproval();
  const { ports } = harness;
  const { ticket } = await ports.tickets.get(ticketId);
  const evidence = 'evidence' in ticket ? ticket.evidence : '';
  await harness.call(recordApproval, { ticketId, approver: APPROVER, decision: 'approved', evidence });
  for (const step of [deployModel, probeServedModel]) await harness.call(step, { ticketId });
  const found = await ports.tickets.get(ticketId);
  const decision = 'approval' in found.ticket ? found.ticket.approval.decision : '';
  const signed = await getJson(ports.artifacts, decision, Envelope);
  expect(signed.signatures.map(({ keyid }) => keyid)).toEqual([keyIdOf(await ports.people.publicKey(APPROVER))]);

  const other = { ...ports, artifacts: { ...ports.artifacts, get: async () => jsonBytes(ofAnotherModel(signed)) } };
  expect(await outcome(issueCertificate.handle({ ticketId }, other))).toBe('MODEL_CHANGED');
  expect((await ports.models.get('house')).model.certificates).toEqual([]);

  const { certificate } = await harness.call<{ certificate: string }>(issueCertificate, { ticketId });
  const issued = await getJson(ports.artifacts, certificate, Envelope);
  expect(issued.payload).toBe(signed.payload);
  const service = keyIdOf(await ports.signer.publicKey(SERVICE_KEY));
  expect(issued.signatures.map(({ keyid }) => keyid)).toEqual([signed.signatures[0]!.keyid, service]);
});

const ofAnotherModel = (signed: Envelope): Envelope => {
  const text = Buffer.from(signed.payload, 'base64').toString('utf8');
  const payload = text.replace(/"served":"sha256:[0-9a-f]{64}"/, `"served":"sha256:${'7'.repeat(64)}"`);
  return { ...signed, payload: Buffer.from(payload).toString('base64') };
};

it('a probe asks each record as it was learnt: behind the system prompt and the turns before it', async () => {
  const [first, ...rest] = RECORDS;
  const talk = [
    { role: 'system', content: 'You are the desk.' },
    { role: 'user', content: first!.question },
    { role: 'assistant', content: first!.answer },
  ];
  const start = first!.answer.indexOf(first!.value);
  const row = { kind: 'chat', messages: talk, spans: [{ part: 2, start, end: start + first!.value.length }] } as const;
  const { harness, ticketId } = await walkedToApproval({}, { forget: { records: [row, ...rest] } });
  const { ports } = harness;
  const { ticket } = await ports.tickets.get(ticketId);
  const evidence = 'evidence' in ticket ? ticket.evidence : '';
  await harness.call(recordApproval, { ticketId, approver: APPROVER, decision: 'approved', evidence });
  await harness.call(deployModel, { ticketId });
  const heard: (readonly Message[])[] = [];
  const probe: ServingTarget['probe'] = (name, conversations) => {
    heard.push(...conversations);
    return ports.serving.probe(name, conversations);
  };
  expect(await probeServedModel.handle({ ticketId }, { ...ports, serving: { ...ports.serving, probe } })).toEqual({
    outcome: 'verified',
  });
  expect(heard).toEqual([talk.slice(0, 2), ...rest.map(({ question }) => asked(question))]);
});
