// The id of a ticket: random, and no part of it says anything about the person or the request.
import { z } from 'zod';

export const TicketId = z.string().regex(/^T-[0-9a-z]{8,40}$/);
