// Several tickets of one model: shared runs, candidates built one on another, approvals in any order, and what becomes
// of the others when one drops out.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Json } from '#core/canonical.ts';
import { assembleBundle } from '#core/bundle.ts';
import { EvidenceManifest } from '#core/evidence.ts';
import { GatePolicy } from '#core/policy.ts';
import { UnlearnPlan } from '#core/run.ts';
import { getJson } from '#core/stored-json.ts';
import type { Ticket } from '#core/ticket.ts';
import { verifyBundle } from '#core/verify.ts';
import { closeTicket } from '#functions/close-ticket.ts';
import { placeHold } from '#functions/holds.ts';
import { recordApproval } from '#functions/record-approval.ts';
import { file, shippedPolicy, trainingRows } from '#bench/house/ticket-harness.ts';
import { APPROVER, FILER, SUBJECT, NEIGHBOURS } from '#bench/house/requests.ts';
import { candidateOf, smallJobs, type SmallJobs } from '#bench/house/small-jobs.ts';
import { workflowHarness, type WorkflowHarness } from '#bench/house/workflow-harness.ts';

const WINDOW = 600;
const POLICY = { ...GatePolicy.parse(shippedPolicy()), gathering: { windowSeconds: WINDOW, atMost: 3 } };

let harness: WorkflowHarness;
/** Whose unlearning jobs ran, by leader. */
let runs: string[];
afterEach(() => harness.close());

const start = async (jobs: SmallJobs = {}, policy: Json = POLICY) => {
  runs = [];
  const onUnlearn = async (ticketId: string) => {
    runs.push(ticketId);
    await jobs.onUnlearn?.(ticketId);
  };
  const answer = (_model: string, prompts: readonly string[]) => prompts.map(() => 'I cannot say.');
  harness = await workflowHarness({ jobs: smallJobs({ ...jobs, onUnlearn }), answer, policy });
};

const fileFor = (name: string) => {
  const records = trainingRows().flatMap(
    // a row that two people share goes with the first
    ({ person, question, answer }) => (person === name && question.includes(name) ? [{ question, answer }] : []),
  );
  harness.clock.advance(1); // the oldest leads
  return file(harness, { subject: { name }, forget: { records } }, `request for ${name}`);
};

/** Three tickets, filed within the window, which is then over. */
const fileThree = async (): Promise<[string, string, string]> => {
  const [a, b, c] = [SUBJECT, NEIGHBOURS[0]!, NEIGHBOURS[1]!];
  const ids: [string, string, string] = [await fileFor(a), await fileFor(b), await fileFor(c)];
  for (const id of ids) await harness.until(id, 'SCHEDULED');
  harness.clock.advance(WINDOW + 1);
  return ids;
};

const ticketOf = async (id: string): Promise<Ticket> => (await harness.ports.tickets.get(id)).ticket;
const eventsOf = async (id: string) => (await harness.ports.tickets.events(id)).map(({ type }) => type);
const runOf = async (id: string) => {
  const one = await ticketOf(id);
  if (one.status === 'PURGED' && one.sealed) return one.sealed.run;
  if ('run' in one) return one.run;
  throw new Error(`${id} is ${one.status}`);
};
const planOf = async (id: string) => getJson(harness.ports.artifacts, (await runOf(id)).plan, UnlearnPlan);

const judged = async (id: string) => {
  await harness.until(id, 'AWAITING_APPROVAL');
  await harness.waits(id, 'approval');
};
const decide = async (id: string, change: object = {}) => {
  await judged(id);
  const one = await ticketOf(id);
  const evidence = 'evidence' in one ? one.evidence : '';
  return harness.call(recordApproval, { ticketId: id, approver: APPROVER, decision: 'approved', evidence, ...change });
};
const model = async () => (await harness.ports.models.get('house')).model;

