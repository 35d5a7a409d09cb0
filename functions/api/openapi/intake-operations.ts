// The operations of the protocols of intake, where the settings have them. Trap: their refusals have the protocols' own
// forms, but for those that are made before the path is looked at (405, 413, 421), which are problems as everywhere.
import type { Operation } from './operations.ts';

const agent = { sender: 'agent', refusal: 'DrpError', tag: 'intake' } as const;
const controller = { sender: 'controller', refusal: 'DsrError', tag: 'intake' } as const;
const MESSAGE = { media: 'text/plain', or: ['application/json'] } as const;
const EXERCISED = '/v1/data-rights-request';

export const INTAKE_OPERATIONS: readonly Operation[] = [
  {
    ...{ method: 'get', path: '/.well-known/data-rights', summary: 'this business, as agents look it up' },
    ...{ tag: 'intake', answer: 'DrpBusiness', isPublic: true },
  },
  {
    ...{
      method: 'post',
      path: '/v1/agent/:agent',
      summary: 'a token for an agent, by a signed message',
      tag: 'intake',
    },
    ...{ body: MESSAGE, answer: 'DrpToken', refusal: 'nothing', isPublic: true },
  },
  {
    ...{
      method: 'get',
      path: '/v1/agent/:agent',
      summary: 'whether a token still holds',
      answer: 'Anything',
      ...agent,
    },
  },
  {
    ...{ method: 'post', path: EXERCISED, summary: 'exercise a right, by a signed message', ...agent },
    ...{ body: MESSAGE, answer: 'DrpStatus' },
  },
  {
    ...{ method: 'get', path: `${EXERCISED}/:request`, summary: "where an agent's request stands", ...agent },
    answer: 'DrpStatus',
  },
  {
    ...{ method: 'delete', path: `${EXERCISED}/:request`, summary: 'revoke it, by a signed message', ...agent },
    ...{ body: MESSAGE, answer: 'DrpStatus' },
  },
  {
    ...{ method: 'get', path: '/v2/discovery', summary: 'what this processor supports', tag: 'intake' },
    ...{ answer: 'DsrDiscovery', isPublic: true },
  },
  {
    ...{ method: 'get', path: '/v2/certificate.pem', summary: 'the certificate that its answers are checked with' },
    ...{ tag: 'intake', answer: { media: 'application/x-pem-file' }, isPublic: true },
  },
  {
    ...{ method: 'post', path: '/v2/requests', summary: "a controller's request for erasure", ...controller },
    ...{ body: 'DsrRequest', status: 201, answer: 'DsrReceipt' },
  },
  {
    ...{ method: 'get', path: '/v2/requests/:request', summary: "where a controller's request stands", ...controller },
    answer: 'DsrStatus',
  },
  {
    ...{ method: 'delete', path: '/v2/requests/:request', summary: 'cancel what is pending', ...controller },
    ...{ status: 202, answer: 'DsrCancelled' },
  },
];
