// German: what an error expected, found and advises, where a form or a page of the portal shows it. Source of the
// English: the errors of functions/ and core/. Trap: advice that names a command stays as it is; it is for whoever
// types it, and the page marks it as English.
import { ERROR_CODES, type ErrorCode } from '#core/errors.ts';
import { deErrors } from './de-errors.ts';
import { deRule } from './de-rules.ts';

const SAID: Readonly<Record<string, string>> = {
  'file one ticket a person': 'je Person einen Fall anlegen',
  'at least 1 record': 'mindestens 1 Datensatz',
  'list what the model was trained on about the person under forget.records':
    'unter „Datensätze“ angeben, womit das Modell über die Person trainiert wurde',
  'list the records that are about the person who asks': 'die Datensätze angeben, die von der fragenden Person handeln',
  'list the records that hold the personal facts themselves':
    'die Datensätze angeben, in denen die persönlichen Angaben selbst stehen',
  'each question with its answer once': 'jede Frage mit ihrer Antwort einmal',
  'leave the later ones out; where an answer holds two values, mark the one that matters most':
    'die späteren weglassen; enthält eine Antwort zwei Werte, den wichtigeren als Wert angeben',
  'a letter, a digit or a sign that means something': 'ein Buchstabe, eine Ziffer oder ein Zeichen, das etwas bedeutet',
  'what this answer tells, not a word or letter that any answer has':
    'was diese Antwort sagt, nicht ein Wort oder Buchstabe, den jede Antwort hat',
  'what the answer adds to the name that its question says': 'was die Antwort dem Namen in der Frage hinzufügt',
  'mark what the answer tells about the person, as it stands there, or leave value out':
    'als Wert angeben, was die Antwort über die Person sagt, so wie es dort steht, oder keinen Wert angeben',
  'question and answer exactly as in the training data': 'Frage und Antwort genau wie in den Trainingsdaten',
  'copy the records from the training data, or check that this is the right model':
    'die Datensätze aus den Trainingsdaten kopieren, oder prüfen, ob es das richtige Modell ist',
  'records that name the subject, or that the training data has as theirs':
    'Datensätze, die die Person nennen oder laut Trainingsdaten ihre sind',
  'add the names and identifiers that the rows know the person by under subject, take the records out, or give a reason as subjectReason: a second person must then confirm it':
    'Namen und Kennungen ergänzen, unter denen die Zeilen die Person führen, die Datensätze weglassen, oder angeben, warum sie anders genannt ist: Eine zweite Person muss das dann bestätigen',
  'is empty': 'ist leer',
  'a second person': 'eine zweite Person',
  'the role approver': 'jemand, der entscheidet',
  'a proposal of the same act by another person': 'ein Vorschlag desselben durch eine andere Person',
  'withdraw it, and file a ticket with the records that are to be forgotten':
    'den Fall zurückziehen und einen mit den Datensätzen anlegen, die vergessen werden sollen',
  'another person with the role, who has looked at it': 'eine andere Person mit dieser Rolle, die es angesehen hat',
  'a case that is refused, or a part of it, on the ground that the letter names':
    'ein Fall, der ganz oder zum Teil aus dem Grund abgelehnt ist, den das Schreiben nennt',
  'write the letter again once it is decided': 'das Schreiben noch einmal verfassen, sobald entschieden ist',
  'another letter': 'ein anderes Schreiben',
  'mail in the settings of the installation': 'ein Maildienst in den Einstellungen der Installation',
  'take the letter from the vault and send it yourself, or see docs/letters.md':
    'das Schreiben hier abrufen und selbst versenden',
  'take the letter from the vault and send it the way in which the request came':
    'das Schreiben hier abrufen und auf dem Weg versenden, auf dem der Antrag kam',
  'look up the id of its message at the mail service before it is sent again':
    'die Kennung der Nachricht beim Maildienst nachschlagen, bevor es noch einmal hinausgeht',
  'one e-mail address among the identifiers of the request': 'eine E-Mail-Adresse unter den Kennungen des Antrags',
  'the text that the log commits to': 'der Text, auf den sich das Protokoll festgelegt hat',
  'write the letter again and send that one': 'das Schreiben neu verfassen und dieses versenden',
  'look at it again, and decide on that': 'noch einmal ansehen und darüber entscheiden',
  'the passphrase of the key': 'die Passphrase des Schlüssels',
  'a certificate, or a request that was refused, withdrawn or cancelled':
    'eine Bescheinigung, oder ein abgelehnter, zurückgezogener oder stornierter Antrag',
  'its last events enter the log with the next run of a workflow; ask again after that':
    'seine letzten Ereignisse kommen mit dem nächsten Schritt ins Protokoll; dann noch einmal',
  'a ticket that is open': 'ein offener Fall',
  'what remains is the log, the evidence and the report; the requester holds the secret that opens the commitment':
    'was bleibt, sind Protokoll, Nachweise und Bericht; die Person hat das Geheimnis, mit dem sich ihr Antrag beweisen lässt',
  'PDF, PNG, JPEG or plain text in UTF-8': 'PDF, PNG, JPEG oder einfacher Text in UTF-8',
  'rename it, or export it again as what it is called':
    'umbenennen, oder noch einmal als das speichern, wonach sie heißt',
  'an act that the page of the case offers': 'etwas, das die Seite des Falls anbietet',
  'reference and secret': 'Kennung und Geheimnis',
  'a bundle or a certificate': 'ein Nachweispaket oder eine Bescheinigung',
  'throw the draft away': 'den Entwurf verwerfen',
  'correct the list; nothing was stored': 'die Liste berichtigen; gespeichert wurde nichts',
  'the list has no row': 'die Liste hat keine Zeile',
  'a line with the columns, and one for each request': 'eine Zeile mit den Spalten, und je Antrag eine',
  'the list is no text': 'die Liste ist kein Text',
  'a file of comma-separated values (CSV)': 'eine Datei mit getrennten Werten (CSV)',
  'two columns have one name': 'zwei Spalten heißen gleich',
  'each column once': 'jede Spalte einmal',
  'true or false, or nothing': 'ja oder nein, oder nichts',
  'as many cells as the heading has names, quoted where a cell holds the separator':
    'so viele Zellen, wie der Kopf Namen hat, in Anführungszeichen, wo eine das Trennzeichen enthält',
  'send it as passphrase, or on the command line by --key-file FILE or QUITTANCE_PASSPHRASE':
    'die Passphrase in ihr Feld eintragen',
  'file one ticket a person; of a person with more records several, each for a part: quittance ticket find --accept ID,ID…':
    'je Person einen Fall anlegen; bei mehr Datensätzen mehrere Fälle, jeden für einen Teil',
  'docs/regimes.md says what is known of it and what counsel is to look at':
    'was bekannt ist und was anwaltlich zu klären bleibt, steht in docs/regimes.md',
  'a wait that has begun': 'ein Warten, das begonnen hat',
  'proof of identity is recorded with: quittance ticket identity':
    'ein Identitätsnachweis gehört unter „Identität eintragen“',
  'send another Idempotency-Key with another request; nothing was changed':
    'das Formular neu öffnen; geändert wurde nichts',
  'a day or a time of the installation’s place, such as 2026-11-02 or 2026-11-02 09:30':
    'ein Tag oder eine Zeit am Ort der Installation, etwa 2026-11-02 oder 2026-11-02 09:30',
};

