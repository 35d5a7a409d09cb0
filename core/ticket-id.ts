// The id of a ticket: random, and no part of it says anything about the person or the request.
import { z } from 'zod';

export const TicketId = z.string().regex(/^T-[0-9a-z]{8,40}$/, 'the id of a case, such as T-3k9x2m7q4d');
