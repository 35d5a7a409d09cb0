// English: what the tables of the domain call an event, a verdict or a law. These are the report's own words, so that
// page and report agree; another language has its own (portal/words/de-law.ts).
import { protectionTexts } from '#core/protection-words.ts';
import { groundLabel, refusalLabel, regimeOf, type RegimeName } from '#core/regimes.ts';
import {
  CHANNEL_LABELS,
  clockLabel,
  EVENT_LABELS,
  RECERTIFICATION_LABELS,
  STOP_LABELS,
  VERDICT_LABELS,
} from '#report/labels.ts';

/** What a sentence on what was done is made of. */
export interface Done {
  /** As the report says it. */
  readonly text: string;
  /** The last attempt, where there is one. */
  readonly ran: { readonly method: string; readonly updates: number; readonly records: number } | undefined;
  readonly serves: boolean;
  /** How a request ended that led to no deletion. */
  readonly end:
    { readonly status: string; readonly by: string; readonly day: string; readonly why: string } | undefined;
}

export const enLaw = {
  codes: {
    events: EVENT_LABELS,
    clock: clockLabel,
    verdicts: VERDICT_LABELS,
    stops: STOP_LABELS,
    channels: CHANNEL_LABELS,
    again: RECERTIFICATION_LABELS,
  },
  law: {
    name: (regime: RegimeName): string => regimeOf(regime).label,
    ground: groundLabel,
    refusal: refusalLabel,
    /** A period as core/counting.ts writes it. */
    period: (text: string): string => text,
    /** How a date was counted, step by step, as core/deadlines.ts writes it. */
    counted: (steps: readonly string[]): string => steps.join('; '),
  },
  protection: protectionTexts,
  /** A sentence of the report, or the name of a check. */
  evidenceText: (text: string): string => text,
  /** A text of the report of a month. */
  monthText: (text: string): string => text,
  /** Empty where page and signed report say the same. */
  signedText: '',
  done: ({ text }: Done): string => text,
  history: {
    events: 'Events of the ticket; each is a leaf of the log',
    eventColumns: ['event', 'time', 'what', 'leaf'],
    notYet: 'not yet',
    attempts: 'Attempts at unlearning, up the ladder of the policy',
    attemptColumns: ['attempt', 'rung', 'method', 'settings', 'updates', 'stopped by', 'verdict', 'checks not passed'],
  },
};
