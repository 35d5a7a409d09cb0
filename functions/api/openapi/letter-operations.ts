// Letters to the requester as operations of the HTTP app: what one would say, keeping it, sending it.
import { z } from 'zod';
import { LetterLanguage } from '#core/letters.ts';
import { ROLES_FOR } from '#core/roles.ts';
import { Sent } from '../../send-letter.ts';
import type { Operation } from './operations.ts';

export const LETTER_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/tickets/:id/letters/:kind', summary: 'a letter as it would be', tag: 'cases' },
    answer: 'LetterPreview',
  },
  {
    ...{ method: 'post', path: '/tickets/:id/letters/:kind', summary: 'keep a letter', tag: 'acts' },
    ...{ roles: ROLES_FOR.letter, status: 201, answer: 'KeptLetter' },
    body: z.strictObject({ language: LetterLanguage, note: z.string().max(4_000).optional() }),
  },
  {
    ...{ method: 'post', path: '/tickets/:id/letters/:number/send', summary: 'send a kept letter', tag: 'acts' },
    ...{ roles: ROLES_FOR.letter, body: z.strictObject({ again: z.literal(true).optional() }), answer: Sent },
  },
];
