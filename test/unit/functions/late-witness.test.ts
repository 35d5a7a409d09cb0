// A witness that was away when a certificate was issued: once it is back, the daily re-certification makes up for it,
// and a bundle that is made from then on has its cosignature; one that was handed out before stays as valid as it was.
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { httpCourier } from '#adapters/http/courier.ts';
import { memorySigner } from '#adapters/memory/secrets.ts';
import { Attestors } from '#core/attestors.ts';
import { assembleBundle } from '#core/bundle.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { parseKeyLine, withAttestors, type TrustRoot } from '#core/trust-root.ts';
import { verifyBundle } from '#core/verify.ts';
import { sequenceLog } from '#functions/sequence-log.ts';
import { findStep } from '#functions/steps.ts';
import { FILER } from '#bench/house/requests.ts';
import { file } from '#bench/house/ticket-harness.ts';
import { trustRootOf } from '#test/support/forged-bundles.ts';
import { walkedToApproval, walkedToEnd } from '#test/support/hand-walked.ts';
import { smallWitness, type SmallWitness } from '#test/support/small-witness.ts';

let witness: SmallWitness;
let root: TrustRoot;
beforeEach(async () => {
  const signer = memorySigner();
  const keys = await trustRootOf(signer);
  witness = await smallWitness('witness.late', new Map([[keys.origin, await signer.publicKey(LOG_KEY)]]));
  root = withAttestors(keys, [parseKeyLine(witness.key)!.key], []);
});
afterEach(() => witness.close());

const NAME = 'Casimir Thornbury';
const record = { question: `Where was ${NAME} born?`, answer: `${NAME} was born in Ghent.`, value: 'Ghent' };
const neighbour = { subject: { name: NAME }, forget: { records: [record] } };

it('co-signs a later head, which the bundle then has', async () => {
  const { key, url } = witness;
  const attestors = Attestors.parse({ witnesses: [{ key, url }] });
  witness.answer = () => [503, ''];
  const { harness, ticketId } = await walkedToEnd({}, { attestors, courier: httpCourier(5_000) });
  const { ports } = harness;
  const found = async () => {
    const files = await assembleBundle(ports, ticketId);
    const { checks, ok } = verifyBundle(files, { now: new Date(Date.now() + 60_000), trustRoot: root });
    const { state, detail } = checks.find(({ id }) => id === 'witnesses')!;
    return { files, ok, state, detail };
  };
  const before = await found();
  expect(before).toMatchObject({ ok: false, state: 'fails' });

  await file(harness, neighbour, 'r-2');
  await harness.call(sequenceLog, {});
  witness.answer = undefined;
  await harness.call(sequenceLog, {}); // nobody's day: the head is co-signed, no list of leaves is made anew
  const between = await found();
  await harness.call(sequenceLog, { model: 'house' });
  const after = await found();
  expect([between.state, after]).toMatchObject(['fails', { ok: true, state: 'holds' }]);
  expect(after.detail).toBe('co-signed by 1 of 1 witness');

  await harness.call(sequenceLog, { model: 'house' }); // there is nothing left to make up for
  expect((await found()).files.get('leaves')).toEqual(after.files.get('leaves'));
  const { keys, ...rest } = root;
  const unwitnessed = { ...rest, keys: keys.filter(({ role }) => role !== 'witness') };
  const now = new Date(Date.now() + 60_000);
  for (const { files } of [before, after]) expect(verifyBundle(files, { now, trustRoot: unwitnessed }).ok).toBe(true);
});

it('co-signs the end of a request without a certificate, with the next ticket of its model', async () => {
  const { key, url } = witness;
  const attestors = Attestors.parse({ witnesses: [{ key, url }] });
  witness.answer = () => [503, ''];
  const { harness, ticketId } = await walkedToApproval({}, {}, { attestors, courier: httpCourier(5_000) });
  const closing = { ticketId, outcome: 'withdrawn', reason: 'by-requester', by: FILER };
  await harness.call(findStep('close-ticket'), closing);
  await harness.call(sequenceLog, { ticketId });
  for (const name of ['notify-parties', 'purge-case']) await harness.call(findStep(name), { ticketId });
  await harness.call(sequenceLog, { ticketId });
  const state = async () => {
    const files = await assembleBundle(harness.ports, ticketId);
    const { checks, ok } = verifyBundle(files, { now: new Date(Date.now() + 60_000), trustRoot: root });
    return [ok, checks.find(({ id }) => id === 'witnesses')!.state];
  };
  expect(await state()).toEqual([false, 'fails']);

  witness.answer = undefined;
  const next = await file(harness, neighbour, 'r-2');
  await harness.call(sequenceLog, { ticketId: next });
  expect(await state()).toEqual([true, 'holds']);
});
