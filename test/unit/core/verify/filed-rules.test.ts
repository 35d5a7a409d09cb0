// Whose request a bundle is about, rule by rule: one ticket throughout, and a certificate of what that ticket asked
// for, refused parts and revealed records included.
import { beforeAll, describe } from '@jest/globals';
import { digestOf, type Json } from '#core/canonical.ts';
import type { CertificatePredicate } from '#core/certificate.ts';
import { bundleTicket } from '#core/verify/filed.ts';
import { APPROVER, FILER } from '#bench/house/requests.ts';
import { leavesOf, trueBundle, type Forgery, type Leaf, type TrueBundle } from '#test/support/forged-bundles.ts';
import { logged, numbered, said, says } from '#test/support/rule-rows.ts';

let truth: TrueBundle;
beforeAll(async () => {
  truth = await trueBundle();
});

const holds = () => `holds: ${leavesOf(truth.files)[0]!.ticketId}, received ${leavesOf(truth.files)[0]!.at}`;
const both = (certificate: Forgery, log: Forgery): Forgery => ({ ...certificate, ...log });
const approved = (change: Partial<CertificatePredicate['approval']>): Forgery =>
  said(({ approval }) => ({ approval: { ...approval, ...change } }));

describe('one ticket throughout', () => {
  says(() => truth, bundleTicket, [
    ['as it is', () => truth.files, holds],
    [
      'a certificate of another',
      () => said(() => ({ ticketId: 'T-0123456789abcdef' })),
      'fails: the certificate belongs to another ticket',
    ],
    [
      'an event of another',
      () => ({
        leaves: (all: Leaf[]) =>
          all.map((leaf, i) => (i === all.length - 1 ? { ...leaf, ticketId: 'T-0123456789abcdef' } : leaf)),
      }),
      'fails: an event belongs to another ticket',
    ],
  ]);
});

describe('what was filed', () => {
  const other = (field: 'commitment' | 'regime' | 'ground') =>
    `fails: the certificate names another ${field} than was filed`;
  says(() => truth, bundleTicket, [
    ['another commitment', () => said(() => ({ commitment: digestOf('other').slice(7) })), other('commitment')],
    ['another law', () => said(() => ({ regime: 'uk-gdpr' })), other('regime')],
    ['another ground', () => said(() => ({ ground: 'other' })), other('ground')],
    ['another commitment in the log', () => logged('received', { commitment: 'f'.repeat(64) }), other('commitment')],
  ]);
});

describe('records that the model itself revealed', () => {
  const mine: NonNullable<CertificatePredicate['approval']['revealed']> = {
    ...{ source: 'pool' as const, questions: 40, asked: digestOf('asked'), model: digestOf('model'), claims: 9 },
    controls: [1, 2],
  };
  const json: Json = mine;
  const otherwise = 'fails: the certificate says otherwise than what was filed how the records were had';
  says(() => truth, bundleTicket, [
    ['in both', () => both(approved({ revealed: mine }), logged('received', { revealed: json })), holds],
    ['in the certificate alone', () => approved({ revealed: mine }), otherwise],
    ['in the log alone', () => logged('received', { revealed: json }), otherwise],
    [
      'by other questions',
      () => both(approved({ revealed: { ...mine, questions: 41 } }), logged('received', { revealed: json })),
      otherwise,
    ],
  ]);
});

describe('each record', () => {
  const REASON = 'art-17-3-e';
  /** One record more was filed, and refused before the rest was admitted. */
  const refused = (records = 4): Forgery =>
    numbered((all) => {
      const part = { records: [4], reason: REASON };
      const events = [
        { type: 'act-proposed', act: 'partly-refused', ...part, by: FILER },
        { type: 'partly-refused', ...part, by: APPROVER, first: FILER },
      ];
      const at = all.findIndex((leaf) => leaf.event.type === 'forget-set-admitted');
      const [first] = all;
      const counts = first!.event['counts'] as Record<string, Json>;
      first!.event['counts'] = { ...counts, records };
      return [...all.slice(0, at), ...events.map((event) => ({ ...all[at]!, event })), ...all.slice(at)];
    });
  const named = (records: number, reason = REASON) => approved({ refusedInPart: { records, reason } });
  const otherCount = 'fails: the certificate counts other records than were filed';
  const otherRefusal = 'fails: the certificate names another refusal of a part than the log';
  says(() => truth, bundleTicket, [
    ['refused in part, as the certificate says', () => both(named(1), refused()), holds],
    ['more than were filed', () => said(({ records }) => ({ records: records + 1 })), otherCount],
    ['fewer than were filed', () => logged('received', { counts: { records: 4 } }), otherCount],
    [
      'a part that the log refused and the certificate counts',
      () =>
        both(
          said(({ records }) => ({ records: records + 1 })),
          refused(),
        ),
      otherRefusal,
    ],
    [
      'a part that the certificate alone calls refused',
      () => both(named(1), logged('received', { counts: { records: 4 } })),
      otherRefusal,
    ],
    ['a part that is refused for another reason', () => both(named(1, 'art-17-3-b'), refused()), otherRefusal],
    ['more in the part than the log refused', () => both(named(2), refused(5)), otherRefusal],
  ]);
});
