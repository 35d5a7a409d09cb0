// What the query of each address may hold, for the check of every request and for the API's document alike.
// Traps: an address that is not here takes no parameter at all, so that a misspelt filter is refused and never gives
// the whole list; and in a browser a page is shown all the same, since links from elsewhere carry marks of their own.
import { createMiddleware } from 'hono/factory';
import { z } from 'zod';
import { QuittanceError, type FieldFault } from '#core/errors.ts';
import { faultsOf } from '#core/field-faults.ts';
import { LetterLanguage } from '#core/letters.ts';
import { TicketId } from '#core/ticket.ts';
import { CASE_VIEWS } from '#portal/list-address.ts';
import { wantsData, type Env } from './context.ts';
import { ListQuery } from './worklist.ts';

export type QuerySchema = z.ZodObject<Readonly<Record<string, z.ZodType>>>;

/** By method and path, as the router has them. */
export const QUERIES: Readonly<Record<string, QuerySchema>> = {
  'GET /tickets': ListQuery.partial(),
  'GET /tickets.csv': ListQuery.extend({ view: z.enum(CASE_VIEWS) }).partial(),
  'POST /tickets': z.object({ dryRun: z.enum(['true', 'false']) }).partial(),
  'POST /tickets/bulk': z.object({ dryRun: z.enum(['true', 'false']) }).partial(),
  'GET /tickets/:id/letters/:kind': z.object({ lang: LetterLanguage }).partial(),
  'GET /verify': z.object({ ticket: TicketId }).partial(),
};

const NONE: QuerySchema = z.object({});

/** INVALID_INPUT with the parameter's name. `routeOf`: the route that answers a request. */
export const knownQuery = (routeOf: (method: string, path: string) => string | undefined) =>
  createMiddleware<Env>(async (c, next) => {
    const method = c.req.method === 'HEAD' ? 'GET' : c.req.method;
    const route = routeOf(method, c.req.path);
    if (route === undefined || (method === 'GET' && !wantsData(c))) return next();
    const faults = queryFaults(QUERIES[`${method} ${route}`] ?? NONE, c.req.queries());
    if (faults.length === 0) return next();
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the address asks for what there is not',
      expected: faults.map(({ field, rule }) => `${field}: ${rule}`).join('; '),
      fields: faults,
    });
  });

const queryFaults = (schema: QuerySchema, sent: Readonly<Record<string, string[]>>): FieldFault[] => {
  const names = Object.keys(schema.shape);
  const unknown = Object.keys(sent).filter((name) => !names.includes(name));
  const takes =
    names.length === 0 ? 'this address takes no parameter' : `no parameter here; there are ${names.join(', ')}`;
  const twice = names.filter((name) => (sent[name]?.length ?? 0) > 1);
  const parsed = schema.safeParse(Object.fromEntries(names.map((name) => [name, sent[name]?.[0]])));
  return [
    ...unknown.map((name) => ({ field: wordOf(name), rule: takes })),
    ...twice.map((field) => ({ field, rule: 'once' })),
    ...(parsed.success ? [] : faultsOf(parsed.error)),
  ];
};

/** Only what can be a name goes back to the one who sent it. */
const wordOf = (name: string): string => (/^[a-z][\w.-]{0,39}$/i.test(name) ? name : '(a parameter)');
