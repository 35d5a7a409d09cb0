// What people read in place of a key: every code that a report or a page can show has its words here, in the registry
// of quantities (core/quantities.ts), in the table of statuses (core/statuses.ts) or beside its regime
// (core/regimes.ts).
// Trap: a code that a person chose (why a hold was placed, a setting of a method) has no words here and is shown as
// written.
import type { z } from 'zod';
import type { PauseReason } from '#core/counting.ts';
import type { ClockEvent } from '#core/deadlines.ts';
import { ERROR_CODES } from '#core/errors.ts';
import type { Gate, GateVerdict } from '#core/gate.ts';
import type { ModelRecord } from '#core/model.ts';
import type { CheckDirection, Statistic } from '#core/policy.ts';
import { isQuantityKey, quantityOf } from '#core/quantities.ts';
import { refusalLabel, type RegimeName } from '#core/regimes.ts';
import type { RunManifest } from '#core/run.ts';
import type { EventType } from '#core/ticket-events.ts';
import type { Channel } from '#core/ticket-request.ts';

type Labels<Key extends string> = Readonly<Record<Key, string>>;

export const VERDICT_LABELS: Labels<GateVerdict> = {
  pass: 'pass',
  remediation: 'a person decides',
  fail: 'fail',
  not_available: 'not available',
};

/** What a failure of a check would mean. */
export const DIRECTION_LABELS: Labels<CheckDirection> = {
  'under-forgetting': 'still known',
  'over-unlearning': 'forgotten too far',
  'two-sided': 'still known, or forgotten too far',
  locality: 'others forgotten too',
  quality: 'answers spoiled',
};

/** How a check uses the quantities that it names. */
export const STATISTIC_LABELS: Labels<Statistic> = {
  value: 'as measured',
  share: 'as measured',
  shareAtMostReference: 'beside never-trained people, whose upper bound it may reach',
  auc: 'compared with never-trained people, pair by pair',
  meanWithinPeople: 'mean, within the range of never-trained people',
  ks: 'compared with never-trained people as a distribution',
  worstPerson: 'of the person who fares worst',
};

export const STOP_LABELS: Labels<RunManifest['stop']> = {
  'stop-rule': 'the stop rule was met',
  'update-limit': 'the limit on updates',
  'trained-anew': 'the recipe was carried out to its end',
  landed: 'the stop rule was met; the last update went too far and was taken back in part',
};

export const EVENT_LABELS: Labels<EventType> = {
  received: 'received',
  'identity-requested': 'proof of identity asked for',
  'identity-verified': 'identity verified',
  triaged: 'triaged',
  'subject-confirmed': 'a second person confirmed whose records they are',
  'exemption-raised': 'proposed to be refused, for a second person to decide',
  'request-viewed': 'request read by a person who decides',
  'forget-set-admitted': 'forget set admitted',
  'output-suppressed': 'answers withheld for the time being',
  'run-planned': 'attempt planned',
  unlearned: 'unlearned',
  evaluated: 'evaluated',
  approved: 'approved',
  'approval-refused': 'approval refused',
  'base-moved': 'to be repeated: another deletion was deployed first',
  deployed: 'deployed',
  'served-verified': 'served model probed',
  'rolled-back': 'rolled back',
  certified: 'certified',
  timestamped: 'certificate stamped later by an authority that had been away',
  notified: 'requester told',
  purged: 'case data destroyed',
  recertified: 're-certified',
  'approval-key-ended': 'the key of the approval ended',
  'service-key-ended': "the key of the service's signature ended",
  'log-key-ended': "the log's key ended",
  extended: 'deadline extended',
  'clock-paused': 'requester asked for something',
  'clock-resumed': 'requester answered',
  'letter-written': 'letter to the requester written',
  'letter-sending': 'letter to the requester handed to the mail service',
  'letter-sent': 'answer of the mail service to a letter',
  'hold-placed': 'put on hold',
  'hold-released': 'hold released',
  'act-proposed': 'proposed, for a second person to decide',
  closed: 'closed without unlearning',
  failed: 'stopped by a failure',
  resumed: 'resumed',
  acknowledged: 'receipt confirmed',
  'recipient-told': 'a recipient of the data told, or why not',
  linked: 'linked to another ticket',
  assigned: 'given to somebody to look after',
  commented: 'comment written',
  attached: 'file put beside the case',
  'partly-refused': 'refused in part',
  appealed: 'refusal appealed',
  'appeal-decided': 'appeal decided',
};

export const CHANNEL_LABELS: Labels<z.infer<typeof Channel>> = {
  web: 'a web form',
  api: 'the API',
  'e-mail': 'e-mail',
  post: 'post',
  phone: 'phone',
  'in-person': 'a visit in person',
  agent: 'an authorised agent',
  wallet: 'an identity wallet',
};

export const RECERTIFICATION_LABELS: Labels<ModelRecord['recertification']['state']> = {
  never: 'none yet',
  current: 'current',
  lapsed: 'lapsed',
  drifted: 'the model changed',
};

const CLOCK_LABELS: Labels<ClockEvent['type']> = {
  start: 'started',
  pause: 'paused',
  resume: 'resumed',
  extend: 'extended',
  appeal: 'begun again by an appeal',
};
const EXTENSION_LABELS = {
  complexity: 'for the complexity of the request',
  'number-of-requests': 'for the number of requests',
} as const;

const PAUSE_LABELS: Labels<PauseReason> = {
  identity: 'until the requester has proved who they are',
  clarification: 'until the requester has made clear what is meant',
  fee: 'until the fee is paid',
};

export const clockLabel = (event: ClockEvent): string => {
  if (event.type === 'extend') return `${CLOCK_LABELS.extend} ${EXTENSION_LABELS[event.reason]}`;
  return event.type === 'pause' ? `${CLOCK_LABELS.pause} ${PAUSE_LABELS[event.reason]}` : CLOCK_LABELS[event.type];
};

/** What a check measures, whatever name the policy gives it. */
export const measuredLabel = ({ statistic, of: [key = ''] }: Pick<Gate, 'statistic' | 'of'>): string => {
  const quantity = isQuantityKey(key) ? quantityOf(key).label : key;
  return statistic === 'share' || statistic === 'value' ? quantity : `${quantity}; ${STATISTIC_LABELS[statistic]}`;
};

/** Why a ticket stopped or was closed: a regime's refusal, an error, or a person's own code. */
export const reasonLabel = (regime: RegimeName, code: string): string => {
  const refusal = refusalLabel(regime, code);
  if (refusal !== code || !Object.hasOwn(ERROR_CODES, code)) return refusal;
  return ERROR_CODES[code as keyof typeof ERROR_CODES];
};

const RECORDED_LABELS: Readonly<Record<string, string>> = {
  balanced: 'both terms at one weight',
  divergence: 'divergence',
  moments: 'corpus moments',
  paddedLength: 'tokens that a row is padded to',
  reduction: 'how the losses of tokens become one',
  rowsAtOnce: 'rows at once',
  tokens: 'tokens that count',
};

/** The words for a setting that a method recorded. */
export const recordedLabel = (key: string): string =>
  `as run: ${RECORDED_LABELS[key] ?? key.replaceAll(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`)}`;
