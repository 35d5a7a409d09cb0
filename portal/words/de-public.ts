// German: the pages for everybody, who have no account and no lawyer at hand.
import type { enPublic } from './en-public.ts';

export const dePublic: typeof enPublic = {
  check: {
    title: 'Eine Bescheinigung prüfen',
    lead: 'Geben Sie das Bündel (.zip) oder die Bescheinigung (.json) hinein, die Sie bekommen haben. Es wird gelesen, geprüft und vergessen; nichts davon bleibt hier.',
    file: 'Bündel oder Bescheinigung',
    fileHint: 'Eine Zip-Datei von höchstens 8 MB, oder die Bescheinigung allein.',
    keys: 'Schlüssel, die Sie auf anderem Weg bekommen haben',
    keysHint:
      'Auf Papier, am Telefon oder von der Website des Verantwortlichen: JSON, Schlüsselzeilen oder PEM. Ohne sie gelten die Schlüssel, die hier veröffentlicht sind.',
    send: 'Prüfen',
    alone:
      'Eine Prüfung durch den, der geprüft wird, beweist wenig. Auf einem eigenen Rechner, ohne Netz (der Befehl ist englisch):',
    valid: {
      bundle: 'Nichts in diesem Bündel schlägt fehl',
      certificate: 'Nichts an dieser Bescheinigung schlägt fehl',
    },
    invalid: 'Das ist nicht gültig',
    whose: {
      given: 'Die Unterschriften wurden mit den Schlüsseln geprüft, die Sie angegeben haben.',
      published:
        'Die Unterschriften wurden mit den Schlüsseln geprüft, die hier veröffentlicht sind. Dass es die des Verantwortlichen sind, müssen Sie auf anderem Weg erfahren.',
    },
    outcomes: {
      completed: 'Es ist eine Bescheinigung des Verlernens: Sie sagt, was getan und geprüft wurde, und was nicht.',
      refused: 'Es geht um einen Antrag, der abgelehnt wurde. Über ein Modell ist nichts bescheinigt.',
      withdrawn: 'Es geht um einen Antrag, der zurückgenommen wurde. Über ein Modell ist nichts bescheinigt.',
      cancelled: 'Es geht um einen Antrag, der abgebrochen wurde. Über ein Modell ist nichts bescheinigt.',
      expired: 'Es geht um einen Antrag, zu dem eine nötige Antwort nie kam. Über ein Modell ist nichts bescheinigt.',
    },
    table: 'Was geprüft wurde',
    check: 'Prüfung',
    state: 'Befund',
    detail: 'Einzelheit (englisch)',
    states: { holds: 'trifft zu', fails: 'schlägt fehl', 'not-checked': 'nicht geprüft' },
  },
};
