// Letters to the requester as operations of the HTTP app: what one would say, keeping it, looking at it, sending it.
import { z } from 'zod';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import { ROLES_FOR } from '#core/roles.ts';
import { Sent } from '../../send-letter.ts';
import type { Operation } from './operations.ts';

const OF_LETTERS = { tag: 'acts', roles: ROLES_FOR.letter } as const;
const NOTE = { language: LetterLanguage, note: z.string().max(4_000).optional() };
const NOTHING = z.strictObject({});
const PDF = { media: 'application/pdf' } as const;

export const LETTER_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/tickets/:id/letters/:kind', summary: 'a letter as it would be', tag: 'cases' },
    answer: 'LetterPreview',
  },
  {
    ...{ method: 'post', path: '/tickets/:id/letters/:kind', summary: 'keep a letter', ...OF_LETTERS },
    ...{ status: 201, answer: 'KeptLetter', body: z.strictObject(NOTE) },
  },
  {
    ...{ method: 'get', path: '/tickets/:id/letter', summary: 'the form to write a letter', ...OF_LETTERS },
    answer: 'Form',
  },
  {
    ...{ method: 'post', path: '/tickets/:id/letter', summary: 'a letter as it would be kept', ...OF_LETTERS },
    ...{ answer: 'LetterPreview', body: z.strictObject({ kind: LetterKind, ...NOTE }) },
  },
  {
    ...{ method: 'post', path: '/tickets/:id/letters', summary: 'keep a letter of a kind', ...OF_LETTERS },
    ...{ status: 201, answer: 'KeptLetter', body: z.strictObject({ kind: LetterKind, ...NOTE }) },
    headers: ['Idempotency-Key'],
  },
  {
    ...{ method: 'post', path: '/tickets/:id/letters/:number/look', summary: 'a kept letter before it goes' },
    ...{ ...OF_LETTERS, body: NOTHING, answer: 'LetterView' },
  },
  {
    ...{ method: 'post', path: '/tickets/:id/letters/:number/pdf', summary: 'a kept letter, printed' },
    ...{ ...OF_LETTERS, body: NOTHING, answer: PDF },
  },
  {
    ...{ method: 'post', path: '/tickets/:id/letters/:number/send', summary: 'send a kept letter', ...OF_LETTERS },
    ...{ body: z.strictObject({ again: z.literal(true).optional() }), answer: Sent },
  },
];
