// The legal regimes that a ticket can be filed under: response period, extension, what pauses the clock, grounds and refusals as codes.
// Sources: GDPR Art. 11, 12, 17; Reg. (EEC, Euratom) 1182/71 Art. 3; UK DUAA 2025 s.103; Cal. Civ. Code §1798.105, 11 CCR 7021; 4 CCR 904-3 Rule 4.06;
// Québec Law 25; Swiss FADP. Trap: a row is our reading of the law, to be confirmed by counsel; identity levels are this product's policy.
import { z } from 'zod';

/** eIDAS assurance levels, lowest first. */
export const IDENTITY_LEVELS = ['low', 'substantial', 'high'] as const;
export const IdentityLevel = z.enum(IDENTITY_LEVELS);
export type IdentityLevel = z.infer<typeof IdentityLevel>;

export interface Period {
  readonly unit: 'months' | 'days';
  readonly count: number;
}

export interface Regime {
  readonly respond: Period;
  /** Added once, with a reason, when the requester is told within the first period. */
  readonly extend: Period;
  /** A period that ends on a weekend or public holiday ends with the next working day. */
  readonly rollsToWorkingDay: boolean;
  /** Whether waiting for proof of identity stops the clock: by statute, by supervisory guidance only, or not at all. */
  readonly identityPause: 'statute' | 'guidance' | 'never';
  readonly identityLevel: IdentityLevel;
  readonly grounds: readonly string[];
  readonly refusals: readonly string[];
}

const months = (count: number): Period => ({ unit: 'months', count });
const days = (count: number): Period => ({ unit: 'days', count });
const letters = (prefix: string, last: string) =>
  Array.from({ length: last.charCodeAt(0) - 96 }, (_, i) => `${prefix}-${String.fromCharCode(97 + i)}`);

const GDPR_GROUNDS = letters('art-17-1', 'f');
/** Refusals that no statute has to list: the request cannot be tied to its subject, or to anything the model was trained on. */
const COMMON_REFUSALS = ['identity-not-verified', 'no-match', 'abusive'];
const GDPR_REFUSALS = [...letters('art-17-3', 'e'), 'art-12-5', 'art-11-2', ...COMMON_REFUSALS];

export const REGIMES = {
  gdpr: {
    respond: months(1),
    extend: months(2),
    rollsToWorkingDay: true,
    identityPause: 'guidance', // EDPB Guidelines 01/2022 §5.3; not in the text of Art. 12
    identityLevel: 'substantial',
    grounds: GDPR_GROUNDS,
    refusals: GDPR_REFUSALS,
  },
  'uk-gdpr': {
    respond: months(1),
    extend: months(2),
    rollsToWorkingDay: true,
    identityPause: 'statute',
    identityLevel: 'substantial',
    grounds: GDPR_GROUNDS,
    refusals: GDPR_REFUSALS,
  },
  ccpa: {
    respond: days(45),
    extend: days(45),
    rollsToWorkingDay: false,
    identityPause: 'never', // 11 CCR 7021: verification time is included
    identityLevel: 'substantial',
    grounds: ['1798.105-a'],
    refusals: [...Array.from({ length: 8 }, (_, i) => `1798.105-d-${i + 1}`), ...COMMON_REFUSALS],
  },
  colorado: {
    respond: days(45),
    extend: days(45),
    rollsToWorkingDay: false,
    identityPause: 'never',
    identityLevel: 'substantial',
    grounds: ['6-1-1306-1-d'],
    refusals: ['6-1-1304', ...COMMON_REFUSALS],
  },
  'quebec-law-25': {
    respond: days(30),
    extend: days(10),
    rollsToWorkingDay: false,
    identityPause: 'never',
    identityLevel: 'substantial',
    grounds: ['art-28', 'art-28-1'],
    refusals: ['cppiq-exception', ...COMMON_REFUSALS],
  },
  'swiss-fadp': {
    respond: days(30),
    extend: days(30),
    rollsToWorkingDay: false,
    identityPause: 'never',
    identityLevel: 'substantial',
    grounds: ['art-32-2-c'],
    refusals: ['art-26', ...COMMON_REFUSALS],
  },
} as const satisfies Record<string, Regime>;

export type RegimeName = keyof typeof REGIMES;
export const RegimeName = z.enum(Object.keys(REGIMES) as [RegimeName, ...RegimeName[]]);

export const regimeOf = (name: RegimeName): Regime => REGIMES[name];

/** Whether a verified level satisfies the level that a regime asks for. */
export const levelSuffices = (level: IdentityLevel, wanted: IdentityLevel): boolean =>
  IDENTITY_LEVELS.indexOf(level) >= IDENTITY_LEVELS.indexOf(wanted);
