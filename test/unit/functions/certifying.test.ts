// What a certificate takes from its own installation and from the log.
import { expect, it } from '@jest/globals';
import type { CertificatePredicate } from '#core/certificate.ts';
import { Envelope } from '#core/dsse.ts';
import { getJson } from '#core/stored-json.ts';
import { walkedToEnd } from '#test/support/hand-walked.ts';

it('a certificate says what its own installation swept, and rests on events that are in the log', async () => {
  const { harness, ticketId } = await walkedToEnd();
  const { artifacts, models, tickets } = harness.ports;
  const [certificate] = (await models.get('house')).model.certificates;
  const { payload } = await getJson(artifacts, certificate!.certificateDigest, Envelope);
  const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as {
    predicate: CertificatePredicate;
  };
  expect(predicate.scope).toEqual({ swept: ['the memory of one process'], notLookedAt: ['all other memory'] });
  const before = (await tickets.events(ticketId)).findIndex(({ type }) => type === 'certified');
  expect(predicate.log.size).toBe(before);
});
