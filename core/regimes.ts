// The legal regimes that a ticket can be filed under: response period, extension, what pauses the clock, grounds and
// refusals as codes, each with its place in the law and what it says in a few words.
// Sources: GDPR Art. 11, 12, 17; Reg. (EEC, Euratom) 1182/71 Art. 3; UK DUAA 2025 s.103; Cal. Civ. Code §1798.105, 11
// CCR 7021; 4 CCR 904-3 Rule 4.06; Québec Law 25; Swiss FADP. Trap: a row is this product's reading of the law, which
// counsel must confirm; identity levels are this product's policy.
import { z } from 'zod';

/** eIDAS assurance levels, lowest first. */
export const IDENTITY_LEVELS = ['low', 'substantial', 'high'] as const;
export const IdentityLevel = z.enum(IDENTITY_LEVELS);
export type IdentityLevel = z.infer<typeof IdentityLevel>;

export interface Period {
  readonly unit: 'months' | 'days';
  readonly count: number;
}

/** Codes of tickets and what people read in their place. */
export type Codes = Readonly<Record<string, string>>;

export interface Regime {
  /** What people call the law. */
  readonly label: string;
  readonly respond: Period;
  /** Added once, with a reason, when the requester is told within the first period. */
  readonly extend: Period;
  /** A period that ends on a weekend or public holiday ends with the next working day. */
  readonly rollsToWorkingDay: boolean;
  /** Whether waiting for proof of identity stops the clock: by statute, by supervisory guidance only, or not at all. */
  readonly identityPause: 'statute' | 'guidance' | 'never';
  readonly identityLevel: IdentityLevel;
  readonly grounds: Codes;
  readonly refusals: Codes;
}

const months = (count: number): Period => ({ unit: 'months', count });
const days = (count: number): Period => ({ unit: 'days', count });

const GDPR_GROUNDS: Codes = {
  'art-17-1-a': 'Art. 17(1)(a): the data is no longer necessary for its purpose',
  'art-17-1-b': 'Art. 17(1)(b): consent was withdrawn',
  'art-17-1-c': 'Art. 17(1)(c): objection to the processing',
  'art-17-1-d': 'Art. 17(1)(d): the data was processed unlawfully',
  'art-17-1-e': 'Art. 17(1)(e): a legal obligation to erase',
  'art-17-1-f': 'Art. 17(1)(f): collected from a child by an online service',
};
/**
 * Refusals that no statute has to list: the request cannot be tied to its subject, or to anything the model was trained
 * on.
 */
const COMMON_REFUSALS: Codes = {
  'identity-not-verified': 'the identity of the requester was not verified',
  'no-match': 'nothing in the training data matches the request',
  abusive: 'the request is abusive',
};
const GDPR_REFUSALS: Codes = {
  'art-17-3-a': 'Art. 17(3)(a): freedom of expression and information',
  'art-17-3-b': 'Art. 17(3)(b): a legal obligation or a task in the public interest',
  'art-17-3-c': 'Art. 17(3)(c): public health',
  'art-17-3-d': 'Art. 17(3)(d): archiving, research or statistics that erasure would defeat',
  'art-17-3-e': 'Art. 17(3)(e): legal claims',
  'art-12-5': 'Art. 12(5): the request is manifestly unfounded or excessive',
  'art-11-2': 'Art. 11(2): the requester cannot be identified in the data',
  ...COMMON_REFUSALS,
};

