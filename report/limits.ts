// What limits a report, in sentences for its first page: what comes back when a little is taught again, on how many
// records the tests rest, and what nobody looked at. Trap: where something was not tested, that is a limit too and is
// said; a limit that is left out reads as a claim.
import { plural } from '#core/plural.ts';
import type { CertificatePredicate } from '#core/certificate.ts';
import type { EvaluationTables } from '#core/evaluation.ts';
import { limitsOf as limitsOfGate } from '#core/gate-words.ts';
import { QUANTITIES, type QuantityKey } from '#core/quantities.ts';
import { countOf } from '#core/summaries.ts';
import type { AttemptParts } from './findings.ts';

export const limitsOf = (last: AttemptParts | undefined, certificate: CertificatePredicate | undefined): string[] => [
  ...(last?.tables ? [...comesBack(last.tables), ...askedAgain(last.tables), ...restsOn(last, last.tables)] : []),
  ...refusedPart(certificate),
  ...(last?.tables ? ownRows(last.tables) : []),
  notLookedAt(certificate),
];

const refusedPart = (certificate: CertificatePredicate | undefined): string[] => {
  const refused = certificate?.approval.refusedInPart;
  if (!refused) return [];
  const n = refused.records;
  return [
    `${plural(n, 'record')} of the request ${n === 1 ? 'was' : 'were'} refused, and the model may still know ${n === 1 ? 'it' : 'them'}.`,
  ];
};

/** Of a request for a part, as what is taken from a name is taken from its other rows, too. */
const ownRows = (tables: EvaluationTables): string[] => {
  const found = countOf(tables, 'model.ownKept');
  return found && found.n > 0
    ? [
        `Of ${plural(found.n, 'other row')} about the same person, which the request did not take out, the model still answers ${found.k} word for word.`,
      ]
    : [];
};

const REBUILT = QUANTITIES.filter(({ key }) => key.startsWith('forget.relearnt'));

/** One sentence an attack that was tried; or why none was. */
const comesBack = (tables: EvaluationTables): string[] => {
  const tried = REBUILT.flatMap(({ key, label }) => {
    const found = countOf(tables, key);
    return found && found.n > 0 ? [`${capital(label)}: ${found.k} of ${found.n}${beside(tables, key)}.`] : [];
  });
  if (tried.length > 0)
    return ['Somebody who has the weights can teach a little again. What came back when we did:', ...tried];
  const why = tables.notAvailable['forget.relearn'] ?? 'not part of this evaluation';
  return [`What comes back when somebody who has the weights teaches a little again was not tested: ${why}.`];
};

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The same for people whom the model never saw, where it was tried on them. */
const beside = (tables: EvaluationTables, key: QuantityKey): string => {
  const twin = QUANTITIES.find((one) => one.key === key.replace('forget.', 'controls.'));
  const found = twin && countOf(tables, twin.key);
  return found && found.n > 0 ? `; of never-trained people ${found.k} of ${found.n}` : '';
};

/** Of every request, whatever its policy checks: this finds what is left, and a count of zero is no absence. */
const askedAgain = (tables: EvaluationTables): string[] => {
  const said = (key: QuantityKey) => {
    const found = countOf(tables, key);
    return found && found.n > 0 ? `to ${found.k} of ${plural(found.n, 'question')}${beside(tables, key)}` : undefined;
  };
  const [named, worded] = [said('forget.revealed'), said('forget.revealedWorded')];
  if (named === undefined) return [];
  const more = worded === undefined ? '' : `. With the words of such answers begun, too: ${worded}`;
  return [
    `Asked about the person again in every wording, the answer begun with the name, the model gave sure answers ${named}${more}. Where there are no more than of never-trained people, nothing was found; that is no proof that nothing is left.`,
  ];
};

const restsOn = ({ judgement }: AttemptParts, tables: EvaluationTables): string[] => {
  const said = judgement ? limitsOfGate(judgement) : [];
  const n = countOf(tables, 'forget.greedyExact')?.n;
  if (said.length > 0 || n === undefined) return said;
  return [`The tests rest on ${plural(n, 'record')} of the request: so few can miss what many would show.`];
};

const notLookedAt = (certificate: CertificatePredicate | undefined): string =>
  certificate
    ? `Not looked at: ${certificate.scope.notLookedAt.join('; ')}.`
    : 'No certificate was issued; nothing is said of other copies of the data or of other models.';
