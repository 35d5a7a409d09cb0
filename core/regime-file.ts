// The form of a law's file (core/regimes/NAME.json): every fact with the place that it comes from, the day on which
// that was read and how far it can be trusted; from when the law counts; and whether counsel has signed the reading.
// Trap: a file is this product's reading of the law. Until somebody signs it off, pages and letters say that nobody
// has.
import { z } from 'zod';
import { Counting, Period } from './counting.ts';
import { Authority, LetterElement, LetterKind } from './letters.ts';
import { Place } from './place.ts';

/** eIDAS assurance levels, lowest first. */
export const IDENTITY_LEVELS = ['low', 'substantial', 'high'] as const;
export const IdentityLevel = z.enum(IDENTITY_LEVELS);
export type IdentityLevel = z.infer<typeof IdentityLevel>;

/**
 * `primary`: read in the law's own text; `secondary`: in a firm's or an authority's summary; `background`: known, and
 * not read again; `policy`: the product's own choice, which no law makes.
 */
export const Standing = z.enum(['primary', 'secondary', 'background', 'policy']);

/** Day or month on which a source was read. */
const ReadOn = z.string().regex(/^20\d\d-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?$/, 'a day or a month');

const fact = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    value,
    source: z.string().min(3).max(300),
    read: ReadOn,
    standing: Standing,
    /** What counsel should look at. */
    check: z.string().max(400).optional(),
  });

/** Codes of tickets and what people read in their place. */
const Codes = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'a code such as art-17-1-b'),
  z.string().min(3).max(200),
);
export type Codes = Readonly<z.infer<typeof Codes>>;

const SignOff = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('open') }),
  z.strictObject({ state: z.literal('signed'), by: z.string().min(2), on: z.iso.date() }),
]);

const { shape } = Counting;

export const RegimeFile = z.strictObject({
  kind: z.literal('quittance-regime/v1'),
  /** What people call the law. */
  label: z.string().min(3).max(60),
  /** ISO 3166 countries whose entities count by their own place; others count where `place` is. */
  territory: z.array(z.string().regex(/^[A-Z]{2}$/, 'a country such as DE')).min(1),
  place: Place,
  /** No request that was received earlier can be filed under it. */
  effectiveFrom: fact(z.iso.date()),
  signOff: SignOff,
  respond: fact(shape.respond),
  extend: fact(Period).optional(),
  acknowledge: fact(Period).optional(),
  /** What a requester can turn to the controller with after an answer, and by when that is decided or acknowledged. */
  appeal: fact(
    z.strictObject({
      kind: z.enum(['appeal', 'complaint']),
      what: z.enum(['decided', 'acknowledged']),
      within: Period,
    }),
  ).optional(),
  rolls: fact(shape.rolls),
  pauses: fact(shape.pauses),
  identityLevel: fact(IdentityLevel),
  grounds: fact(Codes),
  refusals: fact(Codes),
  /** Whom the requester can complain to. */
  authority: fact(Authority),
  /** What the law asks letters to say, beside what every letter of its kind says (report/letters/compose.ts). */
  mustSay: fact(z.partialRecord(LetterKind, z.array(LetterElement))),
  /** What the house does not know of this law, in a sentence each. */
  missing: z.array(z.string().max(300)),
});
export type RegimeFile = z.infer<typeof RegimeFile>;

/** The part of a file that dates are computed from. */
export const countingOfFile = (file: RegimeFile): Counting => ({
  respond: file.respond.value,
  ...(file.extend && { extend: file.extend.value }),
  ...(file.acknowledge && { acknowledge: file.acknowledge.value }),
  ...(file.appeal && { appeal: file.appeal.value.within }),
  rolls: file.rolls.value,
  pauses: file.pauses.value,
});
