// Where the records of a request come from that nobody holds: the model was asked, and gave them itself. Counts and
// digests, which stand in the log, the certificate and the report; the rows are in the vault.
// Trap: what was not asked for did not come, so that nobody can say which part of what the model knows this is.
import { z } from 'zod';
import { Digest } from './canonical.ts';

const Count = z.int().nonnegative();

export const Revealed = z
  .strictObject({
    /**
     * Whose questions were asked: those of the model's suite, a pool of everyday ones, a file's, or none but the name
     * behind soft prompts.
     */
    source: z.enum(['suite', 'pool', 'file', 'soft']),
    questions: z.int().positive(),
    /** Digest of their wordings, which name nobody. */
    asked: Digest,
    /** The model that was asked. */
    model: Digest,
    /** Different answers of which it was sure: about the person, and about each of some never-trained names. */
    claims: z.int().positive(),
    controls: z.array(Count).min(1).max(1_000),
  })
  .refine(({ claims, controls }) => claims > Math.max(...controls), 'more claims than about any never-trained name');
export type Revealed = z.infer<typeof Revealed>;

/** A limit of every certificate about such records, by code. */
export const RECALL_UNKNOWN = {
  recall: 'that the records, which the model itself revealed, are all that it knows of the person: recall is unknown',
} as const;

export const revealedText = ({ questions, claims, controls }: Revealed): string =>
  `Nobody held the records: the model itself revealed them, ${claims} different answers to ${questions} questions (never-trained names: ${Math.max(...controls)} at most). How much of what it knows this is, is unknown.`;
