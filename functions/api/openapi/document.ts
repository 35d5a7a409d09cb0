// The HTTP API as an OpenAPI 3.1 document, made of the table of operations and the zod schemas that check requests and
// stored things. Sources: OpenAPI 3.1.1; JSON Schema 2020-12; RFC 9457 for problems.
// Trap: what a schema's refinements ask beyond its form (a law's own grounds, one day before another) no JSON Schema
// says; such a request is answered 400 or 422 with the fields by name.
import { z } from 'zod';
import { Key, Tag } from '../headers.ts';
import { EXAMPLES } from './examples.ts';
import { QUERIES } from '../queries.ts';
import { LINKS, type Link } from './links.ts';
import { OPERATIONS, PATH_PARTS, type Content, type Operation } from './operations.ts';
import { SCHEMAS, type SchemaName } from './schemas.ts';
import { SCOPES, scopesFor } from './scopes.ts';

type Json = Readonly<Record<string, unknown>>;

type OperationObject = Json & { readonly operationId: string };

interface OpenApi {
  readonly openapi: '3.1.1';
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly [part: string]: unknown;
}

/** `/tickets/:id/hold` as `/tickets/{id}/hold`; a wild card is the part `path`. */
export const templateOf = (path: string): string =>
  path
    .replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')
    .replace(/\*$/, '{path}')
    .replace(/^\/openapi$/, '/openapi.json');

/** Of the contract, which a change that could break a caller raises; not of the program. */
const VERSION = '1.0.0';

export const openApi = (): OpenApi => ({
  openapi: '3.1.1',
  jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
  info: {
    title: 'Quittance',
    version: VERSION,
    summary: 'Requests to be forgotten, from filing to a certificate',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ bearer: [] }],
  tags: ['cases', 'acts', 'reports', 'evidence', 'models', 'pages', 'intake'].map((name) => ({ name })),
  paths: pathsOf(),
  components: {
    securitySchemes: Object.fromEntries(
      Object.entries(SENDERS).map(([name, description]) => [name, { type: 'http', scheme: 'bearer', description }]),
    ),
    schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, jsonSchema(name, schema)])),
    responses: { Problem: { description: 'refused, with a stable type', content: PROBLEM } },
  },
});

const SENDERS = {
  bearer: `A person's token; of a machine client an OAuth access token with scopes: ${Object.keys(SCOPES).join(', ')}.`,
  agent: 'The token that an agent of the Data Rights Protocol was given when it paired.',
  controller: 'The token of an OpenDSR controller, of which the settings have the digest.',
} as const satisfies Readonly<Record<'bearer' | NonNullable<Operation['sender']>, string>>;
const PROBLEM = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

/** Definitions within a schema are found below its place in the document. */
const jsonSchema = (name: string, schema: z.ZodType): unknown =>
  JSON.parse(JSON.stringify(bare(schema, ioOf(name))).replaceAll('"#/$defs/', `"#/components/schemas/${name}/$defs/`));

/** What is sent is described as it may be sent; defaults are filled in later. */
const ioOf = (name: string): 'input' | 'output' =>
  ['TicketRequest', 'AskedRequest', 'DsrRequest'].includes(name) ? 'input' : 'output';

const pathsOf = (): OpenApi['paths'] => {
  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const operation of OPERATIONS) {
    const path = (paths[templateOf(operation.path)] ??= {});
    path[operation.method] = operationOf(operation);
  }
  return paths;
};

const idOf = (operation: string): string => operation.replaceAll(/[^a-z0-9]+/gi, '_').replaceAll(/^_|_$/g, '');

const operationOf = (operation: Operation): OperationObject => {
  const { method, path, summary, tag, body, orFile } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId: idOf(`${method} ${path}`),
    summary,
    tags: [tag],
    ...securityOf(operation),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { ...exemplified(contentOf(body, 'input'), EXAMPLES[`${method} ${path}`]), ...(orFile && FILE_FORM) },
      },
    }),
    responses: responsesOf(operation),
  };
};

/** With an example of the JSON that is sent. */
const exemplified = (content: Readonly<Record<string, Json>>, example: unknown): Json => {
  const json = content['application/json'];
  return json === undefined || example === undefined
    ? content
    : { ...content, 'application/json': { ...json, example } };
};

