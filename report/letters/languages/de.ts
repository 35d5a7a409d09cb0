// German.
import type { LetterWords } from '../words.ts';

export const de: LetterWords = {
  locale: 'de-DE',
  page: 'Seite',
  laws: { gdpr: 'DSGVO (Europäische Union)', 'swiss-fadp': 'DSG (Schweiz)' },
  titles: {
    acknowledgement: 'Ihr Antrag ist eingegangen',
    identity: 'Bitte weisen Sie sich aus',
    clarification: 'Eine Frage zu Ihrem Antrag',
    extension: 'Wir brauchen mehr Zeit für Ihren Antrag',
    refusal: 'Wir kommen Ihrem Antrag nicht nach',
    'partial-refusal': 'Wir kommen Ihrem Antrag zum Teil nach',
    completion: 'Ihr Antrag ist ausgeführt',
    hold: 'Ihr Antrag ruht',
    appeal: 'Ihr Widerspruch ist eingegangen',
  },
  greeting: (name) => (name === undefined ? 'Guten Tag,' : `Guten Tag, ${name},`),
  authorities: {
    ico: 'dem Information Commissioner’s Office (ICO)',
    supervisory: 'der Datenschutzaufsicht an Ihrem Wohnort, Ihrem Arbeitsplatz oder dort, wo Sie den Verstoß sehen',
    local: 'der für Sie zuständigen Datenschutzbehörde',
  },
  extensions: { complexity: 'der Antrag ist komplex', 'number-of-requests': 'es liegen viele Anträge vor' },
  refusals: {
    'identity-not-verified': 'wir konnten nicht feststellen, dass der Antrag von Ihnen ist',
    'no-match': 'nichts in den Trainingsdaten entspricht dem Antrag',
    abusive: 'der Antrag ist missbräuchlich',
  },
  holds: (code) => (code === 'litigation' ? 'einen Rechtsstreit' : 'eine Pflicht zur Aufbewahrung'),
  says: {
    reference: ({ ticketId }) => `Unser Fall: ${ticketId}. Bitte geben Sie ihn an, wenn Sie uns schreiben.`,
    received: ({ received }) => `Ihr Antrag auf Löschung ist am ${received} bei uns eingegangen.`,
    law: ({ law }) => `Er wird nach diesem Gesetz behandelt: ${law}.`,
    due: ({ due }) => `Sie erhalten unsere Antwort bis ${due}.`,
    verification: () =>
      'Bevor wir handeln, prüfen wir anhand dessen, was wir bereits von Ihnen wissen, wer Sie sind; mehr verlangen wir nur bei begründeten Zweifeln.',
    process: () =>
      'Wir suchen Ihre Daten in dem, womit das Modell trainiert wurde, halten solange Antworten über Sie zurück, lassen das Modell die Daten verlernen und prüfen das Ergebnis.',
    doubt: () => 'Der Weg, auf dem der Antrag uns erreicht hat, lässt begründete Zweifel daran, von wem er stammt.',
    'no-copy': () => 'Bitte senden Sie keine Kopie eines Ausweises.',
    question: ({ note }) => `Damit wir handeln können, beantworten Sie bitte dies: ${note}`,
    'new-date': ({ due }) => `Wir brauchen mehr Zeit und antworten bis ${due}.`,
    'extension-reason': ({ reason }) => `Der Grund: ${reason}.`,
    decision: () => 'Wir löschen nicht, was Sie zu löschen verlangt haben.',
    'decision-in-part': () => 'Wir löschen einen Teil dessen, was Sie verlangt haben, und lehnen das Übrige ab.',
    ground: ({ ground }) => `Der Rechtsgrund: ${ground}.`,
    facts: ({ note }) => `Dem liegt Folgendes zugrunde: ${note}`,
    kept: () => 'Was wir nicht löschen, behalten wir allein aus diesem Grund; alles andere wird gelöscht.',
    complaint: ({ authority }) => `Sie können sich bei ${authority} beschweren.`,
    court: () => 'Sie können auch vor Gericht gehen.',
    'complaint-to-us': ({ within }) =>
      `Sie können sich auch bei uns beschweren: Antworten Sie auf diesen Brief. Wir bestätigen eine Beschwerde binnen ${within} Tagen.`,
    appeal: ({ within }) =>
      `Sie können widersprechen: Antworten Sie auf diesen Brief und sagen Sie, warum. Binnen ${within} Tagen entscheidet jemand, der an dieser Entscheidung nicht beteiligt war.`,
    objection: () => 'Sie können widersprechen: Antworten Sie auf diesen Brief und sagen Sie, warum.',
    help: () => 'Auf Wunsch helfen wir Ihnen, diese Entscheidung zu verstehen.',
    done: ({ prompts, exact }) =>
      `Das Modell hat die Datensätze Ihres Antrags verlernt und wurde geprüft: Von ${prompts} Fragen dazu wurden ${exact} wie zuvor beantwortet.`,
    limits: () =>
      'Das ist eine Näherung. Es ist nicht dasselbe wie ein Modell, das ohne die Daten trainiert wurde, und wir versprechen nicht, dass sich nie etwas davon zurückholen lässt.',
    recipients: () =>
      'Wem wir die Daten weitergegeben hatten, wird unterrichtet, sofern das nicht unmöglich ist; auf Anfrage nennen wir Ihnen die Empfänger.',
    verify: () => 'Die Bescheinigung kann jeder ohne uns prüfen: Verlangen Sie sie unter unserer Fallnummer.',
    secret: ({ secret }) =>
      `Dieses Geheimnis beweist, dass die Bescheinigung Ihren Antrag betrifft; unser Exemplar vernichten wir: ${secret}`,
    hold: ({ holdFor }) =>
      `Die Daten werden für ${holdFor} gebraucht. Bis das endet, wird nichts gelöscht oder verlernt; Antworten über Sie bleiben zurückgehalten.`,
    review: ({ review }) => `Wir prüfen das bis ${review} erneut.`,
    'clock-runs': () => 'Die Frist für unsere Antwort läuft weiter.',
    'appeal-received': ({ appealed }) =>
      `Ihr Widerspruch ist am ${appealed} bei uns eingegangen. Ihn prüft jemand, der an der Entscheidung nicht beteiligt war.`,
    contact: () => 'Wenn Sie Fragen haben, antworten Sie auf diesen Brief.',
  },
};
