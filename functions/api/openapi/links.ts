// Which operation follows on which, as OpenAPI links: where a program finds in one answer what it needs for the next
// call. Source: OpenAPI 3.1.1, "Link Object" and "Runtime Expressions".
// Trap: a link to an operation that is not there is no fault of form, so that test/unit/functions/openapi.test.ts
// looks.
import type { Operation } from './operations.ts';

export interface Link {
  /** The operation that follows, as `get /tickets/:id`. */
  readonly to: `${Operation['method']} /${string}`;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly requestBody?: Readonly<Record<string, string>>;
}

const ticket = { id: '$response.body#/ticketId' } as const;
const sameCase = { id: '$request.path.id' } as const;
/** What was looked at is what is acted on. */
const asSeen = { ...sameCase, 'If-Match': '$response.header.ETag' } as const;

/** By the operation whose answer they are of; of its own status. */
export const LINKS: Readonly<Record<string, Readonly<Record<string, Link>>>> = {
  'post /tickets': {
    case: { to: 'get /tickets/:id{T-[^/]*}', parameters: ticket },
    hold: { to: 'post /tickets/:id/hold', parameters: ticket },
    withdraw: { to: 'post /tickets/:id/withdraw', parameters: ticket },
  },
  'get /tickets': {
    first: { to: 'get /tickets/:id{T-[^/]*}', parameters: { id: '$response.body#/tickets/0/id' } },
    next: { to: 'get /tickets', parameters: { after: '$response.body#/next' } },
  },
  'get /tickets/:id{T-[^/]*}': {
    assign: { to: 'post /tickets/:id/assign', parameters: asSeen },
    hold: { to: 'post /tickets/:id/hold', parameters: asSeen },
    extend: { to: 'post /tickets/:id/extend', parameters: asSeen },
    notes: { to: 'get /tickets/:id/notes', parameters: sameCase },
    report: { to: 'get /tickets/:id/report', parameters: sameCase },
  },
  'post /ask': {
    standing: {
      to: 'post /status',
      requestBody: { reference: '$response.body#/reference', secret: '$response.body#/secret' },
    },
  },
  'get /asked': { first: { to: 'get /asked/:ask', parameters: { ask: '$response.body#/waiting/0/id' } } },
  'get /models': { first: { to: 'get /models/:name', parameters: { name: '$response.body#/models/0/name' } } },
  'get /reports': { first: { to: 'get /reports/:month', parameters: { month: '$response.body#/months/0' } } },
  'post /v1/data-rights-request': {
    status: { to: 'get /v1/data-rights-request/:request', parameters: { request: '$response.body#/request_id' } },
    revoke: { to: 'delete /v1/data-rights-request/:request', parameters: { request: '$response.body#/request_id' } },
  },
  'post /v2/requests': {
    status: { to: 'get /v2/requests/:request', parameters: { request: '$response.body#/subject_request_id' } },
    cancel: { to: 'delete /v2/requests/:request', parameters: { request: '$response.body#/subject_request_id' } },
  },
};
