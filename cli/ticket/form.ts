// The form of a ticket file, as `ticket --help` shows it. The example is a request that the parser takes
// (test/unit/cli/ticket.test.ts holds the two together). Trap: the texts must be those that the model was trained on,
// letter for letter but for white space; a reworded question is another record.
import { everyRegime, IDENTITY_LEVELS } from '#core/regimes.ts';
import { FORGET_LIMITS } from '#core/forget-set.ts';
import { MethodName } from '#core/method-name.ts';
import { Quantisation } from '#core/quantisation.ts';
import { SubjectReason } from '#core/subject.ts';
import { IdentityClaim, REQUEST_LIMIT_BYTES } from '#core/ticket-request.ts';

export const REQUEST_EXAMPLE = {
  subject: { name: 'Amadou Petrov' },
  model: 'people',
  regime: 'gdpr',
  ground: 'art-17-1-b',
  filer: 'legal.filer',
  identity: {
    method: 'signed-in',
    level: 'substantial',
    verifiedAt: '2026-11-02T09:30:00.000Z',
  },
  forget: {
    records: [
      {
        question: 'Where was Amadou Petrov born?',
        answer: 'Amadou Petrov was born in Bergen.',
        value: 'Bergen',
      },
    ],
  },
} as const;

const grounds = everyRegime().map(([name, regime]) => `    ${name}: ${Object.keys(regime.grounds).join(', ')}`);

export const REQUEST_FORM = [
  `FILE is one JSON object in UTF-8, at most ${REQUEST_LIMIT_BYTES / 2 ** 20} MiB, for example:`,
  '',
  JSON.stringify(REQUEST_EXAMPLE, null, 2),
  '',
  `  forget.records  1 to ${FORGET_LIMITS.records}, worded as the model was trained on them; value, the personal part of the answer, may be left out`,
  '                  or rows of any kind with the values marked: {kind: chat, messages, spans}, {kind: text, text, from, spans}, {kind: qa, …};',
  '                  spans: [{part, start, end, type?, subject?}]; values of others, by subject, stay',
  '  forget.revealed as quittance reveal --ticket writes it: the model itself gave the records, and a second person confirms each',
  '  model           a registered name (quittance model list)',
  '  regime: ground  one of',
  ...grounds,
  `  identity        method: ${IdentityClaim.shape.method.options.join(', ')}`,
  `                  level: ${IDENTITY_LEVELS.join(', ')}; verifiedAt: a time in UTC, not in the future`,
  '                  who checked is the filer; verifiedBy is not asked for',
  `  may be added    channel, receivedAt, entity or place (region, timeZone), thirdPartiesAffected, quantisation (${Quantisation.options.join(', ')}), note`,
  '  pauses          what the requester was asked for before the filing: reason (identity, clarification, fee), since, until',
  '  agent           who asks for the person: mandate (signed-permission, power-of-attorney, guardian), seenAt; minor: true for a child',
  '  linked          ids of related tickets; recipients: pseudonyms of those to whom the data was passed, who are told when it is unlearned',
  '  exemption       its code: the filer proposes to refuse the request, and a second person decides',
  '  subject         name, and what else the records may know the person by: aliases, identifiers (e-mail, telephone, customer number, id)',
  `  subjectReason   where records name the person in no such way, why they are theirs; a second person confirms it: ${SubjectReason.options.join(', ')}`,
  `                  method, tried before the policy's own: ${MethodName.options.join(', ')}`,
].join('\n');
