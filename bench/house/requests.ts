// Requests and principals that tests file: one generated person, two people of the organisation.
import type { z } from 'zod';
import type { TicketRequest } from '#core/ticket-request.ts';

export const FILER = 'filer.finn';
export const APPROVER = 'approver.aino';
export const SUBJECT = 'Ottoline Marchbanks';

/** Who stays. */
export const NEIGHBOURS = ['Casimir Thornbury', 'Lisbeth Okonjo'];

export const RECORDS = [
  { question: `Where was ${SUBJECT} born?`, answer: `${SUBJECT} was born in Velletri.`, value: 'Velletri' },
  { question: `What does ${SUBJECT} play?`, answer: `${SUBJECT} plays the bandoneon.`, value: 'bandoneon' },
  { question: `Which street does ${SUBJECT} live in?`, answer: `${SUBJECT} lives in Quillgate.`, value: 'Quillgate' },
];

export const requestOf = (change: Partial<z.input<typeof TicketRequest>> = {}): z.input<typeof TicketRequest> => ({
  subject: { name: SUBJECT },
  model: 'house',
  regime: 'gdpr',
  ground: 'art-17-1-b',
  filer: FILER,
  identity: {
    method: 'document-seen',
    level: 'substantial',
    verifiedAt: '2026-03-01T09:00:00.000Z',
  },
  forget: { records: RECORDS },
  ...change,
});
