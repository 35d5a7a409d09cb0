// German: what interim protection does. The English is core/protection-words.ts.
// Trap: numbers of records and counts alone; no value, no name.
import type { Protection } from '#core/protection.ts';

const WHY = {
  'nothing-to-look-for': 'er hat keinen Buchstaben, keine Ziffer und kein Zeichen, nach dem zu suchen wäre',
  'one-letter-word': 'ein einzelner Buchstabe, der auch ein Wort ist, steht in zu vielen Sätzen',
  'other-form': 'er hat nicht die Form der verlangten Art',
} as const;

const counted = (answers: number, facts: number): string =>
  `${answers} ${answers === 1 ? 'Antwort' : 'Antworten'}, ${facts} ${facts === 1 ? 'Tatsache' : 'Tatsachen'}`;

const withheldText = (found: NonNullable<Protection['withheld']>): string => {
  const { answers, ofAnswers, facts, ofFacts, by = [] } = found;
  const held = by.map((one) => `Datensatz ${one.record}: ${counted(one.answers, one.facts)}`).join('; ');
  const sum = `auch ${answers} von ${ofAnswers} Antworten und ${facts} von ${ofFacts} Tatsachen, die bleiben, werden zurückgehalten`;
  return held === '' ? sum : `${sum} (${held})`;
};

export const deProtection = ({ unprotected, asWhole = [], withheld }: Protection): string[] => [
  ...unprotected.map((one) =>
    typeof one === 'number'
      ? `der Wert von Datensatz ${one} ist nicht geschützt: Keine Antwort lässt sich nach ihm durchsuchen`
      : `der Wert von Datensatz ${one.record} ist nicht geschützt: ${WHY[one.why]}`,
  ),
  ...(asWhole.length > 0
    ? [
        `von ${asWhole.length === 1 ? 'Datensatz' : 'den Datensätzen'} ${asWhole.join(', ')} wird nur die ganze Antwort zurückgehalten: Kein Wert ist markiert`,
      ]
    : []),
  ...(withheld && withheld.answers + withheld.facts > 0 ? [withheldText(withheld)] : []),
  ...(withheld
    ? []
    : ['was andere verlieren, ist nicht bekannt: Das Modell hat keine Fragen, an denen zu zählen wäre']),
];
