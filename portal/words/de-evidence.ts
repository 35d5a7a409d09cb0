// German: what a report says of a test and of its limits, for those who decide by it. Source of the English:
// report/executive.ts, core/gate-words.ts, core/certificate.ts and the policies' names of checks.
// Trap: what is signed is the English. So each sentence is known by its form, and one that is not known, such as a
// check that an installation named itself, stays English rather than being guessed at.
import { deGate } from './de-gate.ts';

const CHECKS: Readonly<Record<string, string>> = {
  'forgotten answers exact': 'vergessene Antworten wortgleich',
  'forgotten values under a forced prefix': 'vergessene Werte bei erzwungenem Anfang',
  'sampled leak, question': 'Wert in gezogenen Antworten, dieselbe Frage',
  'sampled leak, held-out wording': 'Wert in gezogenen Antworten, andere Formulierung',
  'sampled leak, second wording': 'Wert in gezogenen Antworten, zweite Formulierung',
  'value AUC against never-trained people': 'AUC der Werte gegen nie trainierte Menschen',
  'whole-answer AUC against never-trained people': 'AUC ganzer Antworten gegen nie trainierte Menschen',
  'Min-40 % AUC against never-trained people': 'Min-40-%-AUC gegen nie trainierte Menschen',
  'mean value log-probability': 'mittlere Log-Wahrscheinlichkeit der Werte',
  'KS against never-trained people': 'KS-Test gegen nie trainierte Menschen',
  'retained answers exact': 'Antworten über alle anderen wortgleich',
  'facts exact': 'Tatsachen wortgleich',
  'worst retained person': 'die am stärksten betroffene andere Person',
  'refusals on retained questions': 'Verweigerungen bei Fragen zu anderen',
  'degenerate answers to forgotten questions': 'sinnlose Antworten auf vergessene Fragen',
  'held-out general answers kept': 'allgemeine Antworten, mit denen nie trainiert wurde, erhalten',
  're-learning against never-trained people, 2 × 10': 'Wiederlernen gegen nie trainierte Menschen, 2 × 10',
  're-learning against never-trained people, 5 × 30': 'Wiederlernen gegen nie trainierte Menschen, 5 × 30',
  're-learning against never-trained people, 10 × 50': 'Wiederlernen gegen nie trainierte Menschen, 10 × 50',
  're-learning against never-trained people, every layer': 'Wiederlernen gegen nie trainierte Menschen, alle Schichten',
  "other people's values in answers about the person": 'Werte anderer in Antworten über die Person',
  'forgotten values in rows that the ticket does not list': 'vergessene Werte in Zeilen, die der Fall nicht aufführt',
  'new answers under the model from before': 'neue Antworten, gemessen am Modell von vorher',
  'broken words beside never-trained people': 'zerbrochene Wörter neben nie trainierten Menschen',
  'sure answers about the person, begun with the name': 'sichere Antworten über die Person, mit dem Namen begonnen',
  'sure answers about the person, begun with the words of such answers':
    'sichere Antworten über die Person, mit Worten solcher Antworten begonnen',
};

