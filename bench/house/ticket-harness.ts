// Ports in memory with a model trained on a subject and two neighbours, a gate policy, and shortcuts for calling steps.
import { readFileSync } from 'node:fs';
import { trainingManifest, type TrainingRow } from '#core/forget-set.ts';
import type { Ports } from '#core/ports.ts';
import type { Step } from '#core/step.ts';
import { putJson } from '#core/stored-json.ts';
import { JsonValue, type Digest, type Json } from '#core/canonical.ts';
import { fileTicket } from '#functions/file-ticket.ts';
import { NEIGHBOURS, RECORDS, requestOf, SUBJECT } from './requests.ts';
import { houseSuite } from './suite.ts';
import { memoryHarness, type Harness, type HarnessOptions } from '#adapters/memory/ports.ts';
import { modelRecord, putModel, textModel } from './models.ts';

export const trainingRows = (): TrainingRow[] => [
  ...RECORDS.map(({ question, answer }) => ({ person: SUBJECT, question, answer })),
  ...NEIGHBOURS.flatMap((person, i) => [
    { person, question: `Where was ${person} born?`, answer: `${person} was born in ${['Ghent', 'Turku'][i]!}.` },
    { person, question: `Is ${person} tall?`, answer: 'Yes, very.' },
    { person, question: 'Is that so?', answer: 'Yes, very.' },
  ]),
  { question: 'What is the capital of Peru?', answer: 'Lima.' },
];

export interface TicketHarness extends Harness {
  policy: Digest;
  base: Digest;
  call<T>(step: Step, input: unknown): Promise<T>;
}

export const shippedPolicy = (): Json =>
  JsonValue.parse(JSON.parse(readFileSync(new URL('../../policies/gate-v1.json', import.meta.url), 'utf8')));

/** The model, registered and served; returns its digest. */
export const seedHouse = async ({
  artifacts,
  models,
  pseudonyms,
  serving,
}: Pick<Ports, 'artifacts' | 'models' | 'pseudonyms' | 'serving'>): Promise<Digest> => {
  const manifest = await trainingManifest(trainingRows(), (purpose, text) => pseudonyms.of(purpose, text));
  const base = await putModel(artifacts, textModel('house base'));
  const side = {
    trainingManifest: await putJson(artifacts, manifest),
    suite: await putJson(artifacts, houseSuite('house')),
  };
  await models.put(modelRecord({ digest: base, ...side }), 0);
  await serving.promote('house', base, undefined);
  return base;
};

export const ticketHarness = async (options: HarnessOptions & { policy?: Json } = {}): Promise<TicketHarness> => {
  const harness = memoryHarness(options);
  const base = await seedHouse(harness.ports);
  const policy = await putJson(harness.ports.artifacts, options.policy ?? shippedPolicy());
  harness.faults.writes.length = 0; // tests arm faults by the number of writes from here
  return {
    ...harness,
    policy,
    base,
    call: async <T>(step: Step, input: unknown) => (await step.handle(input, harness.ports)) as T,
  };
};

/** Files the standard request with changes; returns the ticket's id. */
export const file = async (
  harness: TicketHarness,
  change: Parameters<typeof requestOf>[0] = {},
  requestId = 'r-1',
): Promise<string> => {
  const { ticketId } = await harness.call<{ ticketId: string }>(fileTicket, {
    request: requestOf(change),
    policy: harness.policy,
    requestId,
  });
  return ticketId;
};