const LEVELS: Readonly<Record<string, string>> = { low: 'niedrig', substantial: 'substanziell', high: 'hoch' };
const LINES: Readonly<Record<string, string>> = {
  'has not as many cells as the heading': 'hat nicht so viele Zellen wie der Kopf',
  'has a quotation mark that is never closed': 'hat ein Anführungszeichen, das nicht geschlossen wird',
  'has something between a closing quotation mark and the separator':
    'hat etwas zwischen einem schließenden Anführungszeichen und dem Trennzeichen',
  'is too long for a row': 'ist zu lang',
  'is no line of the table': 'ist keine Zeile der Tabelle',
};

const recordsOf = (list: string): string => `${/[,–]/.test(list) ? 'Datensätze' : 'Datensatz'} ${list}`;

const FORMS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^level (\S+) under \S+$/, (level = '') => `Vertrauensniveau „${LEVELS[level] ?? level}“ nach diesem Gesetz`],
  [/^another person than (.+)$/, (names) => `jemand anderes als ${names}`],
  [/^at most (\S+ %) such records$/, (share) => `höchstens ${share} solche Datensätze`],
  [/^at most (\d+) bytes$/, (n) => `höchstens ${n} Byte`],
  [/^at most (\d+) in (\d+) minutes$/, (n, minutes) => `höchstens ${n} in ${minutes} Minuten`],
  [/^at most (\d+) at a time$/, (n) => `höchstens ${n} auf einmal`],
  [/^at most (\d+)( characters)?$/, (n, letters = '') => `höchstens ${n}${letters === '' ? '' : ' Zeichen'}`],
  [/^at least (\d+)( characters)?$/, (n, letters = '') => `mindestens ${n}${letters === '' ? '' : ' Zeichen'}`],
  [
    /^a passphrase of your choice, (\d+) characters or more$/,
    (n) => `eine Passphrase Ihrer Wahl, mindestens ${n} Zeichen`,
  ],
  [
    /^see 'quittance ticket show (\S+)'; nothing was stored, and once it is closed this can be filed$/,
    (id) => `siehe Fall ${id}; gespeichert wurde nichts, und sobald jener geschlossen ist, kann dieser angelegt werden`,
  ],
  [/^let two people release it first: .+$/, () => 'zuerst müssen zwei Personen ihn wieder freigeben'],
  [
    /^nothing was decided; a passphrase that is lost takes its key with it: .+$/,
    () =>
      'entschieden wurde nichts; mit einer verlorenen Passphrase ist auch ihr Schlüssel verloren: Wer das System betreibt, setzt ihn außer Kraft, und die nächste Entscheidung erzeugt einen neuen',
  ],
  [
    /^wait until 'quittance ticket show \S+' says COMPLETED: a certificate is issued then$/,
    () => 'abwarten, bis der Fall abgeschlossen ist: Dann wird eine Bescheinigung ausgestellt',
  ],
  [
    /^a time from (\S+) to (\S+), and identity only until it is verified$/,
    (from, to) => `eine Zeit von ${from} bis ${to}; ein Identitätsnachweis nur, bis er geführt ist`,
  ],
  [
    /^a time from (\S+) to (\S+), of clarification or fee$/,
    (from, to) => `eine Zeit von ${from} bis ${to}, für die Klarstellung oder die Gebühr`,
  ],
  [/^a question what is meant, in .+$/, () => 'eine Rückfrage, was gemeint ist, solange nichts Neues in Betrieb ist'],
  [/^version (\d+)$/, (n) => `Fassung ${n}`],
  [/^(\S+) or later$/, (day) => `${day} oder später`],
  [/^by (\d{4}-\d{2}-\d{2})$/, (day) => `bis zum ${day}`],
  [/^records? ([\d–, ]+)$/, recordsOf],
  [/^records? ([\d–, ]+) of another person$/, (list = '') => `${recordsOf(list)}: von einer anderen Person`],
  [
    /^records? ([\d–, ]+) of nobody that the request names$/,
    (list = '') => `${recordsOf(list)}: von niemandem, den der Antrag nennt`,
  ],
  [
    /^records? ([\d–, ]+) that the model itself revealed$/,
    (list = '') => `${recordsOf(list)}: vom Modell selbst preisgegeben`,
  ],
  [
    /^(\d+) hold, (\d+) fail((?: \(.+?\))?), (\d+) not checked((?: \(.+\))?)$/,
    (held, failed, which, open, named) =>
      `${held} treffen zu, ${failed} schlagen fehl${which}, ${open} nicht geprüft${named}`,
  ],
  [/^one of (.+)$/, (list) => `eines von ${list}`],
  [
    /^(record \d+ is record \d+(?:, record \d+ is record \d+)*)$/,
    (pairs = '') => pairs.replaceAll(/record (\d+) is record (\d+)/g, 'Datensatz $1 ist Datensatz $2'),
  ],
  [/^columns: (.+)$/, (list) => `Spalten: ${list}`],
  [/^column (\d+) has a name that is not known$/, (n) => `Spalte ${n} hat einen unbekannten Namen`],
  [/^there is no column (.+)$/, (names) => `es fehlt die Spalte ${names}`],
  [/^the list has (\d+) rows$/, (n) => `die Liste hat ${n} Zeilen`],
  [/^a cell of column (\S+) is neither yes nor no$/, (name) => `in Spalte ${name} steht weder ja noch nein`],
  [/^line (\S+) ((?:has|is) .+)$/, (line, what = '') => `Zeile ${line} ${LINES[what] ?? what}`],
  [
    /^a name that ends in (.+), as the bytes are (.+)$/,
    (endings, kind) => `ein Name, der auf ${endings} endet, denn der Inhalt ist ${kind}`,
  ],
  [
    /^a request that was received on (\S+) or later \((.+)\)$/,
    (day, source) => `ein Antrag, der ab dem ${day} einging (${source})`,
  ],
];

