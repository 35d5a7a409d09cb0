// Letters to a requester: their kinds, their languages, and the elements that they are made of. Which elements a law
// asks for is in its file (core/regimes, `mustSay`); the words are report/letters.
import { z } from 'zod';

export const LetterKind = z.enum([
  ...(['acknowledgement', 'identity', 'clarification', 'extension', 'refusal', 'partial-refusal'] as const),
  ...(['completion', 'hold', 'appeal'] as const),
]);
export type LetterKind = z.infer<typeof LetterKind>;

/** Which tell of a decision against the person. */
export const AGAINST: readonly LetterKind[] = ['refusal', 'partial-refusal'];

export const LetterLanguage = z.enum(['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl']);
export type LetterLanguage = z.infer<typeof LetterLanguage>;

/** In the order in which a letter says them. */
export const LetterElement = z.enum([
  ...([
    'received',
    'appeal-received',
    'law',
    'due',
    'new-date',
    'extension-reason',
    'verification',
    'process',
  ] as const),
  ...(['doubt', 'question', 'no-copy', 'decision', 'decision-in-part', 'ground', 'facts', 'kept'] as const),
  ...([
    'done',
    'limits',
    'hold',
    'review',
    'clock-runs',
    'recipients',
    'complaint-to-us',
    'complaint',
    'court',
  ] as const),
  ...(['appeal', 'objection', 'help', 'verify', 'secret', 'contact', 'reference'] as const),
]);
export type LetterElement = z.infer<typeof LetterElement>;

/**
 * Whom a requester can complain to: Britain's commissioner, an authority of the Union's kind, or whichever is theirs.
 */
export const Authority = z.enum(['ico', 'supervisory', 'local']);
export type Authority = z.infer<typeof Authority>;
