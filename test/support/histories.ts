// Events of the life cycle with choices left open, so that a test can make each hostile in one field.
import type { Ticket } from '#core/ticket.ts';
import type { Received, TicketEvent } from '#core/ticket-events.ts';
import { FILER } from '#bench/house/requests.ts';
import { digest } from '#bench/house/models.ts';

export interface Choice {
  who: string;
  /** 1 is the digest that the happy path uses everywhere. */
  digest: number;
  verdict: 'pass' | 'fail' | 'remediation';
  level: 'low' | 'substantial';
  /** Objects whose reading is refused, of 3. */
  objects: number;
}

const identity = (level: Choice['level']) => ({
  method: 'document-seen' as const,
  level,
  verifiedBy: 'desk.dora',
  verifiedAt: '2026-03-01T09:00:00.000Z',
});

export const receivedEvent = (): Received => ({
  type: 'received',
  id: 'T-0123456789',
  model: 'house',
  regime: 'gdpr',
  ground: 'art-17-1-b',
  channel: 'web',
  filer: FILER,
  receivedAt: '2026-03-01T09:00:00.000Z',
  commitment: 'c'.repeat(64),
  counts: { records: 3, thirdPartiesAffected: false },
  policy: digest(1),
  quantisation: 'none',
  claim: identity('substantial'),
  twoPeople: true,
});

/** An event of the type, as right for the ticket as the choice lets it be. */
export const eventFor = (type: TicketEvent['type'], ticket: Ticket, choice: Choice): TicketEvent => {
  const d = digest(choice.digest);
  const ended = { key: d, until: '2026-03-01T10:00:00.000Z', compromised: false };
  const number = 'runs' in ticket ? ticket.runs.length + 1 : 1;
  const climb = choice.verdict === 'fail' && number < 3;
  const events: { [T in TicketEvent['type']]: Extract<TicketEvent, { type: T }> } = {
    'exemption-raised': { type: 'exemption-raised' },
    'act-proposed':
      ticket.status === 'ON_HOLD'
        ? { type: 'act-proposed', act: 'released', by: choice.who }
        : { type: 'act-proposed', act: closing(choice), reason: 'art-17-3-e', by: choice.who },
    'identity-requested': { type: 'identity-requested' },
    'identity-verified': { type: 'identity-verified', identity: identity(choice.level) },
    triaged: { type: 'triaged' },
    'request-viewed': { type: 'request-viewed', by: choice.who, shown: 'f'.repeat(64) },
    'subject-confirmed': {
      type: 'subject-confirmed',
      by: choice.who,
      reason: 'nickname',
      records: [1],
      note: 'e'.repeat(64),
    },
    'forget-set-admitted': { type: 'forget-set-admitted', records: 3, people: 1, trainingManifest: d },
    'output-suppressed': { type: 'output-suppressed', ruleId: ticket.id },
    'run-planned': {
      type: 'run-planned',
      policy: d,
      run: { number, rung: number - 1, plan: d, base: d, method: 'flat' },
    },
    unlearned: { type: 'unlearned', manifest: d, candidate: d },
    evaluated: { type: 'evaluated', tables: d, judgement: d, evidence: d, verdict: choice.verdict, climb },
    approved: { type: 'approved', approver: choice.who, evidence: d, decision: d },
    'approval-refused': { type: 'approval-refused', approver: choice.who, evidence: d, reason: 'not-convinced' },
    'base-moved': { type: 'base-moved', base: d },
    deployed: { type: 'deployed', digest: d, previous: digest(9) },
    'served-verified': { type: 'served-verified', digest: d, prompts: 3, exact: 0 },
    'rolled-back': { type: 'rolled-back', found: d, exact: 1 },
    certified: { type: 'certified', certificate: d, validUntil: '2026-06-01T00:00:00.000Z' },
    timestamped: { type: 'timestamped', timestamps: [{ authority: 'example-tsa', token: d }] },
    notified: { type: 'notified', template: 'completion' },
    purged: { type: 'purged', objects: 3, readsRefused: choice.objects },
    recertified: { type: 'recertified', state: 'current' },
    'approval-key-ended': { type: 'approval-key-ended', ...ended },
    'service-key-ended': { type: 'service-key-ended', ...ended },
    'log-key-ended': { type: 'log-key-ended', ...ended },
    extended: { type: 'extended', reason: 'complexity', by: choice.who },
    'clock-paused': { type: 'clock-paused', reason: 'fee', since: '2026-03-01T10:00:00.000Z', by: choice.who },
    'clock-resumed': { type: 'clock-resumed', reason: 'fee', until: '2026-03-01T11:00:00.000Z', by: choice.who },
    'letter-written': {
      type: 'letter-written',
      letter: 'refusal',
      language: 'en',
      body: 'b'.repeat(64),
      reason: 'art-17-3-e',
      by: choice.who,
    },
    'letter-sending': {
      ...{ type: 'letter-sending', letter: 2, way: 'smtp', message: '<T-1.3.a@example.org>', sent: 'c'.repeat(64) },
      by: choice.who,
    },
    'letter-sent': { type: 'letter-sent', letter: 2, attempt: 3, result: 'accepted', code: '250', by: choice.who },
    'hold-placed': { type: 'hold-placed', by: choice.who, code: 'litigation' },
    'hold-released': { type: 'hold-released', by: choice.who },
    closed: { type: 'closed', outcome: closing(choice), reason: 'art-17-3-e', by: choice.who },
    failed: { type: 'failed', step: 'plan-run', code: 'JOB_FAILED' },
    resumed: { type: 'resumed', by: choice.who },
    acknowledged: { type: 'acknowledged', on: '2026-03-01T12:00:00.000Z', by: choice.who },
    'recipient-told': {
      ...{ type: 'recipient-told', recipient: 'crm.vendor', how: 'told', on: '2026-03-01T12:00:00.000Z' },
      by: choice.who,
    },
    linked: { type: 'linked', ticket: 'T-9876543210', by: choice.who },
    assigned: { type: 'assigned', to: choice.who, by: choice.who },
    commented: { type: 'commented', comment: 'a'.repeat(64), by: choice.who },
    attached: { type: 'attached', file: 'a'.repeat(64), kind: 'pdf', bytes: 3, by: choice.who },
    'partly-refused': { type: 'partly-refused', records: [2], reason: 'art-17-3-e', by: choice.who },
    appealed: { type: 'appealed', on: '2026-03-02T10:00:00.000Z', by: choice.who },
    'appeal-decided': {
      type: 'appeal-decided',
      outcome: choice.verdict === 'pass' ? 'granted' : 'upheld',
      by: choice.who,
    },
  };
  return events[type];
};

const closing = ({ verdict }: Choice) =>
  ({ pass: 'refused', fail: 'withdrawn', remediation: 'cancelled' })[verdict] as 'refused' | 'withdrawn' | 'cancelled';