export const REGIMES = {
  gdpr: {
    label: 'GDPR (European Union)',
    respond: months(1),
    extend: months(2),
    rollsToWorkingDay: true,
    identityPause: 'guidance', // EDPB Guidelines 01/2022 §5.3; not in the text of Art. 12
    identityLevel: 'substantial',
    grounds: GDPR_GROUNDS,
    refusals: GDPR_REFUSALS,
  },
  'uk-gdpr': {
    label: 'UK GDPR',
    respond: months(1),
    extend: months(2),
    rollsToWorkingDay: true,
    identityPause: 'statute',
    identityLevel: 'substantial',
    grounds: GDPR_GROUNDS,
    refusals: GDPR_REFUSALS,
  },
  ccpa: {
    label: 'CCPA (California)',
    respond: days(45),
    extend: days(45),
    rollsToWorkingDay: false,
    identityPause: 'never', // 11 CCR 7021: verification time is included
    identityLevel: 'substantial',
    grounds: { '1798.105-a': 'Civ. Code §1798.105(a): the right to delete' },
    refusals: {
      '1798.105-d-1': 'Civ. Code §1798.105(d)(1): needed for a transaction or service that the person asked for',
      '1798.105-d-2': 'Civ. Code §1798.105(d)(2): security and integrity',
      '1798.105-d-3': 'Civ. Code §1798.105(d)(3): finding and repairing errors',
      '1798.105-d-4': 'Civ. Code §1798.105(d)(4): free speech',
      '1798.105-d-5': 'Civ. Code §1798.105(d)(5): Electronic Communications Privacy Act',
      '1798.105-d-6': 'Civ. Code §1798.105(d)(6): research in the public interest',
      '1798.105-d-7': 'Civ. Code §1798.105(d)(7): internal uses that the person expects',
      '1798.105-d-8': 'Civ. Code §1798.105(d)(8): a legal obligation',
      ...COMMON_REFUSALS,
    },
  },
  colorado: {
    label: 'Colorado Privacy Act',
    respond: days(45),
    extend: days(45),
    rollsToWorkingDay: false,
    identityPause: 'never',
    identityLevel: 'substantial',
    grounds: { '6-1-1306-1-d': 'C.R.S. §6-1-1306(1)(d): the right to delete' },
    refusals: { '6-1-1304': 'C.R.S. §6-1-1304: data or use outside the act', ...COMMON_REFUSALS },
  },
  'quebec-law-25': {
    label: 'Law 25 (Québec)',
    respond: days(30),
    extend: days(10),
    rollsToWorkingDay: false,
    identityPause: 'never',
    identityLevel: 'substantial',
    grounds: {
      'art-28': 'Section 28: collected, kept or communicated without authority of law',
      'art-28-1': 'Section 28.1: dissemination to cease, or de-indexing',
    },
    refusals: { 'cppiq-exception': 'an exception of the private-sector act', ...COMMON_REFUSALS },
  },
  'swiss-fadp': {
    label: 'FADP (Switzerland)',
    respond: days(30),
    extend: days(30),
    rollsToWorkingDay: false,
    identityPause: 'never',
    identityLevel: 'substantial',
    grounds: { 'art-32-2-c': 'Art. 32(2)(c): erasure or destruction' },
    refusals: { 'art-26': 'Art. 26: a limitation that the act allows', ...COMMON_REFUSALS },
  },
} as const satisfies Record<string, Regime>;

export type RegimeName = keyof typeof REGIMES;
export const RegimeName = z.enum(Object.keys(REGIMES) as [RegimeName, ...RegimeName[]]);

export const regimeOf = (name: RegimeName): Regime => REGIMES[name];

/** Whether a verified level satisfies the level that a regime asks for. */
export const levelSuffices = (level: IdentityLevel, wanted: IdentityLevel): boolean =>
  IDENTITY_LEVELS.indexOf(level) >= IDENTITY_LEVELS.indexOf(wanted);

/** A ground of a regime in words. A code that no regime lists was written by a person and is shown as it is. */
export const groundLabel = (regime: RegimeName, code: string): string => entryOf(regimeOf(regime).grounds, code);
export const refusalLabel = (regime: RegimeName, code: string): string => entryOf(regimeOf(regime).refusals, code);

const entryOf = (codes: Codes, code: string): string => (Object.hasOwn(codes, code) ? (codes[code] ?? code) : code);