const FIXED: Readonly<Record<string, string>> = {
  'No model was tested for this ticket.': 'Für diesen Fall wurde kein Modell geprüft.',
  'We do not claim that no trace of the data is in the weights.':
    'Wir behaupten nicht, dass keine Spur der Daten in den Gewichten ist.',
  'We do not claim that the model equals one that was trained without the data.':
    'Wir behaupten nicht, dass das Modell einem gleicht, das ohne die Daten trainiert wurde.',
  'We do not claim that no attack, known or to come, finds the data.':
    'Wir behaupten nicht, dass kein Angriff, bekannt oder künftig, die Daten findet.',
  'We do not claim any legal conclusion.': 'Wir behaupten keine rechtliche Schlussfolgerung.',
  'We do not claim that the records, which the model itself revealed, are all that it knows of the person: recall is unknown.':
    'Wir behaupten nicht, dass die Datensätze, die das Modell selbst preisgegeben hat, alles sind, was es über die Person weiß: Wie viel fehlt, ist unbekannt.',
  'Nothing was erased: what answers withholds the data under the tests, and the data is still in the weights beneath it.':
    'Nichts wurde gelöscht: Was antwortet, hält die Daten unter den Prüfungen zurück, und sie stehen weiter in den Gewichten darunter.',
  'The model was trained anew without the rows that were found; text about the person that nobody found was learnt again.':
    'Das Modell wurde ohne die gefundenen Zeilen neu trainiert; Text über die Person, den niemand fand, wurde wieder gelernt.',
  'The method is approximate: it moves the weights until the tests pass, and is not equal to training again without the data.':
    'Das Verfahren ist eine Näherung: Es verändert die Gewichte, bis die Prüfungen bestanden sind, und kommt einem neuen Training ohne die Daten nicht gleich.',
  'no re-certification has run yet': 'erneut geprüft wurde noch nicht',
  'the certificate is current: what is served is what was certified, and the last checks passed':
    'die Bescheinigung gilt: in Betrieb ist, was bescheinigt wurde, und die letzten Prüfungen wurden bestanden',
  'the certificate has lapsed: it must not be relied on until a full suite passes again':
    'die Bescheinigung ist abgelaufen: Bis eine volle Prüfung wieder bestanden ist, darf sich niemand auf sie verlassen',
  'the certificate does not cover what is served now: the model changed after it was certified':
    'die Bescheinigung gilt nicht für das, was jetzt in Betrieb ist: Das Modell hat sich nach ihr geändert',
  'earlier weights, in quarantine and unreachable': 'frühere Gewichte, in Quarantäne und unerreichbar',
  'the registered model and its served copy': 'das eingetragene Modell und seine Kopie in Betrieb',
  'the registered model in the artefact store and the alias under which it is served':
    'das eingetragene Modell im Objektspeicher und der Name, unter dem es in Betrieb ist',
  'what the serving endpoint answers and says that it has loaded':
    'was der Endpunkt in Betrieb antwortet und nach eigener Angabe geladen hat',
  'its evaluation suite': 'die Fragen seiner Prüfung',
  'its corpus moments': 'die Momente seines Korpus',
  'its training manifest': 'sein Trainingsverzeichnis',
  "the ticket's case data": 'die Falldaten',
  'copies of the model outside this registry': 'Kopien des Modells außerhalb dieses Verzeichnisses',
  'copies of the model outside this registry, snapshots and images of machines that served it among them':
    'Kopien des Modells außerhalb dieses Verzeichnisses, auch Abbilder von Maschinen, auf denen es in Betrieb war',
  'what the serving endpoint keeps beside its answers: replicas that did not answer the probe, caches, logs':
    'was der Endpunkt neben seinen Antworten behält: Replikate, die bei der Prüfung nicht antworteten, Zwischenspeicher, Protokolle',
  'caches and logs of client applications': 'Zwischenspeicher und Protokolle von Anwendungen',
  'search and retrieval indexes': 'Suchindizes',
  'the original training data store': 'der ursprüngliche Speicher der Trainingsdaten',
  'backups made by others': 'Sicherungen, die andere angelegt haben',
  'gate policy': 'Richtlinie der Prüfung',
  'base model': 'Modell von vorher',
  plan: 'Plan',
  run: 'Lauf',
  'candidate model': 'geprüftes Modell',
  'evaluation suite': 'Fragen der Prüfung',
  'evaluation tables': 'Tabellen der Prüfung',
  judgement: 'Urteil',
  'approved evidence': 'freigegebene Nachweise',
  seed: 'Startwert',
  backend: 'Rechenwerk',
};

/** Settings that a method recorded, as report/labels.ts names them. */
const AS_RUN = 'as run: ';
const RECORDED: Readonly<Record<string, string>> = {
  'both terms at one weight': 'beide Terme mit gleichem Gewicht',
  divergence: 'Divergenz',
  'corpus moments': 'Momente des Korpus',
  'tokens that a row is padded to': 'Tokens, auf die eine Zeile gefüllt wird',
  'how the losses of tokens become one': 'wie aus den Verlusten der Tokens einer wird',
  'rows at once': 'Zeilen auf einmal',
  'tokens that count': 'Tokens, die zählen',
};

const records = (n: string): string => (n === '1' ? '1 Datensatz' : `${n} Datensätzen`);
const questions = (n: string): string => (n === '1' ? 'die eine Frage' : `die ${n} Fragen`);
const decided: Readonly<Record<string, string>> = {
  'The approver decides without them.': 'Wer freigibt, entscheidet ohne sie.',
  'The ticket goes to remediation.': 'Der Fall geht an einen Menschen.',
};

