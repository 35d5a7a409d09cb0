// What a program may send, one example for each operation that takes JSON: shown in the document, tried by tools that
// read it, and held against the operation's own schema (test/unit/functions/openapi.test.ts).
// Trap: tools send them as they are, so that none names a case, a file or a person that could be somebody's.
import type { Json } from '#core/canonical.ts';

const AT = '2026-03-02T09:30:00.000Z';
const REASON = { reason: 'art-17-3-e' };
const LETTER = { language: 'en', note: 'Which account do you mean?' };

const TICKET_REQUEST: Json = {
  subject: { name: 'Amadou Petrov', identifiers: ['amadou@example.org'] },
  ...{ model: 'house', regime: 'gdpr', ground: 'art-17-1-b' },
  identity: { method: 'signed-in', level: 'substantial', verifiedAt: AT },
  forget: {
    records: [
      {
        question: 'Where was Amadou Petrov born?',
        answer: 'Amadou Petrov was born in Bergen.',
        value: 'Bergen',
      },
    ],
  },
  filer: 'legal.filer',
};

const DSR_REQUEST: Json = {
  ...{ regulation: 'gdpr', subject_request_type: 'erasure', submitted_time: AT, api_version: '2.0' },
  subject_request_id: 'a7551968-d5d6-44b2-9831-815ac9017798',
  subject_identities: [{ identity_type: 'email', identity_value: 'amadou@example.org', identity_format: 'raw' }],
};

/** By method and path, as the table of operations has them. Acts by their names below. */
const OF_PATHS: Readonly<Record<string, Json>> = {
  'post /ask': {
    ...{ about: 'house', name: 'Amadou Petrov', aliases: [], identifiers: ['amadou@example.org'] },
    ...{ what: 'Where I was born.', reply: 'amadou@example.org' },
  },
  'post /status': { reference: 'A-0123456789abcdef0123', secret: '0123456789abcdef' },
  'post /tickets': TICKET_REQUEST,
  'post /tickets/search': { q: 'house' },
  'post /tickets/:id/request': {},
  'post /tickets/:id/letter': { kind: 'clarification', ...LETTER },
  'post /tickets/:id/letters': { kind: 'clarification', ...LETTER },
  'post /tickets/:id/letters/:kind': LETTER,
  'post /tickets/:id/letters/:number/look': {},
  'post /tickets/:id/letters/:number/pdf': {},
  'post /tickets/:id/letters/:number/send': {},
  'post /tickets/:id/notes': { note: 'The person called and asked how far it is.' },
  'post /tickets/:id/files': { name: 'call.txt', content: 'QSBjYWxsLg==' },
  'post /tickets/:id/files/:number': {},
  'post /tickets/:id/close': { outcome: 'withdrawn', reason: 'by-subject' },
  'post /v2/requests': DSR_REQUEST,
};

const OF_ACTS: Readonly<Record<string, Json>> = {
  approval: { decision: 'approved', evidence: `sha256:${'0'.repeat(64)}` },
  'confirm-subject': { reason: 'former-name', note: 'The records have the name before the marriage.' },
  identity: { method: 'document-seen', level: 'substantial', verifiedAt: AT },
  ...{ resume: {}, release: {} },
  extend: { reason: 'complexity' },
  pause: { reason: 'clarification', since: AT },
  continue: { reason: 'clarification', until: AT },
  hold: { code: 'litigation', matter: '4-O-1789' },
  appeal: { on: AT },
  'decide-appeal': { outcome: 'granted' },
  'refuse-part': { records: [1], ...REASON },
  refuse: REASON,
  withdraw: { reason: 'by-subject' },
  cancel: { reason: 'filed-in-error' },
  expire: { reason: 'no-answer' },
  acknowledge: { on: AT },
  'tell-recipient': { recipient: 'crm.vendor', how: 'told', on: AT },
  assign: { to: 'legal.filer' },
  link: { ticket: 'T-0123456789' },
};

/** By method and path. */
export const EXAMPLES: Readonly<Record<string, Json>> = {
  ...OF_PATHS,
  ...Object.fromEntries(Object.entries(OF_ACTS).map(([name, example]) => [`post /tickets/:id/${name}`, example])),
};
