// German: the report of a month on its page, from the English of report/portfolio. The PDF, the file that is kept and
// its data are English. Trap: rows name laws, grounds and errors, whose German is in their own tables.
import { RegimeName, regimeOf } from '#core/regimes.ts';
import { deLaw } from './de-law.ts';
import { legal } from './de-legal.ts';
import { deSaid } from './de-said.ts';

const SAID: Readonly<Record<string, string>> = {
  Summary: 'Überblick',
  'Open requests': 'Offene Anträge',
  'By law': 'Nach Gesetz',
  Overdue: 'Verspätet',
  'Refusals by ground': 'Ablehnungen nach Grund',
  Models: 'Modelle',
  'Re-certifications and failures': 'Erneute Prüfungen und Fehler',
  'Open before': 'Offen zu Beginn',
  Received: 'Eingegangen',
  Ended: 'Beendet',
  'Open after': 'Offen am Ende',
  'Time to answer': 'Zeit bis zur Antwort',
  Extended: 'Frist verlängert',
  'Held, or asked for something': 'Angehalten, oder um etwas gebeten',
  'nobody was answered': 'niemand bekam eine Antwort',
  'Nothing came in and nothing ended.': 'Nichts ging ein, und nichts endete.',
  'Requests by law': 'Anträge nach Gesetz',
  law: 'Gesetz',
  received: 'eingegangen',
  ended: 'beendet',
  'median days': 'Tage im Median',
  slowest: 'langsamste',
  'None.': 'Keine.',
  case: 'Fall',
  due: 'fällig',
  answered: 'beantwortet',
  'days late': 'Tage zu spät',
  Refusals: 'Ablehnungen',
  ground: 'Grund',
  cases: 'Fälle',
  'No model was asked to forget anything.': 'Kein Modell sollte etwas vergessen.',
  model: 'Modell',
  attempts: 'Versuche',
  'put into service': 'in Betrieb genommen',
  certified: 'bescheinigt',
  open: 'offen',
  'What stopped': 'Was stehen blieb',
  'Nothing.': 'Nichts.',
  'None is open.': 'Keiner ist offen.',
  'How many days they had left was not counted then.': 'Wie viele Tage ihnen blieben, wurde damals nicht gezählt.',
  'The numbers of this plot': 'Die Zahlen dieser Abbildung',
  what: 'was',
  requests: 'Anträge',
  days: 'Tage',
  checks: 'Prüfungen',
  'One bar a kind, by how many there were.': 'Ein Balken je Art, nach ihrer Zahl.',
  'One bar a kind of time that is left, by how many requests were open.':
    'Ein Balken je verbleibender Zeit, nach der Zahl offener Anträge.',
  'One bar a law: its median, with a mark at the slowest answer.':
    'Ein Balken je Gesetz: sein Median, mit einer Marke bei der langsamsten Antwort.',
  'One bar a ground of a law.': 'Ein Balken je Grund eines Gesetzes.',
  'One bar an outcome.': 'Ein Balken je Ergebnis.',
  'open before': 'offen zu Beginn',
  completed: 'abgeschlossen',
  refused: 'abgelehnt',
  withdrawn: 'zurückgezogen',
  cancelled: 'storniert',
  expired: 'verfallen',
  'open after': 'offen am Ende',
  late: 'zu spät',
  'within a week': 'innerhalb einer Woche',
  'within two weeks': 'innerhalb von zwei Wochen',
  'within a month': 'innerhalb eines Monats',
  later: 'später',
  'Days from receipt to answer, by law': 'Tage vom Eingang bis zur Antwort, nach Gesetz',
  'Checks of what is served': 'Prüfungen dessen, was in Betrieb ist',
  current: 'aktuell',
  lapsed: 'abgelaufen',
  'of a changed model': 'eines geänderten Modells',
};

const days = (text: string): string => text.replace(/ days$/, ' Tage').replace(/ day$/, ' Tag');

const FORMS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^Requests in (\S+)$/, (month) => `Anträge im Monat ${month}`],
  [
    /^Every request to be forgotten, up to (\S+)\. This report names no person\.$/,
    (day) => `Alle Anträge auf Löschung bis zum ${day}. Dieser Bericht nennt keine Person.`,
  ],
  [
    /^(\d+) requests? came in and (\d+) ended; (?:none is|(\d+)) overdue\.$/,
    (n, ended, late = '') =>
      `${n} ${n === '1' ? 'Antrag ging' : 'Anträge gingen'} ein, ${ended} ${ended === '1' ? 'endete' : 'endeten'}; ${late === '' ? 'keiner ist verspätet' : `${late} ${late === '1' ? 'ist' : 'sind'} verspätet`}.`,
  ],
  [
    /^(\d+): (\d+) completed, (\d+) refused, (\d+) withdrawn, (\d+) cancelled(?:, (\d+) expired)?$/,
    (n, done, refused, withdrawn, cancelled, expired = '') =>
      `${n}: ${done} abgeschlossen, ${refused} abgelehnt, ${withdrawn} zurückgezogen, ${cancelled} storniert${expired === '' ? '' : `, ${expired} verfallen`}`,
  ],
  [
    /^median (\d+(?:\.\d+)? days?), slowest (\d+ days?) \((\d+) answered\)$/,
    (median = '', slowest = '', n) => `im Median ${days(median)}, am langsamsten ${days(slowest)} (${n} beantwortet)`,
  ],
  [
    /^Answered after the date, or unanswered on (\S+)$/,
    (day) => `Nach der Frist beantwortet, oder am ${day} unbeantwortet`,
  ],
  [
    /^Open on (\S+), by the days left to the date of the law$/,
    (day) => `Offen am ${day}, nach Tagen bis zur gesetzlichen Frist`,
  ],
  [
    /^Checks of what is served: (\d+) current, (\d+) lapsed, (\d+) of a changed model\.$/,
    (current, lapsed, drifted) =>
      `Prüfungen dessen, was in Betrieb ist: ${current} aktuell, ${lapsed} abgelaufen, ${drifted} eines geänderten Modells.`,
  ],
  [/^(\d+) × (.+)$/, (n, label = '') => `${n} × ${deMonth(label)}`],
  [
    /^(One bar [^.]+\.) (.+)\.$/,
    (what = '', bars = '') => `${deMonth(what).replace(/\.$/, '')}: ${bars.split('; ').map(bar).join('; ')}.`,
  ],
];

/** "GDPR (European Union) 12, slowest 30" */
const bar = (text: string): string =>
  text.replace(
    /^(.+?) (\d+(?:\.\d+)?)(, slowest \d+)?$/,
    (_, name: string, value: string, most: string | undefined) =>
      `${deMonth(name)} ${value}${most === undefined ? '' : most.replace('slowest', 'langsamste')}`,
  );

/** By label and by name. */
const LAWS = new Map(
  RegimeName.options.flatMap((regime) =>
    [regimeOf(regime).label, regime].map((known) => [known, deLaw.law.name(regime)] as const),
  ),
);

export const deMonth = (text: string): string => {
  if (Object.hasOwn(SAID, text)) return SAID[text] ?? text;
  for (const [form, said] of FORMS) {
    const found = form.exec(text);
    if (found) return said(...found.slice(1));
  }
  const law = LAWS.get(text) ?? legal(text);
  return law === text ? deSaid(text) : law;
};
