// The history walked again, rule by rule: each row has somebody with every key change one thing, and says in which
// words the rule objects.
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { BundleFiles } from '#core/bundle.ts';
import { planLogged } from '#core/verify/agreement.ts';
import { historyReplayed, timesInOrder } from '#core/verify/history.ts';
import { forged, trueBundle, type Leaf, type TrueBundle } from '#test/support/forged-bundles.ts';
import { logged, numbered, ruled, says } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const digest = (n: number) => `sha256:${String(n).repeat(64)}`;
const FILED = '2026-03-02T10:00:00.000Z';
const LATER = "where a later version made the bundle, that version's verifier reads it";
const MINUTE = 60_000;
const after = (ms: number) => new Date(Date.parse(FILED) + ms);
const without = (...types: string[]) => numbered((all) => all.filter(({ event }) => !types.includes(event.type)));
const dated = (type: string, at: string) => ({
  leaves: (all: Leaf[]) => all.map((leaf) => (leaf.event.type === type ? { ...leaf, at } : leaf)),
});
const inserted = (before: string, ...events: Leaf['event'][]) =>
  numbered((all) => {
    const place = all.findIndex(({ event }) => event.type === before);
    return [...all.slice(0, place), ...events.map((event) => ({ ...all[place]!, event })), ...all.slice(place)];
  });

describe('history', () => {
  const cannot = (event: number, type: string, status: string, code = 'TICKET_ILLEGAL_TRANSITION') =>
    `fails: event ${event}, '${type}', cannot follow ${status}: ${code}`;
  const another = 'fails: the history deploys another model than the one that was judged, or over another base';
  says(() => truth, historyReplayed, [
    ['as it is', () => ({}), 'holds: 14 events, each allowed after the one before it'],
    [
      'nothing received',
      () => without('received'),
      'fails: the history does not begin with a ticket that was received',
    ],
    [
      'received twice',
      () => numbered(([first, ...rest]) => [first!, { ...first! }, ...rest]),
      'fails: event 2: the ticket was received twice',
    ],
    ['not triaged', () => without('triaged'), cannot(3, 'forget-set-admitted', 'TRIAGE')],
    [
      'an event that is none',
      () => inserted('triaged', { type: 'forgiven' }),
      `fails: log/0003.json is no event of a ticket: this verifier knows no such type of event; ${LATER}`,
    ],
    [
      'a field that no event has',
      () => logged('triaged', { remark: 'nothing to see' }),
      `fails: log/0003.json is no event of a ticket: this verifier knows no field remark; ${LATER}`,
    ],
    [
      'a field that no event has, and one that is wrong',
      () => logged('received', { remark: 'nothing to see', model: 7 }),
      'fails: log/0001.json is no event of a ticket',
    ],
    [
      'no certificate',
      () => without('certified', 'notified', 'purged'),
      'fails: the history ends in COMPLETED, without a certificate',
    ],
    ['no purge', () => without('purged'), 'fails: the history ends in EVIDENCE_SEALED, without a certificate'],
    [
      'an end without a certificate',
      () =>
        numbered(([received, ...rest]) => [
          received!,
          { ...received!, event: { type: 'closed', outcome: 'withdrawn', reason: 'withdrawn', by: 'filer.finn' } },
          rest.at(-1)!,
        ]),
      'fails: the history ends in PURGED, without a certificate',
    ],
    [
      'a run that did not pass',
      () => logged('evaluated', { verdict: 'fail' }),
      cannot(9, 'approved', 'REMEDIATION', 'APPROVAL_NOT_OPEN'),
    ],
    ['another base replaced', () => logged('deployed', { previous: digest(4) }), another],
    [
      'an extension that was told after the last day, which is not judged here',
      () =>
        numbered(([received, ...rest]) => {
          const at = '2026-09-02T10:00:00.000Z';
          const event = { type: 'extended', reason: 'complexity', by: 'filer.finn' };
          return [received!, { ...received!, at, event }, ...rest.map((leaf) => ({ ...leaf, at }))];
        }),
      'holds: 15 events, each allowed after the one before it',
    ],
  ]);

  it.each([
    ...['certificate.dsse.json', 'plan.json', 'run.json', 'tables.json', 'judgement.json'],
    ...['evidence.json', 'approval.dsse.json', 'policy.json'],
  ])('another %s than it names', (name) => {
    const files: BundleFiles = new Map(truth.files).set(
      name,
      Buffer.concat([truth.files.get(name)!, Buffer.from(' ')]),
    );
    expect(ruled(truth, historyReplayed, files)).toBe(`fails: the history names another ${name} than the bundle holds`);
  });

  it('is what other rules rest on: where it does not hold, they were not made', async () => {
    const files = await forged(truth, without('triaged'));
    expect(ruled(truth, planLogged, files)).toBe('not-checked: rests on the history, which does not hold');
  });

  it('throws what is not a rule of the product', () => {
    const files: BundleFiles = new Map(truth.files).set('log/0003.json', Buffer.from('{'));
    expect(ruled(truth, historyReplayed, files)).toMatch(/^fails: log\/0003\.json is no JSON/);
  });
});

describe('times', () => {
  const times = (checkpoint: Date) =>
    `holds: from ${FILED} to ${FILED}, the checkpoint is of ${checkpoint.toISOString()}`;
  const received = (at: Date) => logged('received', { receivedAt: at.toISOString() });
  says(() => truth, timesInOrder, [
    ['as they are', () => ({}), times(after(0))],
    [
      'a checkpoint as much earlier as clocks may differ',
      () => ({ checkpointTime: after(-5 * MINUTE) }),
      times(after(-5 * MINUTE)),
    ],
    [
      'a checkpoint from before that',
      () => ({ checkpointTime: after(-5 * MINUTE - 1) }),
      `fails: an event is dated ${FILED}, after the checkpoint of ${after(-5 * MINUTE - 1).toISOString()}`,
    ],
    [
      'the last event years ahead',
      () => dated('purged', '2099-01-01T00:00:00.000Z'),
      `fails: an event is dated 2099-01-01T00:00:00.000Z, after the checkpoint of ${FILED}`,
    ],
    ['received as much later as clocks may differ', () => received(after(5 * MINUTE)), times(after(0))],
    [
      'received after it was filed',
      () => received(after(5 * MINUTE + 1)),
      'fails: the request was received after it was filed',
    ],
    ['no purge', () => without('purged'), 'not-checked: rests on the history, which does not hold'],
  ]);
});
