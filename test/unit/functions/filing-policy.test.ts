// Which policy a ticket is filed under: the one that the filer asked for, else the model's own, else that of the
// installation.
import { expect, it } from '@jest/globals';
import { putJson } from '#core/stored-json.ts';
import { TicketRequest } from '#core/ticket-request.ts';
import { fileTicket } from '#functions/file-ticket.ts';
import { previewOf } from '#functions/preview-ticket.ts';
import { readPolicy } from '#entry/policies.ts';
import { ticketHarness, shippedPolicy } from '#bench/house/ticket-harness.ts';
import { requestOf } from '#bench/house/requests.ts';
import { outcome } from '#test/contract/contract.ts';

const filedUnder = async (own: boolean, chosen: boolean) => {
  const harness = await ticketHarness({ policy: shippedPolicy() });
  const { artifacts, models, tickets } = harness.ports;
  const policy = await putJson(artifacts, readPolicy('corpus-v1'));
  const request = requestOf();
  if (own) {
    const { model, version } = await models.get(request.model);
    await models.put({ ...model, policy }, version);
  }
  const asked = { request, policy: harness.policy, ...(chosen && { chosen }) };
  const { ticketId } = await harness.call<{ ticketId: string }>(fileTicket, asked);
  const { ticket } = await tickets.get(ticketId);
  return ticket.policy === policy ? 'own' : ticket.policy === harness.policy ? 'default' : ticket.policy;
};

it.each([
  [false, false, 'default'],
  [true, false, 'own'],
  [true, true, 'default'], // the filer named the installation's
])(
  'a model with a policy of its own: %s, a policy asked for: %s, is filed under the %s one',
  async (own, chosen, by) => {
    expect(await filedUnder(own, chosen)).toBe(by);
  },
);

it('a policy that trains anew is refused by what the model lacks, before a ticket is there', async () => {
  const harness = await ticketHarness({ policy: shippedPolicy() });
  const { artifacts, models, tickets } = harness.ports;
  const policy = await putJson(artifacts, readPolicy('corpus-exact-v1'));
  const request = requestOf();
  const asked = { request, policy, chosen: true };
  await expect(harness.call(fileTicket, asked)).rejects.toMatchObject({
    code: 'METHOD_CONFIG',
    message: expect.stringMatching(/^rung 3 .* lacks the recipe of its training, the base .*, its corpus$/u),
  });
  expect(await tickets.list()).toEqual([]);
  const would = () => outcome(previewOf(TicketRequest.parse(request), harness.ports, readPolicy('corpus-exact-v1')));
  expect(await would()).toBe('METHOD_CONFIG');
  const { model, version } = await models.get(request.model);
  const [training, trainedFrom] = [policy, model.digest];
  await models.put({ ...model, corpus: 'corpus-house-1', training, trainedFrom }, version);
  expect(await would()).toBe('fulfilled');
  expect(await outcome(harness.call(fileTicket, asked))).toBe('fulfilled');
});
