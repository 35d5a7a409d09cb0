// The API's function as API Gateway calls it, over ports in memory: the report page is served on AWS as it is embedded,
// and to nobody who has not signed in.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { apiHandler } from '#entry/api-handler.ts';
import { auditReport } from '#report/audit-report.ts';
import { gatherReport } from '#report/gather.ts';
import { reportHtml } from '#report/html.ts';
import { walkedToApproval, type WalkedTicket } from '#test/support/hand-walked.ts';

let walked: WalkedTicket;
let handler: ReturnType<typeof apiHandler>;
beforeAll(async () => {
  walked = await walkedToApproval();
  const { ports, policy } = walked.harness;
  handler = apiHandler(async () => ({ ports, policy }));
});

const ask = async (path: string, groups: string | undefined, headers: Record<string, string> = {}) => {
  const authorizer = groups === undefined ? {} : { authorizer: { jwt: { claims: claimsOf(groups) } } };
  const event = {
    version: '2.0',
    rawPath: path,
    headers: { accept: 'text/html', ...headers },
    requestContext: { domainName: 'api.example', http: { method: 'GET' }, ...authorizer },
  };
  const { statusCode, headers: answered, body, isBase64Encoded } = await handler(event);
  return {
    status: statusCode,
    headers: answered,
    text: isBase64Encoded ? Buffer.from(body, 'base64').toString() : body,
  };
};

describe('the host', () => {
  it("is the API's own domain, by whatever case, and nothing else", async () => {
    expect((await ask('/health', undefined, { host: 'API.example' })).status).toBe(200);
    expect((await ask('/health', undefined, { host: 'api.example:4566' })).status).toBe(200);
    const { status, text } = await ask('/health', undefined, { host: 'rebound.example' });
    expect([status, JSON.parse(text)]).toMatchObject([421, { code: 'HOST_UNKNOWN' }]);
  });
});

const claimsOf = (groups: string) => ({ sub: 'auditor.ann', 'cognito:groups': groups });
const reportPath = (id = walked.ticketId) => `/tickets/${id}/report.html`;

describe('a machine client', () => {
  const asked = async (claims: object, path: string) => {
    const authorizer = { jwt: { claims: { sub: 'client-1', ...claims } } };
    const requestContext = { domainName: 'api.example', http: { method: 'GET' }, authorizer };
    return (await handler({ version: '2.0', rawPath: path, requestContext })).statusCode;
  };

  it('has the roles of its scopes; a person has those of their groups, whatever the scopes', async () => {
    const form = `/tickets/${walked.ticketId}/approval`;
    expect(await asked({ scope: 'quittance/tickets:approve' }, form)).toBe(200);
    expect(await asked({ scope: 'quittance/tickets:read' }, form)).toBe(403);
    expect(await asked({ scope: 'quittance/tickets:file quittance/tickets:approve' }, form)).toBe(403);
    expect(await asked({ scope: 'quittance/tickets:approve', 'cognito:groups': '[auditors]' }, form)).toBe(403);
  });
});

describe('the report page on AWS', () => {
  it('is the page of the audit report, whole', async () => {
    const { status, headers, text } = await ask(reportPath(), '[auditors]');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=UTF-8']);
    expect(text).toBe(reportHtml(auditReport(await gatherReport(walked.harness.ports, walked.ticketId))));
    expect(text).toContain('<figure id="plot-gates">');
  });

  it('may load its own style by digest and nothing else, in no frame', async () => {
    const { headers, text } = await ask(reportPath(), '[auditors]');
    const style = /<style>([\s\S]*?)<\/style>/.exec(text)?.[1] ?? '';
    const digest = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    expect(text).not.toMatch(/<script|\sstyle=/);
  });

  it('is printed too', async () => {
    const { status, headers, text } = await ask(reportPath().replace('.html', '.pdf'), '[auditors]');
    expect([status, headers['content-type'], text.slice(0, 8)]).toEqual([200, 'application/pdf', '%PDF-1.7']);
    expect(headers['content-disposition']).toBe(`inline; filename="${walked.ticketId}.pdf"`);
  });

  it('is linked from the page of the ticket', async () => {
    const { status, text } = await ask(`/tickets/${walked.ticketId}/evidence`, '[auditors]');
    expect([status, text.includes(`href="${reportPath()}"`)]).toEqual([200, true]);
  });

  it('is shown to nobody without a token that the authorizer checked, whatever headers say', async () => {
    const { status, text } = await ask(reportPath(), undefined, { authorization: 'Bearer auditor' });
    expect([status, text.includes('svg')]).toEqual([401, false]);
  });

  it.each([
    ['no ticket has', 'T-00000000'],
    ['cannot be an id', '..%2f..%2fvault'],
  ])('of an id that %s is not found', async (_, id) => {
    expect((await ask(reportPath(id), '[auditors]')).status).toBe(404);
  });
});
