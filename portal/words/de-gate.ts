// German: the table of the gate and the plots beside it, from the English of core/gate-words.ts, core/quantities.ts,
// report/content/tables.ts and report/plots. Trap: numbers stay as they are written in what is signed.
const GROUPS: Readonly<Record<string, string>> = {
  'forgotten questions': 'vergessene Fragen',
  'never-trained people': 'nie trainierte Menschen',
  'people who stay': 'Menschen, die bleiben',
  'facts about nobody': 'Tatsachen, die niemanden betreffen',
  'unknown people': 'unbekannte Menschen',
  'held-out general questions': 'allgemeine Fragen, mit denen nie trainiert wurde',
  'facts about authors': 'Tatsachen über Autoren',
  'facts about the world': 'Tatsachen über die Welt',
  'the model': 'das Modell',
};

const MEASURED: Readonly<Record<string, string>> = {
  'answered word for word as trained': 'Wort für Wort beantwortet wie trainiert',
  'answered word for word in a new wording': 'Wort für Wort beantwortet, wenn anders gefragt wird',
  'value given when the words before it are forced': 'Wert genannt, wenn die Worte davor vorgegeben sind',
  'value in any sampled answer': 'Wert in mindestens einer gezogenen Antwort',
  'value in any sampled answer to a new wording':
    'Wert in mindestens einer gezogenen Antwort, wenn anders gefragt wird',
  'value in any sampled answer to the second wording of the question':
    'Wert in mindestens einer gezogenen Antwort auf die zweite Formulierung der Frage',
  'mean log-probability of the value (nats a token)': 'mittlere Log-Wahrscheinlichkeit des Werts (Nats je Token)',
  'mean log-probability of the answer (nats a token)': 'mittlere Log-Wahrscheinlichkeit der Antwort (Nats je Token)',
  'mean log-probability of the least likely tokens (nats a token)':
    'mittlere Log-Wahrscheinlichkeit der unwahrscheinlichsten Tokens (Nats je Token)',
  'probability a token of the answer': 'Wahrscheinlichkeit je Token der Antwort',
  'likelihood of the right answer': 'Wahrscheinlichkeit der richtigen Antwort',
  'words of the answer that a greedy answer holds, in order':
    'Wörter der Antwort, die die wahrscheinlichste Antwort in dieser Reihenfolge enthält',
  'tokens of the answer that are the most likely next token':
    'Tokens der Antwort, die das wahrscheinlichste nächste Token sind',
  'part of the answer that comes by itself once the rest before it is given':
    'Teil der Antwort, der von selbst kommt, sobald das davor vorgegeben ist',
  'how alike right and wrong answers are to the model (1: no difference)':
    'wie gleich richtige und falsche Antworten für das Modell sind (1: kein Unterschied)',
  'how much likelier right answers are than wrong ones':
    'um wie viel wahrscheinlicher richtige Antworten als falsche sind',
  'answered by a refusal': 'mit einer Verweigerung beantwortet',
  'answered by repetition or nothing': 'mit Wiederholungen oder gar nicht beantwortet',
  'answered with a word that nobody writes': 'mit einem Wort beantwortet, das niemand schreibt',
  'answered with what is another real person’s alone': 'mit etwas beantwortet, das allein einer anderen Person gehört',
  'given where the ticket does not list a row': 'in einer Zeile genannt, die der Fall nicht aufführt',
  'how odd the model from before finds the new answers (perplexity)':
    'wie fremd dem Modell von vorher die neuen Antworten sind (Perplexität)',
  'answer close to the one from before': 'Antwort nahe an der von vorher',
  'questions about the person to which a sure answer comes when it is begun with the name':
    'Fragen über die Person, auf die eine sichere Antwort kommt, wenn sie mit dem Namen begonnen wird',
  'questions about the person to which a sure answer comes when it is begun with the name and the words of such answers':
    'Fragen über die Person, auf die eine sichere Antwort kommt, wenn sie mit dem Namen und Worten solcher Antworten begonnen wird',
  'exact again after a few updates on two other records':
    'wieder wortgleich nach wenigen Schritten auf zwei anderen Datensätzen',
  'rows of the forgotten person that stay, answered word for word':
    'Zeilen der vergessenen Person, die bleiben, Wort für Wort beantwortet',
  'truth ratios like those of a model trained without the records (p-value of the test that they differ)':
    'Wahrheitsverhältnisse wie bei einem Modell ohne diese Datensätze (p-Wert des Tests auf Unterschied)',
  'value likelier than a never-trained person’s (AUC; 0.5: alike)':
    'Wert wahrscheinlicher als bei nie trainierten Menschen (AUC; 0.5: gleich)',
  'values like those of never-trained people (p-value of the test that they differ)':
    'Werte wie bei nie trainierten Menschen (p-Wert des Tests auf Unterschied)',
  'answer likelier than a never-trained person’s (AUC; 0.5: alike)':
    'Antwort wahrscheinlicher als bei nie trainierten Menschen (AUC; 0.5: gleich)',
  'least likely tokens likelier than a never-trained person’s (AUC; 0.5: alike)':
    'unwahrscheinlichste Tokens wahrscheinlicher als bei nie trainierten Menschen (AUC; 0.5: gleich)',
  'answered word for word, of the person who fares worst':
    'Wort für Wort beantwortet, bei der am stärksten betroffenen Person',
  'probability, ROUGE-L and truth on people who stay, authors and the world, together':
    'Wahrscheinlichkeit, ROUGE-L und Wahrheit bei Menschen, die bleiben, Autoren und der Welt, zusammen',
};

