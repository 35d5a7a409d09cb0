// What interim protection does, in sentences for the command line and the pages: which values it cannot protect and
// why, and whom else it touches. Trap: numbers of records and counts alone; no value, no name.
import { plural } from './plural.ts';
import type { Protection } from './protection.ts';
import { recordsText } from './record-numbers.ts';
import type { Ticket } from './ticket.ts';
import { UNTESTABLE } from './words/value.ts';

/** As the rule in force was counted, else as it was told at filing. */
export const protectionOf = (ticket: Ticket): Protection | undefined => {
  const inForce = 'suppression' in ticket ? ticket.suppression.protection : undefined;
  return inForce ?? ('protection' in ticket ? ticket.protection : undefined);
};

/** Empty where every value is protected and nobody else is touched. */
export const protectionTexts = ({ unprotected, asWhole = [], withheld }: Protection): string[] => [
  ...unprotected.map(unprotectedText),
  ...(asWhole.length > 0 ? [`of ${recordsText(asWhole)} only the whole answer is withheld: no value is marked`] : []),
  ...(withheld && withheld.answers + withheld.facts > 0 ? [withheldText(withheld)] : []),
  ...(withheld ? [] : ['what others lose is not known: the model has no suite to count on']),
];

const unprotectedText = (one: Protection['unprotected'][number]): string =>
  typeof one === 'number'
    ? `the value of record ${one} is not protected: no answer can be searched for it`
    : `the value of record ${one.record} is not protected: ${UNTESTABLE[one.why]}`;

export const withheldText = ({
  answers,
  ofAnswers,
  facts,
  ofFacts,
  by,
}: NonNullable<Protection['withheld']>): string => {
  const held = by
    ?.map(({ record, answers: a, facts: f }) => `record ${record}: ${plural(a, 'answer')}, ${plural(f, 'fact')}`)
    .join('; ');
  const sum = `${answers} of ${ofAnswers} answers and ${facts} of ${ofFacts} facts that stay are withheld, too`;
  return !held ? sum : `${sum} (${held})`;
};
