// What filing a request would come to, before it is filed: its dates, whose the records are, what the interim rule
// would protect and cost others. Refuses what filing refuses, by the same code. Called by people. Trap: it stores
// nothing, not even a key, and declares no port that it would need for that beyond what it reads.
import { z } from 'zod';
import { impassableOf } from '#core/baseline.ts';
import { Deadlines } from '#core/deadlines.ts';
import { requireErasing, requireTrainable } from '#core/ladder.ts';
import { storedPolicy, type GatePolicy } from '#core/policy.ts';
import type { Ports } from '#core/ports.ts';
import { Protection } from '#core/protection.ts';
import { defineStep } from '#core/step.ts';
import { lookAlikesIn } from '#core/subject.ts';
import { dueAtReceipt } from '#core/ticket-clock.ts';
import { TicketRequest } from '#core/ticket-request.ts';
import { checkRequest } from './admission.ts';
import { refuseDuplicate, subjectKeyOf } from './file-ticket.ts';
import { receiptOf, refuseFuture } from './receipt.ts';

export const Preview = z.strictObject({
  dryRun: z.literal(true),
  records: z.int(),
  /** People whom the training data has for the records. */
  people: z.int(),
  /** Numbers of records that do not name the subject, which a second person would have to confirm. */
  inDoubt: z.array(z.int().positive()),
  /** Names of the request that are written with look-alikes of Latin letters, which are read as these. */
  lookAlikes: z.array(z.string()),
  due: Deadlines,
  protection: Protection,
  /** Checks of the model's policy that no ticket could pass, each with its numbers. */
  impassable: z.array(z.string()),
});
export type Preview = z.infer<typeof Preview>;

export const previewTicket = defineStep({
  name: 'preview-ticket',
  input: z.strictObject({ request: TicketRequest }),
  output: Preview,
  uses: ['tickets', 'models', 'artifacts', 'pseudonyms', 'calendar', 'clock'],
  run: ({ request }, ports) => previewOf(request, ports),
});

export type PreviewPorts = Pick<Ports, 'tickets' | 'models' | 'artifacts' | 'pseudonyms' | 'calendar' | 'clock'>;

/** The step's work, for a caller that has the stores and no engine. */
export const previewOf = async (request: TicketRequest, ports: PreviewPorts, chosen?: GatePolicy): Promise<Preview> =>
  (await previewed(request, ports, chosen)).preview;

/**
 * With the pseudonym by which a second ticket of the same person is recognised. `chosen`: the policy that the filer
 * asks for; otherwise the model's own, where it has one.
 */
export const previewed = async (
  request: TicketRequest,
  ports: PreviewPorts,
  chosen?: GatePolicy,
): Promise<{ preview: Preview; subjectKey: string }> => {
  const now = ports.clock.now();
  refuseFuture(request, now);
  const { model } = await ports.models.get(request.model);
  const own = model.policy === undefined ? undefined : await storedPolicy(ports.artifacts, model.policy);
  const policy = chosen ?? own;
  if (policy) {
    requireErasing(request, policy);
    requireTrainable(request, policy, model);
  }
  const receipt = await receiptOf(request, ports);
  const { admission, inDoubt, protection } = await checkRequest(request, ports);
  const subjectKey = await subjectKeyOf(request, admission, ports.pseudonyms);
  await refuseDuplicate(request.model, subjectKey, ports.tickets);
  const due = dueAtReceipt({ ...receipt.recorded, regime: request.regime }, receipt.calendar);
  const { records, people } = admission;
  const lookAlikes = lookAlikesIn(request.subject);
  const impassable = await impassableOf(model, policy, ports.artifacts);
  const preview: Preview = {
    ...{ dryRun: true, records, people, inDoubt: [...inDoubt], lookAlikes },
    ...{ due, protection, impassable },
  };
  return { preview, subjectKey };
};