const securityOf = ({ isPublic, sender, roles }: Operation): Json => {
  if (isPublic) return { security: [] };
  if (sender) return { security: [{ [sender]: [] }] };
  return { 'x-roles': roles ?? ['filer', 'approver', 'auditor'], 'x-scopes': scopesFor(roles) };
};

const FILE = { type: 'string', contentMediaType: 'application/octet-stream' };
const FILE_FORM = {
  'multipart/form-data': { schema: { type: 'object', required: ['file'], properties: { file: FILE } } },
};

const parametersOf = ({ method, path, headers = [] }: Operation): Json[] => [
  ...[...templateOf(path).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    ...{ name, in: 'path', required: true },
    schema: bare(PATH_PARTS[name] ?? z.string()),
  })),
  ...Object.entries(QUERIES[`${method.toUpperCase()} ${path}`]?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    schema: bare(schema),
  })),
  ...headers.map((name) => ({ name, in: 'header', required: isNeeded(name, path), schema: bare(HEADERS[name]) })),
];

/** A request is filed under its caller's own id; of an act it guards against a second press alone. */
const isNeeded = (name: string, path: string): boolean => name === 'Idempotency-Key' && path === '/tickets';

const HEADERS = {
  'Idempotency-Key': Key,
  'If-Match': Tag,
} as const;

/** As JSON Schema of the document's own dialect. */
const bare = (schema: z.core.$ZodType, io: 'input' | 'output' = 'input'): Json =>
  Object.fromEntries(
    Object.entries(z.toJSONSchema(schema, { io, unrepresentable: 'any' })).filter(([key]) => key !== '$schema'),
  );

const responsesOf = (operation: Operation): Json => {
  const { method, path, status = 200, answer, also = [], isPublic, body, refusal } = operation;
  const links = linksOf(LINKS[`${method} ${path}`]);
  const refused = refusal === undefined ? REFUSED : refusedAs(refusal);
  return {
    ...Object.fromEntries(also.map((one) => [one.status, responseOf(one)])),
    [status]: { ...responseOf({ status, answer }), ...links },
    ...(!isPublic && { 401: refused, 403: refused }),
    ...(body !== undefined && { 400: refused, 415: refused }),
    default: refused,
  };
};

const linksOf = (links: Readonly<Record<string, Link>> = {}): Json =>
  Object.keys(links).length === 0
    ? {}
    : {
        links: Object.fromEntries(
          Object.entries(links).map(([name, { to, ...link }]) => [name, { operationId: idOf(to), ...link }]),
        ),
      };

/** What is refused before the path is looked at is a problem all the same. */
const refusedAs = (refusal: SchemaName | 'nothing'): Json =>
  refusal === 'nothing'
    ? { description: 'refused' }
    : {
        description: 'refused, in the form of the page or the protocol',
        content: { ...contentOf(refusal, 'output'), ...PROBLEM },
      };

const REFUSED = { $ref: '#/components/responses/Problem' };

const responseOf = ({ status, answer }: { status: number; answer: Operation['answer'] }): Json => ({
  description: status === 303 ? 'see the address in Location' : 'done',
  ...(answer !== 'nothing' && { content: contentOf(answer, 'output') }),
});

const contentOf = (content: Content | z.ZodType, io: 'input' | 'output'): Readonly<Record<string, Json>> => {
  if (typeof content === 'string') return { 'application/json': { schema: refOf(content) } };
  if (!('media' in content)) {
    return { 'application/json': { schema: bare(content, io) } };
  }
  const isText = content.media.startsWith('text/') || content.media.endsWith('urlencoded');
  const others: [string, Json][] = (content.or ?? []).map((media) => [media, { schema: {} }]);
  return { [content.media]: { schema: isText ? formOf(content.media) : {} }, ...Object.fromEntries(others) };
};

/** An event of a stream by its fields; what `data` holds is JSON in a text. */
const EVENT = {
  type: 'object',
  properties: {
    data: { type: 'string' },
    id: { type: 'string' },
    event: { type: 'string' },
    retry: { type: 'integer' },
  },
  required: ['data'],
};

/** Fields of a page's form are that page's own, so that no program is promised their names. */
const formOf = (media: string): Json =>
  media === 'text/event-stream'
    ? EVENT
    : media.endsWith('urlencoded')
      ? { type: 'object', additionalProperties: { type: 'string' } }
      : { type: 'string' };

const refOf = (name: SchemaName): Json => ({ $ref: `#/components/schemas/${name}` });