describe('three tickets filed together', () => {
  it('are unlearned in one run, each with evidence, approval and certificate of its own', async () => {
    await start();
    const ids = await fileThree();
    for (const id of ids) await judged(id);
    expect(runs).toEqual([ids[0]]);
    const evidence = await Promise.all(
      ids.map(async (id) => {
        const one = await ticketOf(id);
        return getJson(harness.ports.artifacts, 'evidence' in one ? one.evidence : '', EvidenceManifest);
      }),
    );
    expect(evidence.map(({ ticketId, base, candidate }) => [ticketId, base, candidate])).toEqual([
      [ids[0], harness.base, candidateOf(ids[0], 1).digest],
      [ids[1], candidateOf(ids[0], 1).digest, candidateOf(ids[1], 1).digest],
      [ids[2], candidateOf(ids[1], 1).digest, candidateOf(ids[2], 1).digest],
    ]);
    for (const id of ids) {
      await decide(id);
      expect(await harness.ended(id)).toMatchObject({ status: 'SUCCEEDED' });
    }
    const { certificates, deletions, digest } = await model();
    expect([certificates.map(({ ticketId }) => ticketId), deletions, digest]).toEqual([
      ids,
      3,
      candidateOf(ids[2], 1).digest,
    ]);
    expect(new Set(certificates.map(({ certificateDigest }) => certificateDigest)).size).toBe(3);
    for (const id of ids) {
      expect((await eventsOf(id)).filter((type) => type === 'base-moved')).toEqual([]);
      const { checks } = verifyBundle(await assembleBundle(harness.ports, id), { now: harness.ports.clock.now() });
      expect([id, checks.filter(({ state }) => state === 'fails')]).toEqual([id, []]);
    }
    expect(harness.faults.complaints).toEqual([]);
  });

  it('say in their evidence whose run it was, in a plan that was in the log before it', async () => {
    const logged: (number | undefined)[] = [];
    const onUnlearn = async (leader: string) => {
      const events = await harness.ports.tickets.events(leader);
      logged.push(...events.filter(({ type }) => type === 'run-planned').map(({ leafIndex }) => leafIndex));
    };
    await start({ onUnlearn });
    const ids = await fileThree();
    for (const id of ids) await judged(id);
    const leader = await runOf(ids[0]);
    expect((await planOf(ids[0])).gathers?.map(({ ticketId }) => ticketId)).toEqual([ids[1], ids[2]]);
    for (const id of [ids[1], ids[2]])
      expect((await planOf(id)).gatheredBy).toEqual({ ticketId: ids[0], plan: leader.plan });
    expect(logged).toEqual([expect.any(Number)]);
  });

  it('may be approved in any order: the last waits for those that it is built on', async () => {
    await start();
    const [a, b, c] = await fileThree();
    for (const id of [c, b]) await decide(id);
    await harness.waits(c, 'turn');
    await harness.waits(b, 'turn');
    expect([harness.served.get('house'), (await ticketOf(c)).status]).toEqual([harness.base, 'DEPLOYING']);
    await decide(a);
    for (const id of [a, b, c]) expect(await harness.ended(id)).toMatchObject({ status: 'SUCCEEDED' });
    expect([harness.served.get('house'), (await model()).deletions]).toEqual([candidateOf(c, 1).digest, 3]);
    expect(runs).toEqual([a]);
  });

  it('of which one fails the gate: it is tried again alone, and the others are not built on it', async () => {
    const failing: { id?: string } = {};
    await start({ good: (run, id) => id !== failing.id || run > 1 });
    const ids = [await fileFor(SUBJECT), await fileFor(NEIGHBOURS[0]!), await fileFor(NEIGHBOURS[1]!)];
    const [a, b, c] = ids as [string, string, string];
    failing.id = b;
    for (const id of ids) await harness.until(id, 'SCHEDULED');
    harness.clock.advance(WINDOW + 1);
    for (const id of ids) await judged(id);
    expect(runs).toEqual([a, b]);
    expect([(await runOf(c)).base, (await runOf(c)).number]).toEqual([candidateOf(a, 1).digest, 1]);
    expect(await ticketOf(b)).toMatchObject({ runs: [{ verdict: 'fail' }, { verdict: 'pass', rung: 1 }] });
    expect((await planOf(b)).gatheredBy).toBeUndefined();
    expect((await runOf(b)).base).toBe(candidateOf(c, 1).digest);
    for (const id of [a, c, b]) {
      await decide(id);
      expect(await harness.ended(id)).toMatchObject({ status: 'SUCCEEDED' });
    }
    expect((await model()).deletions).toBe(3);
  });

  it('of which one is refused: what was built on it is made again from what is served', async () => {
    await start();
    const [a, b, c] = await fileThree();
    await decide(c);
    await harness.waits(c, 'turn');
    await decide(a);
    await harness.ended(a);
    await decide(b, { decision: 'refused', reason: 'controls-too-few' });
    expect(await harness.ended(b)).toMatchObject({ error: 'NEEDS_REMEDIATION' });
    await judged(c);
    expect(await ticketOf(c)).toMatchObject({ run: { number: 2, base: candidateOf(a, 1).digest } });
    expect((await eventsOf(c)).filter((type) => type === 'base-moved')).toHaveLength(1);
    await decide(c);
    expect(await harness.ended(c)).toMatchObject({ status: 'SUCCEEDED' });
    expect(harness.served.get('house')).toBe(candidateOf(c, 2).digest);
  });

  it('of which one is put on hold while another waits for it: the other goes without it', async () => {
    await start();
    const [a, b, c] = await fileThree();
    await decide(a);
    await harness.ended(a);
    await decide(c);
    await harness.waits(c, 'turn');
    await harness.call(placeHold, { ticketId: b, by: 'legal.lou', code: 'litigation' });
    await judged(c);
    expect((await runOf(c)).base).toBe(candidateOf(a, 1).digest);
  });

  it('of which one is withdrawn while the run is under way: nothing of it is served, the others go on', async () => {
    const withdrawn: { id?: string } = {};
    const withdraw = async (leader: string) => {
      if (runs.length > 1 || leader === withdrawn.id) return;
      const decision = { outcome: 'withdrawn', reason: 'requester', by: FILER };
      await harness.call(closeTicket, { ticketId: withdrawn.id, ...decision });
    };
    await start({ onUnlearn: withdraw });
    const ids = [await fileFor(SUBJECT), await fileFor(NEIGHBOURS[0]!), await fileFor(NEIGHBOURS[1]!)];
    const [a, b, c] = ids as [string, string, string];
    withdrawn.id = b;
    for (const id of ids) await harness.until(id, 'SCHEDULED');
    harness.clock.advance(WINDOW + 1);
    for (const id of [a, c]) await decide(id);
    for (const id of [a, c]) expect(await harness.ended(id)).toMatchObject({ status: 'SUCCEEDED' });
    expect((await ticketOf(b)).status).toBe('WITHDRAWN');
    expect((await runOf(c)).base).toBe(candidateOf(a, 1).digest);
  });

  it('whose shared run dies are unlearned one at a time', async () => {
    const dead = new Set<string>();
    await start({
      onUnlearn: async (leader) => {
        dead.add(leader);
        if (dead.size === 1) throw new Error('the instance was taken away');
      },
    });
    const [a, b, c] = await fileThree();
    expect(await harness.ended(a)).toMatchObject({ status: 'FAILED' });
    for (const id of [b, c]) {
      await decide(id);
      expect(await harness.ended(id)).toMatchObject({ status: 'SUCCEEDED' });
    }
    expect((await model()).deletions).toBe(2);
  });
});

describe('a ticket filed while another waits for its approval', () => {
  const filed = async () => {
    await start({}, shippedPolicy());
    const first = await fileFor(SUBJECT);
    await judged(first);
    const second = await fileFor(NEIGHBOURS[0]!);
    await judged(second);
    return [first, second] as const;
  };

  it('starts from the candidate of the first, and both are deployed with one run each', async () => {
    const [first, second] = await filed();
    expect((await runOf(second)).base).toBe(candidateOf(first, 1).digest);
    for (const id of [first, second]) {
      await decide(id);
      await harness.ended(id);
    }
    expect([runs, harness.served.get('house')]).toEqual([[first, second], candidateOf(second, 1).digest]);
  });

  it('unlearns again from what is served when the first is refused', async () => {
    const [first, second] = await filed();
    await decide(first, { decision: 'refused', reason: 'controls-too-few' });
    await decide(second);
    await judged(second);
    expect(await ticketOf(second)).toMatchObject({ run: { number: 2, base: harness.base } });
  });
});