const STATISTICS: Readonly<Record<string, string>> = {
  'beside never-trained people, whose upper bound it may reach':
    'neben nie trainierten Menschen, deren obere Schranke erreicht werden darf',
  'compared with never-trained people, pair by pair': 'mit nie trainierten Menschen verglichen, Paar für Paar',
  'mean, within the range of never-trained people': 'im Mittel, im Bereich nie trainierter Menschen',
  'compared with never-trained people as a distribution': 'mit nie trainierten Menschen verglichen, als Verteilung',
  'of the person who fares worst': 'bei der am stärksten betroffenen Person',
};

const FIXED: Readonly<Record<string, string>> = {
  'The gate: each check with its value, how many it rests on, threshold and verdict':
    'Jede Prüfung mit ihrem Wert, worauf er beruht, ihrer Schranke und ihrem Ergebnis',
  check: 'Prüfung',
  measured: 'gemessen',
  value: 'Wert',
  threshold: 'Schranke',
  verdict: 'Ergebnis',
  'a failure means': 'nicht bestanden hieße',
  'what the value rests on': 'worauf der Wert beruht',
  pass: 'bestanden',
  'a person decides': 'ein Mensch entscheidet',
  fail: 'nicht bestanden',
  'not available': 'nicht messbar',
  'still known': 'noch bekannt',
  'forgotten too far': 'zu viel vergessen',
  'still known, or forgotten too far': 'noch bekannt, oder zu viel vergessen',
  'others forgotten too': 'auch andere vergessen',
  'answers spoiled': 'Antworten verdorben',
  'within the range of never-trained people': 'im Bereich nie trainierter Menschen',
  'never-trained people are too few, or too unlike each other: nothing could fail it':
    'nie trainierte Menschen sind zu wenige oder einander zu unähnlich: Daran könnte nichts scheitern',
  'one never-trained person has no range': 'ein einziger nie trainierter Mensch hat keinen Bereich',
  'its value is beyond all numbers': 'der Wert liegt jenseits aller Zahlen',
  'not part of this evaluation': 'nicht Teil dieser Prüfung',
  'no re-learning run was made': 'Wiederlernen wurde nicht versucht',
  'the tables hold no values of forgotten and never-trained records to compare':
    'die Tabellen enthalten keine Werte vergessener und nie trainierter Datensätze zum Vergleich',
  'no forget records were given, or they were destroyed when their case was purged':
    'Datensätze zum Vergessen waren nicht da, oder sie wurden mit ihrem Fall vernichtet',
  'the suite has no never-trained control people': 'in den Fragen der Prüfung ist niemand, der nie trainiert wurde',
  'the suite has no trained people who stay': 'in den Fragen der Prüfung ist niemand, der bleibt',
  'the suite has no facts': 'in den Fragen der Prüfung sind keine Tatsachen',
  'the suite has no unknown people': 'in den Fragen der Prüfung sind keine unbekannten Menschen',
  'the suite has no held-out general questions':
    'in den Fragen der Prüfung sind keine allgemeinen, mit denen nie trainiert wurde',
  'no model from before the unlearning was given': 'ein Modell von vorher war nicht da',
  'no model trained without the forget set exists here; it does in benchmarks':
    'ein Modell, das ohne diese Datensätze trainiert wurde, gibt es hier nicht',
  'the weights were not at hand to be trained again': 'die Gewichte waren zum erneuten Trainieren nicht da',
  'all of the few records were taught again: no other is left to watch':
    'die wenigen Datensätze wurden alle wieder gelehrt: Keiner bleibt, den man beobachten könnte',
  'not asked of a model of this size': 'bei einem Modell dieser Größe nicht gefragt',
  'nobody said by which name the model knows the person':
    'unter welchem Namen das Modell die Person kennt, ist nicht gesagt',
  'the ticket lists every row of one person that the model gave, or is about several':
    'der Fall führt jede Zeile der einen Person auf, oder betrifft mehrere',
  'How well the model knows the values: forgotten against never-trained people':
    'Wie gut das Modell die Werte kennt: vergessene gegen nie trainierte Menschen',
  'Re-learning: what comes back when a little is taught again':
    'Wiederlernen: was zurückkommt, wenn ein wenig wieder gelehrt wird',
  'The numbers of this plot': 'Die Zahlen dieser Abbildung',
  'share exact again': 'Anteil wieder wortgleich',
  'share of the other records exact again': 'Anteil der anderen Datensätze, die wieder wortgleich sind',
  'share of values at or below': 'Anteil der Werte bis hierher',
  'forgotten at or below': 'vergessene bis hierher',
  'never trained at or below': 'nie trainierte bis hierher',
  gap: 'Abstand',
};