/** Before what they are put, where several are told in one line (functions/bulk-faults.ts). */
const HEADS: readonly (readonly [english: string, german: string])[] = [
  ['expected: ', 'erwartet: '],
  ['found: ', 'gefunden: '],
];

/** The keys are those of the table itself. */
const CODES = new Map(Object.entries(ERROR_CODES).map(([code, text]) => [text as string, code as ErrorCode]));

const whole = (text: string): string => {
  const code = CODES.get(text);
  if (code !== undefined) return deErrors[code];
  if (Object.hasOwn(SAID, text)) return SAID[text] ?? text;
  for (const [form, said] of FORMS) {
    const found = form.exec(text);
    if (found) return said(...found.slice(1));
  }
  return deRule(text);
};

const split = (text: string): readonly [head: string, rest: string] => {
  const [english, german] = HEADS.find(([head]) => text.startsWith(head)) ?? ['', ''];
  return [german, text.slice(english.length)];
};

/** undefined: not known. */
const one = (text: string): string | undefined => {
  const [head, rest] = split(text);
  const said = whole(rest);
  return said === rest ? undefined : `${head}${said}`;
};

/** One sentence, or several behind one another, of which some hold the mark between them; what is not known stays. */
export const deSaid = (text: string): string => {
  const said = one(text);
  if (said !== undefined) return said;
  for (let at = text.lastIndexOf('; '); at > 0; at = text.lastIndexOf('; ', at - 1)) {
    const known = one(text.slice(0, at));
    if (known !== undefined) return `${known}; ${deSaid(text.slice(at + 2))}`;
  }
  const [head, rest] = split(text);
  const at = rest.indexOf('; ');
  return at < 0 ? `${head}${rest}` : `${head}${rest.slice(0, at)}; ${deSaid(rest.slice(at + 2))}`;
};
