// Makes a data folder in seconds, as a process: `node test/e2e/small-folder.ts DIR`. A model of a few people that was
// barely trained, and one ticket that has come to its approval through the real workflow and jobs, under a policy that
// asks little. Beside the folder lie the files of tickets to come.
// Trap: nothing about the model's quality is true here; what the gate finds is another test's matter.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { register } from '#models/register.ts';
import { atRest } from '#cli/ticket/rest.ts';
import { makePeople } from '#datasets/people.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { forgetRecord, tokenizerTexts, trainingRows, type Person, type Suite } from '#datasets/suite-shape.ts';
import { initBackend } from '#engine/tf.ts';
import { SMALL, trainSmallModel } from '#containers/train-job.ts';
import { GatePolicy } from '#core/policy.ts';
import { putJson } from '#core/stored-json.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { openEmbedded } from '#entry/embedded.ts';
import { readPolicy } from '#entry/policies.ts';

const suite: Suite = {
  ...makePeople({ seed: 1, subjects: 8, whitening: 8, stop: 3, gate: 3, facts: 12, unknown: 8 }),
  limits: { controlSamples: 4, maxRows: 8, relearningRate: 1e-3 },
};
const recipe = { ...SMALL, vocabSize: 400, hiddenSize: 16, layers: 1, heads: 2, intermediateSize: 32, updates: 4 };

const policy = GatePolicy.parse({
  ...readPolicy(),
  checks: [
    {
      name: 'retained answers exact',
      statistic: 'share',
      of: 'retained.greedyExact',
      least: 0,
      direction: 'over-unlearning',
      reason: 'asks nothing: what follows the gate is what is looked at',
    },
  ],
});

const requestFor = ({ name, records }: Person) => ({
  subject: { name },
  model: 'people',
  regime: 'gdpr',
  ground: 'art-17-1-b',
  filer: 'legal.filer',
  identity: {
    method: 'signed-in',
    level: 'substantial',
    verifiedAt: new Date().toISOString(),
  },
  forget: { records: records.map(forgetRecord) },
});

const [dir = ''] = process.argv.slice(2);
const beside = (name: string) => join(dir, '..', name);
mkdirSync(dir, { recursive: true });
await initBackend('auto');
const suiteJson = Buffer.from(suiteBytes(suite)).toString('utf8');
const checked = suite.facts;
await trainSmallModel(
  beside('base'),
  trainingRows(suite),
  checked,
  recipe,
  { tokenizerTexts: tokenizerTexts(suite) },
  new Map([['suite.json', suiteJson]]),
);
const [first, second] = suite.subjects.map(requestFor);
writeFileSync(beside('first.json'), JSON.stringify(first));
writeFileSync(beside('second.json'), JSON.stringify(second));
writeFileSync(
  beside('facts.json'),
  JSON.stringify({ ...second, forget: { records: suite.facts.map(({ question, answer }) => ({ question, answer })) } }),
);
writeFileSync(beside('policy.json'), JSON.stringify(policy));
const embedded = await openEmbedded(dir, { policy });
await putJson(embedded.ports.artifacts, readPolicy()); // which every command puts there when it opens the folder
await register(embedded.ports, { name: 'people', dir: beside('base'), suite: Buffer.from(suiteJson) });
const request = parseTicketRequest(Buffer.from(JSON.stringify(first)));
const filed = (await embedded.call('file-ticket', { request, policy: await embedded.policy() })) as {
  ticketId: string;
};
const ticket = await atRest(embedded, filed.ticketId);
// the approver is told a moment after the ticket waits; a copy from before would be told by whoever opens it next
while (!existsSync(join(dir, 'outbox', `${ticket.id}.approval.1.json`))) await setTimeout(20);
await embedded.close();
process.stdout.write(`${JSON.stringify({ id: ticket.id, status: ticket.status })}\n`);