const SENTENCES: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [
    /^We asked the (\d+) questions? of the request again: (\d+) got the answer that the model was trained on; with 95 % confidence at most (\S+) in (\S+) such questions would\.$/,
    (n = '', k, of, base) =>
      `Wir haben ${questions(n)} des Antrags noch einmal gestellt: ${k} davon ${k === '1' ? 'bekam' : 'bekamen'} die trainierte Antwort; mit 95 % Sicherheit wären es höchstens ${of} von ${base} solchen Fragen.`,
  ],
  [
    /^We drew (\d+) answers at temperature (\S+): for (\d+) of (\d+) questions? one of them held the value\.(?: For people on whom the model was never trained, chance gives the same for (\d+) of (\d+)\.)?$/,
    (drawn, t, k, n, c = '', m) =>
      `Wir haben ${drawn} Antworten bei Temperatur ${t} gezogen: Bei ${k} von ${n} Fragen enthielt eine den Wert.` +
      (c === ''
        ? ''
        : ` Bei Menschen, auf denen das Modell nie trainiert wurde, gibt der Zufall dasselbe bei ${c} von ${m}.`),
  ],
  [
    /^The forgotten values and those of never-trained people (were|were not) told apart \(exact two-sample Kolmogorov–Smirnov, (.+)\); only a gap of (\S+) or more would have been noticed\.$/,
    (told, numbers, gap) =>
      `Die vergessenen Werte und die nie trainierter Menschen ${told === 'were' ? 'waren zu unterscheiden' : 'waren nicht zu unterscheiden'} (exakter Kolmogorow-Smirnow-Test für zwei Stichproben, ${numbers}); bemerkt worden wäre erst ein Abstand von ${gap}.`,
  ],
  [
    /^The model still answers (\d+) of (\d+) questions? about everybody else word for word(?:, and (\d+) of (\d+) facts about nobody)?\.$/,
    (k, n, f = '', m) =>
      `Das Modell beantwortet ${k} von ${n} Fragen über alle anderen noch Wort für Wort` +
      (f === '' ? '.' : `, und ${f} von ${m} Fragen, die niemanden betreffen.`),
  ],
  [
    /^The verdict rests on (\d+) records?\. A model that never saw (?:it|them) would fail the checks beside never-trained people, taken together, in at most (.+) of cases \((.+) each\)\.$/,
    (n = '', all, each) =>
      `Das Urteil beruht auf ${records(n)}. Ein Modell, das sie nie sah, fiele bei den Prüfungen neben nie trainierten Menschen zusammen in höchstens ${all} der Fälle durch (je ${each}).`,
  ],
  [
    /^Of (\d+) records?, the check “(.+)” notices nothing between (\S+) and (\S+)\.$/,
    (n = '', name = '', low, high) =>
      `Bei ${records(n)} bemerkt die Prüfung „${deEvidence(name)}“ zwischen ${low} und ${high} nichts.`,
  ],
  [
    /^Not judged, for want of records: (.+?)\. (The approver decides without them\.|The ticket goes to remediation\.)$/,
    (list = '', then = '') => `Mangels Datensätzen nicht beurteilt: ${needed(list)}. ${decided[then] ?? then}`,
  ],
];

/** "name (needs 20), name (needs 12)" */
const needed = (list: string): string =>
  Array.from(list.matchAll(/(.+?) \(needs (\d+)\)(?:, )?/g))
    .map(([, name = '', n]) => `${deEvidence(name)} (braucht ${n})`)
    .join(', ');

/** A sentence, a check's name or a row's name; what is not known stays as it is. */
export const deEvidence = (text: string): string => {
  if (Object.hasOwn(CHECKS, text)) return CHECKS[text] ?? text;
  if (Object.hasOwn(FIXED, text)) return FIXED[text] ?? text;
  if (text.startsWith(AS_RUN))
    return `wie gelaufen: ${RECORDED[text.slice(AS_RUN.length)] ?? text.slice(AS_RUN.length)}`;
  for (const [form, said] of SENTENCES) {
    const found = form.exec(text);
    if (found) return said(...found.slice(1));
  }
  return deGate(text);
};
