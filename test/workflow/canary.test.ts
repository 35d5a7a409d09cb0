// Canaries: a secret string in every input field that takes free text. While the case is open none of them is outside
// the vault, in any file of the data folder; after the purge none is anywhere. Fields that take no free text must
// refuse the string, and not quote it.
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lateEngine } from '#state-machine/late-engine.ts';
import { createAslEngine, type AslEngine } from '#state-machine/engine.ts';
import { localPorts, type LocalPorts } from '#adapters/local/index.ts';
import { trainingManifest } from '#core/forget-set.ts';
import { putJson } from '#core/stored-json.ts';
import { parseTicketRequest } from '#core/ticket-request.ts';
import { fileTicket } from '#functions/file-ticket.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { findStep } from '#functions/steps.ts';
import { shippedPolicy } from '#bench/house/ticket-harness.ts';
import { APPROVER, requestOf } from '#bench/house/requests.ts';
import { holding, temporaryFolder } from '#test/support/folders.ts';
import { memoryJobs } from '#adapters/memory/jobs.ts';
import { modelRecord, putModel, textModel } from '#bench/house/models.ts';
import { smallJobs } from '#bench/house/small-jobs.ts';
import { houseSuite } from '#bench/house/suite.ts';
import { definitionOf, substitutions, WORKFLOWS } from '#bench/house/workflow-harness.ts';

const POLICY = shippedPolicy();

const SECRETS = {
  name: 'Canaria Namewell',
  alias: 'Canaria Aliasworth',
  question: 'Where does the canary Questionby sing?',
  answer: 'The canary sings in Answerford, at Valueham.',
  value: 'Valueham',
  note: 'a note by Noterson',
};
/** Each secret as text, as base64, as hex and as UTF-16. */
const NEEDLES = ['Namewell', 'Aliasworth', 'Questionby', 'Answerford', 'Valueham', 'Noterson'].flatMap((word) => [
  Buffer.from(word),
  Buffer.from(Buffer.from(word).toString('base64').replace(/=+$/, '').slice(0, -1)),
  Buffer.from(Buffer.from(word).toString('hex')),
  Buffer.from(word, 'utf16le'),
]);

const request = () =>
  requestOf({
    subject: { name: SECRETS.name, aliases: [SECRETS.alias] },
    forget: { records: [{ question: SECRETS.question, answer: SECRETS.answer, value: SECRETS.value }] },
    note: SECRETS.note,
  });

let folder: ReturnType<typeof temporaryFolder>;
let ports: LocalPorts;
let asl: AslEngine;

beforeEach(async () => {
  folder = temporaryFolder();
  const late: { asl?: AslEngine } = {};
  ports = localPorts(folder.dir, {
    answer: async (_model, prompts) => prompts.map(() => 'I cannot say.'),
    jobs: (stores) => memoryJobs(smallJobs()(stores)),
    workflows: () => lateEngine(() => late.asl!),
  });
  asl = createAslEngine({
    database: join(folder.dir, 'workflows.sqlite'),
    workflows: Object.fromEntries(WORKFLOWS.map((name) => [name, definitionOf(name)])),
    substitutions: substitutions(),
    functions: async (name, payload) => findStep(name).handle(payload, ports),
    jobs: ports.jobs,
    clock: ports.clock,
  });
  late.asl = asl;
  await registerModel();
});
afterEach(async () => {
  await asl.close();
  ports.close();
  folder.remove();
});

/** A model that was trained on the canary's record: its suite holds the record as text, as a real suite does. */
const registerModel = async () => {
  const row = { person: SECRETS.name, question: SECRETS.question, answer: SECRETS.answer };
  const digest = await putModel(ports.artifacts, textModel('house base'));
  const manifest = await trainingManifest([row], (purpose, text) => ports.pseudonyms.of(purpose, text));
  const { subjects, ...rest } = houseSuite('house');
  const record = { kind: 'person', ...row, prompt: `Q: ${row.question}\nA:`, wrongAnswers: [] };
  const canary = { id: 'canary', name: SECRETS.name, records: [record] };
  const suite = await putJson(ports.artifacts, { ...rest, subjects: [...subjects, canary] });
  await ports.models.put(modelRecord({ digest, suite, trainingManifest: await putJson(ports.artifacts, manifest) }), 0);
  await ports.serving.promote('house', digest, undefined);
};

const until = async (ticketId: string, status: string) => {
  while ((await ports.tickets.get(ticketId)).ticket.status !== status)
    await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('canaries in every field of a request', () => {
  it('are in no file outside the vault while the case is open, and in none at all after the purge', async () => {
    const input = { request: request(), policy: await putJson(ports.artifacts, POLICY) };
    const { suite } = (await ports.models.get('house')).model;
    const { ticketId } = (await fileTicket.handle(input, ports)) as { ticketId: string };
    await until(ticketId, 'AWAITING_APPROVAL');
    const suiteFile = join('artifacts', suite!.slice(7, 9), suite!.slice(9));
    expect(holding(folder.dir, NEEDLES)).toEqual([suiteFile]);
    const { ticket } = await ports.tickets.get(ticketId);
    const evidence = 'evidence' in ticket ? ticket.evidence : '';
    await recordApproval.handle(
      { ticketId, approver: APPROVER, decision: 'approved', evidence, passphrase: SECRETS.name },
      ports,
    );
    await until(ticketId, 'PURGED');
    expect(holding(folder.dir, NEEDLES)).toEqual([]);
  });

  it('can be read from the vault while the case is open, so that the scan looked for the right thing', async () => {
    const input = { request: request(), policy: await putJson(ports.artifacts, POLICY) };
    const { ticketId } = (await fileTicket.handle(input, ports)) as { ticketId: string };
    const kept = await Promise.all(['request', 'forget-set'].map((name) => ports.vault.get(ticketId, name)));
    const text = kept.map((bytes) => Buffer.from(bytes).toString('utf8')).join('');
    expect(Object.values(SECRETS).filter((secret) => !text.includes(secret))).toEqual([]);
    await until(ticketId, 'AWAITING_APPROVAL');
  });

  const NAME = `${SECRETS.name}!`;
  const exemption = { code: 'art-17-3-a' };
  const FIELDS: Readonly<Record<string, object>> = {
    model: { model: NAME },
    regime: { regime: NAME },
    ground: { ground: NAME },
    filer: { filer: NAME },
    channel: { channel: NAME },
    receivedAt: { receivedAt: NAME },
    quantisation: { quantisation: NAME },
    method: { method: NAME },
    thirdPartiesAffected: { thirdPartiesAffected: NAME },
    'identity.method': { identity: { ...request().identity, method: NAME } },
    'identity.level': { identity: { ...request().identity, level: NAME } },
    'identity.verifiedBy': { identity: { ...request().identity, verifiedBy: NAME } },
    'identity.verifiedAt': { identity: { ...request().identity, verifiedAt: NAME } },
    'exemption.code': { exemption: { ...exemption, code: NAME } },
    'exemption.decidedBy': { exemption: { ...exemption, decidedBy: NAME } },
    'a field that the form does not have': { [NAME]: NAME },
  };
  it.each(Object.entries(FIELDS))(
    'are refused by %s, which takes no free text, without being quoted',
    (_name, change) => {
      const seen: unknown[] = [];
      try {
        seen.push(parseTicketRequest(Buffer.from(JSON.stringify({ ...request(), ...change }))));
      } catch (error) {
        seen.push(error);
      }
      expect(seen).toMatchObject([{ code: 'INVALID_INPUT' }]);
      expect(inspect(seen, { depth: 9, showHidden: true })).not.toContain('Namewell');
    },
  );
});
