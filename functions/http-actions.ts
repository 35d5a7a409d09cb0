// The HTTP API's routes: method and path → step, who may call it, and how its input comes from path, body and token. The principal is the token's `sub`, never
// the body's: a body that names another filer or approver changes nothing. Infra makes one route and one Lambda a row. Source: API Gateway, "HTTP API
// payload format 2.0"; Cognito writes groups into the claim cognito:groups as "[a b]".
// Trap: a JWT authorizer checks signature, audience and expiry, not groups; that is done here.
import { z } from 'zod';
import { QuittanceError, type ErrorCode } from '#core/errors.ts';
import { REQUEST_LIMIT_BYTES } from '#core/ticket-request.ts';

export const GROUPS = ['filers', 'approvers'] as const;
export type Group = (typeof GROUPS)[number];

interface Call {
  readonly principal: string;
  readonly path: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Digest of the gate policy in force. */
  readonly policy: string | undefined;
}

export interface Action {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly step: string;
  readonly groups: readonly Group[];
  readonly input: (call: Call) => unknown;
}

const person = ({ path, principal }: Call) => ({ ticketId: path['ticketId'], by: principal });

export const ACTIONS: readonly Action[] = [
  {
    method: 'POST',
    path: '/tickets',
    step: 'file-ticket',
    groups: ['filers'],
    input: ({ principal, body: { requestId, ...request }, policy }) => ({
      request: { ...request, filer: principal },
      policy,
      ...(requestId === undefined ? {} : { requestId }),
    }),
  },
  {
    method: 'GET',
    path: '/tickets/{ticketId}',
    step: 'locate-ticket',
    groups: GROUPS,
    input: ({ path }) => ({ ticketId: path['ticketId'] }),
  },
  {
    method: 'POST',
    path: '/tickets/{ticketId}/identity',
    step: 'record-identity',
    groups: ['filers'],
    input: ({ path, body, principal }) => ({
      ticketId: path['ticketId'],
      identity: { ...body, verifiedBy: principal },
    }),
  },
  {
    method: 'POST',
    path: '/tickets/{ticketId}/decision',
    step: 'record-approval',
    groups: ['approvers'],
    input: ({ path, body, principal }) => ({ ...body, ticketId: path['ticketId'], approver: principal }),
  },
  {
    method: 'POST',
    path: '/tickets/{ticketId}/closure',
    step: 'close-ticket',
    groups: ['approvers'],
    input: (call) => ({ ...call.body, ...person(call) }),
  },
  {
    method: 'POST',
    path: '/tickets/{ticketId}/hold',
    step: 'place-hold',
    groups: GROUPS,
    input: (call) => ({ ...call.body, ...person(call) }),
  },
  { method: 'DELETE', path: '/tickets/{ticketId}/hold', step: 'release-hold', groups: ['approvers'], input: person },
  {
    method: 'POST',
    path: '/tickets/{ticketId}/extension',
    step: 'extend-deadline',
    groups: GROUPS,
    input: (call) => ({ ...call.body, ...person(call) }),
  },
  { method: 'POST', path: '/tickets/{ticketId}/resumption', step: 'resume-ticket', groups: GROUPS, input: person },
];

export const HttpEvent = z.object({
  version: z.literal('2.0'),
  routeKey: z.string(),
  pathParameters: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({
    requestId: z.string().default(''),
    authorizer: z.object({ jwt: z.object({ claims: z.record(z.string(), z.unknown()) }) }),
  }),
});
export type HttpEvent = z.infer<typeof HttpEvent>;

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Calls `handle` with the step's input; every failure is a problem (RFC 9457) with its code, and no word of the request. */
export const answerAction = async (
  event: HttpEvent,
  policy: string | undefined,
  handle: (step: string, input: unknown) => Promise<unknown>,
): Promise<HttpAnswer> => {
  try {
    const action = actionOf(event.routeKey);
    const { claims } = event.requestContext.authorizer.jwt;
    const principal = z.string().parse(claims['sub']);
    allow(action, groupsIn(claims['cognito:groups']));
    const input = action.input({ principal, path: event.pathParameters, body: bodyOf(event), policy });
    return json(action.step === 'file-ticket' ? 201 : 200, await handle(action.step, input));
  } catch (error) {
    return problem(error, event.requestContext.requestId);
  }
};

const actionOf = (routeKey: string): Action => {
  const found = ACTIONS.find(({ method, path }) => routeKey === `${method} ${path}`);
  if (found) return found;
  throw new QuittanceError('NOT_FOUND', { message: 'there is no such route' });
};

const allow = (action: Action, groups: readonly string[]): void => {
  if (action.groups.some((group) => groups.includes(group))) return;
  throw new QuittanceError('ACCESS_DENIED', {
    message: `this needs a member of ${action.groups.join(' or ')}`,
    got: groups.filter((group) => (GROUPS as readonly string[]).includes(group)).join(', ') || 'no group',
  });
};

/** A claim as API Gateway passes it on: "[filers approvers]", or as an array. */
const groupsIn = (claim: unknown): string[] => {
  if (Array.isArray(claim)) return claim.map(String);
  return typeof claim === 'string' ? claim.replace(/^\[|\]$/g, '').split(/[\s,]+/) : [];
};

const bodyOf = ({ body = '', isBase64Encoded }: HttpEvent): Record<string, unknown> => {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.byteLength > REQUEST_LIMIT_BYTES)
    throw new QuittanceError('INPUT_TOO_LARGE', {
      message: 'the request is too large',
      expected: `at most ${REQUEST_LIMIT_BYTES} bytes`,
      got: `${bytes.byteLength} bytes`,
    });
  if (bytes.byteLength === 0) return {};
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw new QuittanceError('INVALID_INPUT', { message: 'the body is not a JSON object in UTF-8' });
  }
};

const STATUS: Partial<Record<ErrorCode, number>> = {
  INVALID_INPUT: 400,
  ACCESS_DENIED: 403,
  APPROVER_IS_FILER: 403,
  SECOND_PERSON_REQUIRED: 403,
  NOT_FOUND: 404,
  TICKET_NOT_FOUND: 404,
  MODEL_NOT_FOUND: 404,
  INPUT_TOO_LARGE: 413,
  SERVICE_UNAVAILABLE: 503,
  KEY_UNAVAILABLE: 503,
  INTERNAL: 500,
};
/** What the state of things does not allow now. */
const CONFLICT = /^(TICKET|APPROVAL|EXECUTION|LEDGER)_/;

const problem = (error: unknown, instance: string): HttpAnswer => {
  const known = error instanceof QuittanceError ? error : new QuittanceError('INTERNAL', { message: 'unexpected' });
  const { code, message, expected, got, hint } = known;
  const status = STATUS[code] ?? (CONFLICT.test(code) ? 409 : 422);
  const title = code === 'INTERNAL' ? 'something went wrong here' : message;
  return json(
    status,
    { type: `https://quittance.dev/errors/${code}`, code, title, status, instance, expected, got, hint },
    'application/problem+json',
  );
};

const json = (statusCode: number, body: unknown, type = 'application/json'): HttpAnswer => ({
  statusCode,
  headers: { 'content-type': type, 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});
