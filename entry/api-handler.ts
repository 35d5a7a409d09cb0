// The HTTP app behind API Gateway, whose authorizer has checked the token's signature, audience and expiry. The
// principal is the token's `sub`, the roles are its Cognito groups. Source: API Gateway, "HTTP API payload format 2.0";
// the claim cognito:groups arrives as "[a b]".
// Trap: who asks is read from the event's authorizer and never from a header, which a caller can write.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { groupOf, Role } from '#core/roles.ts';
import { api, type ApiContext, type Identity } from '#functions/api.ts';
import { rolesOfScopes } from '#functions/api/openapi/scopes.ts';
import { notedProblem } from '#functions/api/problems.ts';

const HttpEvent = z.object({
  version: z.literal('2.0'),
  rawPath: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({
    http: z.object({ method: z.string(), sourceIp: z.string().optional() }),
    /** The API's own domain, by which the gateway found it. */
    domainName: z.string(),
    authorizer: z.object({ jwt: z.object({ claims: z.record(z.string(), z.unknown()) }) }).optional(),
  }),
});
type HttpEvent = z.infer<typeof HttpEvent>;

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

const ROLES = new Map(Role.options.map((role) => [groupOf(role), role]));

/** `open` is called at once, while the function starts. A failure is not kept: the next request tries again. */
export const apiHandler = (
  open: () => Promise<Pick<ApiContext, 'ports' | 'policy' | 'publicPages'>>,
): ((event: unknown) => Promise<HttpAnswer>) => {
  const identities = new WeakMap<Request, Identity>();
  const make = async () =>
    api({
      ...(await open()),
      authenticate: async (request) => identities.get(request),
      servesHost: () => true, // compared with the gateway's domain when the event was read
      formKey: randomBytes(32), // forms need a session, and here every caller has a bearer token
    });
  let made: ReturnType<typeof make> | undefined;
  const app = () =>
    (made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
  void app().catch(() => undefined); // a failure is reported to the first request
  return async (event) => {
    try {
      const { request, identity, address } = received(event);
      if (identity) identities.set(request, identity);
      return await answerOf(await (await app()).fetch(request, { address }));
    } catch (error) {
      return refusal(error);
    }
  };
};

/** INVALID_INPUT for an event that API Gateway does not send, or a URL that is malformed; HOST_UNKNOWN. */
const received = (event: unknown): { request: Request; identity: Identity | undefined; address: string } => {
  const parsed = HttpEvent.safeParse(event);
  if (!parsed.success) throw notTaken(parsed.error);
  checkHost(parsed.data);
  try {
    const address = parsed.data.requestContext.http.sourceIp ?? 'unknown';
    return { request: requestOf(parsed.data), identity: identityOf(parsed.data), address };
  } catch (cause) {
    throw notTaken(cause);
  }
};

const notTaken = (cause: unknown) =>
  new QuittanceError('INVALID_INPUT', { message: 'the request is not one that this API takes', cause });

/** The gateway found the API by its domain; a Host header of another name was not meant for it. */
const checkHost = ({ headers: { host }, requestContext: { domainName } }: HttpEvent): void => {
  const named = host?.replace(/:\d+$/, ''); // a port is named where it is not the scheme's own
  if (named === undefined || named.toLowerCase() === domainName.toLowerCase()) return;
  throw new QuittanceError('HOST_UNKNOWN', { message: 'the request is for another host', expected: 'the API domain' });
};

const refusal = (error: unknown): HttpAnswer => {
  const problem = notedProblem(error, { where: 'a start of the API' });
  const headers = { 'content-type': 'application/problem+json' };
  return { statusCode: problem.status, headers, body: JSON.stringify(problem), isBase64Encoded: false };
};

const identityOf = ({ requestContext: { authorizer } }: HttpEvent): Identity | undefined => {
  const principal = z.string().safeParse(authorizer?.jwt.claims['sub']).data;
  if (principal === undefined) return undefined;
  const { scope, 'cognito:groups': claim } = authorizer?.jwt.claims ?? {};
  // a person has groups; a machine client has scopes, and no group
  const roles =
    claim === undefined && typeof scope === 'string'
      ? rolesOfScopes(scope)
      : groupsIn(claim).flatMap((group) => ROLES.get(group) ?? []);
  return { principal, roles, via: 'bearer' };
};

const groupsIn = (claim: unknown): string[] => {
  if (Array.isArray(claim)) return claim.map(String);
  return typeof claim === 'string' ? claim.replace(/^\[|\]$/g, '').split(/[\s,]+/) : [];
};

const requestOf = ({ rawPath, rawQueryString, headers, body, isBase64Encoded, requestContext }: HttpEvent): Request => {
  const { domainName, http } = requestContext;
  const url = new URL(`https://${domainName}${rawPath}${rawQueryString ? `?${rawQueryString}` : ''}`);
  const { method } = http;
  const bytes = body === undefined ? undefined : Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  return new Request(url, {
    method,
    // Without a length (as with a chunked body) the limit on bodies would copy the request, and the copy has no
    // identity.
    headers: bytes ? { ...headers, 'content-length': String(bytes.length) } : headers,
    ...(bytes && method !== 'GET' && method !== 'HEAD' ? { body: bytes } : {}),
  });
};

const answerOf = async (response: Response): Promise<HttpAnswer> => ({
  statusCode: response.status,
  headers: Object.fromEntries(response.headers),
  body: Buffer.from(await response.arrayBuffer()).toString('base64'),
  isBase64Encoded: true,
});
