// The API's document: valid OpenAPI 3.1, the same operations as the routes both ways, and answers as it says.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApi, templateOf } from '#functions/api/openapi/document.ts';
import { EXAMPLES } from '#functions/api/openapi/examples.ts';
import { OPERATIONS } from '#functions/api/openapi/operations.ts';
import { SCHEMAS } from '#functions/api/openapi/schemas.ts';
import { rolesOfScopes } from '#functions/api/openapi/scopes.ts';
import { appOf, as } from '#test/support/api-callers.ts';
import { walkedToEnd, type WalkedTicket } from '#test/support/hand-walked.ts';

let walked: WalkedTicket;
beforeAll(async () => void (walked = await walkedToEnd()));

const Operation = z.object({
  parameters: z.array(z.object({ name: z.string() })).default([]),
  responses: z.record(
    z.string(),
    z.object({
      links: z
        .record(
          z.string(),
          z.object({ operationId: z.string(), parameters: z.record(z.string(), z.string()).optional() }),
        )
        .optional(),
    }),
  ),
});

const documented = (): string[] => {
  const { paths } = openApi();
  return Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((name) => `${name} ${path}`));
};

describe('the document of the API', () => {
  it('is valid OpenAPI 3.1, and is served to everybody', async () => {
    const response = await appOf(walked).request('/openapi.json');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    const document = (await response.json()) as Record<string, unknown>;
    expect(document).toEqual(openApi());
    const validator = new Validator();
    expect(await validator.validate(document)).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has every route, and no other: a new route needs a row in functions/api/openapi/operations.ts', () => {
    const routed = appOf(walked)
      .routes.filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method.toLowerCase()} ${templateOf(path)}`);
    expect(documented().toSorted()).toEqual([...new Set(routed)].toSorted());
  });

  it('has an example of every JSON that is sent, which its own schema takes, and none of anything else', () => {
    const taken = OPERATIONS.flatMap(({ method, path, body }) => {
      const schema = typeof body === 'string' ? SCHEMAS[body] : body instanceof z.ZodType ? body : undefined;
      return schema ? [[`${method} ${path}`, schema] as const] : [];
    });
    expect(Object.keys(EXAMPLES).toSorted()).toEqual(taken.map(([operation]) => operation).toSorted());
    for (const [operation, schema] of taken)
      expect([operation, schema.safeParse(EXAMPLES[operation]).error?.issues]).toEqual([operation, undefined]);
    const shown = JSON.stringify(openApi()).match(/"example":/g);
    expect(shown).toHaveLength(taken.length);
  });

  it('has links to operations that are there, by parameters that they have', () => {
    const operations = Object.values(openApi().paths).flatMap((methods) => Object.values(methods));
    const byId = new Map(operations.map((one) => [one.operationId, Operation.parse(one)]));
    const links = [...byId.values()].flatMap(({ responses }) =>
      Object.values(responses).flatMap(({ links: own = {} }) => Object.values(own)),
    );
    expect(links.length).toBeGreaterThan(10);
    for (const { operationId, parameters = {} } of links) {
      const names = byId.get(operationId)?.parameters.map(({ name }) => name);
      expect([operationId, names]).toEqual([operationId, expect.arrayContaining(Object.keys(parameters))]);
    }
  });

  it('has patterns alone that every dialect of regular expressions reads', () => {
    expect(JSON.stringify(openApi())).not.toMatch(/"pattern":"[^"]*\\\\p\{/);
  });

  it('names each operation once', () => {
    const { paths } = openApi();
    const ids = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('scopes of machine clients', () => {
  it.each([
    ['tickets:read', ['auditor']],
    ['quittance/tickets:file quittance/tickets:read', ['auditor', 'filer']],
    ['tickets:approve', ['approver']],
    ['tickets:file tickets:approve tickets:read', ['auditor']],
    ['openid', []],
    ['other/tickets:approve https://other.example/tickets:file', []],
    ['quittance/other/tickets:approve', []],
    ['', []],
  ])('%s', (scopes, roles) => expect(rolesOfScopes(scopes)).toEqual(roles));
});

describe('an answer', () => {
  it('of a read needs a sender', async () => {
    const app = appOf(walked);
    expect((await app.request('/reports/2026-03')).status).toBe(401);
    expect((await app.request('/reports/2026-03', { headers: as('auditor') })).status).toBe(200);
  });
});
