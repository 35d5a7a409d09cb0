// German: the rule that a field of a form breaks. Source of the English: the schemas of the fields, and
// core/field-faults.ts. Trap: a rule of another field than a form has stays English; it is a rule for machines.
const RULES: Readonly<Record<string, string>> = {
  'a day such as 2027-03-01': 'ein Tag wie 2027-03-01',
  'a day or a month': 'ein Tag oder ein Monat',
  'a month such as 2026-11': 'ein Monat wie 2026-11',
  'an e-mail address': 'eine E-Mail-Adresse',
  'an address that begins with https:// or http://': 'eine Adresse, die mit https:// oder http:// beginnt',
  'no markup': 'keine Auszeichnungen wie <b>',
  'no control or direction characters': 'keine Steuer- oder Richtungszeichen',
  'no control or direction characters, and not blank': 'keine Steuer- oder Richtungszeichen, und nicht leer',
  'one line': 'eine Zeile',
  'one line of text': 'eine Zeile Text',
  'a letter or digit at least': 'mindestens ein Buchstabe oder eine Ziffer',
  'a few words': 'ein paar Worte',
  'a sentence that says why, at least 10 characters': 'ein Satz, der sagt, warum: mindestens 10 Zeichen',
  'rising numbers': 'aufsteigende Nummern',
  'a reference: Q- and 20 hexadecimal digits': 'eine Kennung: Q- und 20 hexadezimale Ziffern',
  'the id of a case': 'das Aktenzeichen eines Falls',
  'the id of a case, such as T-3k9x2m7q4d': 'das Aktenzeichen eines Falls, etwa T-3k9x2m7q4d',
  'a case’s id or how it begins, such as T-3k9x': 'das Aktenzeichen eines Falls oder sein Anfang, etwa T-3k9x',
  'the name of a model, such as support-chat': 'der Name eines Modells, etwa support-chat',
  'the name of an entity, such as acme-berlin': 'der Name einer Einheit, etwa acme-berlin',
  'a part of the answer, in any spelling of it': 'ein Teil der Antwort, in beliebiger Schreibweise',
  'a bundle (.zip) or a certificate (.json)': 'ein Nachweispaket (.zip) oder eine Bescheinigung (.json)',
  'a time that was': 'eine vergangene Zeit',
  'a time that is not yet to come': 'eine Zeit, die nicht in der Zukunft liegt',
  'a time in UTC, such as 2026-11-02T09:30:00.000Z': 'eine Zeit in UTC, etwa 2026-11-02T09:30:00.000Z',
  'a code of letters, digits, dot, dash and underscore, such as litigation':
    'ein Kürzel aus Buchstaben, Ziffern, Punkt und Strichen, etwa litigation',
  'lower-case letters, digits, dot, dash, underscore': 'Kleinbuchstaben, Ziffern, Punkt und Striche',
  'either an entity or a place': 'eine Gesellschaft oder ein Ort, nicht beides',
  'each once': 'jedes nur einmal',
  'not before since': 'nicht vor der Frage',
  'text of another form': 'Text in anderer Form',
  text: 'Text',
  'a number': 'eine Zahl',
  'a whole number': 'eine ganze Zahl',
  'true or false': 'ja oder nein',
  'a list': 'eine Liste',
  'an object': 'ein Objekt',
  'must be given: text': 'Text, und der fehlt',
  'must be given: an object': 'Angaben, und die fehlen',
  'must be given: a list': 'eine Liste, und die fehlt',
};

const FORMS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^a time from (\S+) to (\S+)$/, (from, to) => `eine Zeit von ${from} bis ${to}`],
  [/^a time from (\S+) on$/, (from) => `eine Zeit ab ${from}`],
  [/^a time up to (\S+)$/, (to) => `eine Zeit bis ${to}`],
  [/^(.+) counts since (\S+)$/, (law, day) => `${law} gilt seit ${day}`],
  [/^some of the numbers 1 to (\d+), not all$/, (n) => `einige der Nummern 1 bis ${n}, nicht alle`],
  [
    /^line (\d+) asks for the same person and model$/,
    (line) => `Zeile ${line} fragt für dieselbe Person und dasselbe Modell`,
  ],
];

export const deRule = (rule: string): string => {
  if (Object.hasOwn(RULES, rule)) return RULES[rule] ?? rule;
  for (const [form, said] of FORMS) {
    const found = form.exec(rule);
    if (found) return said(...found.slice(1));
  }
  return rule;
};