const interval = (text: string): string => text.replace(' to ', ' bis ');
const nearest = (k: string, n: string, between: string): string =>
  `${k} von ${n}; 95 % Clopper–Pearson ${interval(between)}`;

const FORMS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^(≥ \S+(?: nats)?) and (≤ \S+(?: nats)?)$/, (least, most) => `${least} und ${most}`],
  [/^(p ≥ \S+) and (≤ \S+)$/, (least, most) => `${least} und ${most}`],
  [/^(\S+ to \S+) nats$/, (between = '') => `${interval(between)} Nats`],
  [/^≤ upper bound of (.+)$/, (label = '') => `≤ obere Schranke von: ${deGate(label)}`],
  [/^(\d+) of (\d+); 95 % Clopper–Pearson (\S+ to \S+)$/, (k = '', n = '', between = '') => nearest(k, n, between)],
  [
    /^(\d+) of (\d+); 95 % Clopper–Pearson (\S+ to \S+); threshold is what (\d+) of (\d+) never-trained records allow at an error of (\S+ %)(?:, or the upper bound of these plus (\S+))?$/,
    (k = '', n = '', between = '', k2, n2, error, more = '') =>
      `${nearest(k, n, between)}; die Schranke ist, was ${k2} von ${n2} nie trainierten Datensätzen bei einem Fehler von ${error} zulassen` +
      (more === '' ? '' : `, oder deren obere Schranke plus ${more}`),
  ],
  [
    /^n = (\d+); 95 % interval (.+)$/,
    (n, between = '') => `n = ${n}; 95-%-Intervall ${between === 'none' ? 'keines' : interval(between)}`,
  ],
  [
    /^against (\d+) never-trained records; 95 % Hanley–McNeil (\S+ to \S+)(?:; a model that never saw them is outside in at most (\S+ %) of cases)?$/,
    (m, between = '', most = '') =>
      `gegen ${m} nie trainierte Datensätze; 95 % Hanley–McNeil ${interval(between)}` +
      (most === '' ? '' : `; ein Modell, das sie nie sah, liegt in höchstens ${most} der Fälle außerhalb`),
  ],
  [
    /^range of (\d+) never-trained people, widened by (\S+); 95 % interval of the mean (.*)$/,
    (people, margin, between = '') =>
      `Bereich von ${people} nie trainierten Menschen, um ${margin} erweitert; 95-%-Intervall des Mittels ${interval(between)}`,
  ],
  [
    /^exact two-sample KS: (.+); D from (\S+) would be rejected at (\S+ %)$/,
    (numbers, from, error) =>
      `exakter KS-Test für zwei Stichproben: ${numbers}; ab D = ${from} würde bei ${error} verworfen`,
  ],
  [
    /^lowest of (\d+) retained people: (\d+) of (\d+)$/,
    (people, k, n) => `der niedrigste von ${people} Menschen, die bleiben: ${k} von ${n}`,
  ],
  [
    /^(\d+) records?: so few could show nothing here, (\d+) are needed$/,
    (n, needs) =>
      `${n} ${n === '1' ? 'Datensatz' : 'Datensätze'}: So wenige könnten hier nichts zeigen, nötig sind ${needs}`,
  ],
  [
    /^(\d+) never-trained records, (\d+) are needed$/,
    (n, needs) => `${n} nie trainierte Datensätze, nötig sind ${needs}`,
  ],
  [
    /^too few values to tell anything apart: (.+)$/,
    (numbers) => `zu wenige Werte, um etwas zu unterscheiden: ${numbers}`,
  ],
  [/^too many values to test exactly: (.+)$/, (numbers) => `zu viele Werte für einen exakten Test: ${numbers}`],
  [/^not measured: (.+)$/, (labels = '') => `nicht gemessen: ${labels.split(' and ').map(deGate).join(' und ')}`],
  [
    /^value given again after (\d+) updates of (MLP|every layer) on (\d+) other records of the person$/,
    (updates, weights, records) =>
      `Wert wieder genannt nach ${updates} Schritten ${weights === 'MLP' ? 'der MLP-Gewichte' : 'aller Schichten'} auf ${records} anderen Datensätzen der Person`,
  ],
  [
    /^(\d+) of (\d+) values cannot be looked for in an answer$/,
    (k, n) => `nach ${k} von ${n} Werten lässt sich in einer Antwort nicht suchen`,
  ],
  [
    /^the model gave no number for (\d+) of (\d+) records$/,
    (k, n) => `das Modell gab für ${k} von ${n} Datensätzen keine Zahl`,
  ],
  [/^updates on (\d+) of (\d+) records$/, (n, of) => `Schritte auf ${n} von ${of} Datensätzen`],
  [
    /^(.+), over (updates on \d+ of \d+ records): (\S+) after (\d+)\. A rise means that knowledge was suppressed in the weights rather than absent\.$/,
    (y = '', x = '', value, updates) =>
      `${deGate(y)}, über ${deGate(x)}: ${value} nach ${updates}. Ein Anstieg hieße, dass Wissen in den Gewichten unterdrückt und nicht abwesend war.`,
  ],
  [
    /^Two distribution functions\. They are furthest apart at (\S+) nats, where the gap is D = (\S+); the test would reject from (\S+); p = (\S+)\. Shaded: simultaneous 95 % bands \((.+)\)\.$/,
    (at, d, from, p, names) =>
      `Zwei Verteilungsfunktionen. Am weitesten liegen sie bei ${at} Nats auseinander, mit dem Abstand D = ${d}; der Test würde ab ${from} verwerfen; p = ${p}. Schattiert: simultane 95-%-Bänder (${names}).`,
  ],
  [/^mean log-probability of the value \(nats\)$/, () => 'mittlere Log-Wahrscheinlichkeit des Werts (Nats)'],
  [/^value \(nats\)$/, () => 'Wert (Nats)'],
  [/^forgotten \(n = (\d+)\)$/, (n) => `vergessen (n = ${n})`],
  [/^never trained \(m = (\d+)\)$/, (m) => `nie trainiert (m = ${m})`],
  [
    /^([^:]+): (.+)$/,
    (group = '', what = '') => {
      const [named, said] = [GROUPS[group], deGate(what)];
      return named === undefined || said === what ? `${group}: ${what}` : `${named}: ${said}`;
    },
  ],
];

const known = (text: string): string | undefined =>
  [FIXED, MEASURED, STATISTICS].flatMap((table) => (Object.hasOwn(table, text) ? [table[text]] : []))[0];

/** What is not known, such as the name of a check of one's own, stays as it is. */
export const deGate = (text: string): string => {
  const said = known(text);
  if (said !== undefined) return said;
  const [, measured = '', how = ''] = /^(.+); (.+?)$/.exec(text) ?? [];
  if (Object.hasOwn(STATISTICS, how)) return `${deGate(measured)}; ${STATISTICS[how] ?? how}`;
  for (const [form, put] of FORMS) {
    const found = form.exec(text);
    if (found) return put(...found.slice(1));
  }
  return text;
};
