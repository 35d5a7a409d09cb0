// docs/api.md: the operations of the HTTP API, from the table that its OpenAPI document is made of.
import { openApi, templateOf } from '#functions/api/openapi/document.ts';
import { OPERATIONS, type Operation } from '#functions/api/openapi/operations.ts';
import { SCOPES, scopesFor } from '#functions/api/openapi/scopes.ts';

const LEAD = `The API is described by OpenAPI ${openApi().openapi} at \`/openapi.json\`, made from the schemas that check requests, and by this list. Programs get JSON; \`.json\` behind a path asks for it in a
browser. Refusals are \`application/problem+json\` (RFC 9457): \`type\` is \`https://quittance.dev/errors/CODE\` and stable, \`fields\` names what is wrong with which field ([errors.md](errors.md)).

- Sender: \`Authorization: Bearer TOKEN\`. A machine client has OAuth scopes in place of roles: ${Object.entries(SCOPES)
  .map(([scope, role]) => `\`${scope}\` (${role})`)
  .join(
    ', ',
  )}, by themselves or behind \`quittance/\`, the identifier of a resource server. A client with both \`tickets:file\` and \`tickets:approve\` has neither.
- Pages of a list: \`limit\` up to 100, \`after\` is \`next\` of the page before, null at the end.
- Edits: \`If-Match\` with the \`ETag\` of the case; 412 where it moved meanwhile; \`*\` holds for any version. A body says what is done: \`by\`, \`asserted\` and whatever else the server knows itself is refused by name. \`Idempotency-Key\`: the same key with the same body gets the first answer, with another body 422.
- An address takes the parameters that the document names, once each: any other is 400, with its name. Bodies come uncompressed and in UTF-8 (else 415), without fields that the document does not have.
- Where the settings have them (off by default), other companies' systems send requests by the Data Rights Protocol (\`/v1/…\`) and by OpenDSR 2.0 (\`/v2/…\`), in the protocols' own forms: [intake.md](intake.md) says what of both is held, and what is not.
- Links in the document say which operation follows on which: from a filed case to the case, from a case with its \`ETag\` to acts on it, from a page to the next.
- The tests have schemathesis ask everything that the document lets one ask (test/e2e/openapi.test.ts).`;

const SENDERS = { agent: 'an agent', controller: 'a controller' } as const;

const row = ({ method, path, summary, isPublic, sender, roles }: Operation): string =>
  `| \`${method.toUpperCase()} ${templateOf(path)}\` | ${summary} | ${
    isPublic
      ? 'everybody'
      : sender
        ? SENDERS[sender]
        : scopesFor(roles)
            .map((scope) => `\`${scope}\``)
            .join(', ')
  } |`;

export const apiPage = (): string =>
  [LEAD, '', '| operation | what | scopes, any of them |', '|---|---|---|', ...OPERATIONS.map(row)].join('\n');
