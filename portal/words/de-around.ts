// German: what is done around a case.
import type { enAround } from './en-around.ts';

export const deAround: typeof enAround = {
  acts: {
    'refuse-part': {
      button: 'Teilweise ablehnen',
      title: 'Einen Teil des Antrags ablehnen',
      lead: 'Einige Datensätze bleiben, aus einem Grund, den das Gesetz kennt; die anderen werden verlernt. Dazu braucht es zwei.',
      send: 'Diese Datensätze ablehnen',
    },
    appeal: {
      button: 'Die Person widerspricht',
      title: 'Die Person widerspricht der Ablehnung',
      lead: 'Solange der Widerspruch offen ist, wird nichts vernichtet. Es entscheidet, wer an der Ablehnung nicht beteiligt war. Wurde ein Teil abgelehnt, läuft der Rest weiter.',
      send: 'Widerspruch eintragen',
    },
    'decide-appeal': {
      button: 'Über den Widerspruch entscheiden',
      title: 'Über den Widerspruch entscheiden',
      lead: 'Sie waren an der Ablehnung nicht beteiligt. Geben Sie statt, läuft der Fall weiter, wo er abgelehnt wurde; Datensätze eines Teils kommen zu den anderen zurück, bis diese zugelassen sind, und sind danach ein neuer Fall.',
      send: 'Entscheiden',
    },
    expire: {
      button: 'Es kam keine Antwort',
      title: 'Fall schließen, weil keine Antwort kam',
      lead: 'Die Person wurde um etwas gebeten und hat es nie geschickt. Wer den Fall angelegt hat, darf das allein; sonst braucht es zwei.',
      send: 'Fall schließen',
    },
    acknowledge: {
      button: 'Eingang bestätigt',
      title: 'Der Person wurde der Eingang bestätigt',
      lead: 'Einige Gesetze verlangen das binnen Tagen; der Tag darf zurückliegen.',
      send: 'Eintragen',
    },
    'tell-recipient': {
      button: 'Empfänger unterrichtet',
      title: 'Ein Empfänger der Daten wurde unterrichtet',
      lead: 'Wem die Daten weitergegeben wurden, erfährt von ihrem Ende, es sei denn, das ist unmöglich oder unverhältnismäßig.',
      send: 'Eintragen',
    },
    assign: {
      button: 'Wer sich kümmert',
      title: 'Wer sich um diesen Fall kümmert',
      lead: 'Wer was darf, ändert sich dadurch nicht.',
      send: 'Eintragen',
    },
    link: {
      button: 'Fall verknüpfen',
      title: 'Einen anderen Fall verknüpfen',
      lead: 'Derselben Person oder derselben Sache.',
      send: 'Verknüpfen',
    },
  },
  fields: {
    records: 'Nummern der Datensätze',
    recordsHint: (n) => `Wie der Antrag sie aufführt, von 1 bis ${n}, etwa 1, 3. Nicht alle.`,
    on: (zone) => `Wann (${zone})`,
    recipient: 'Empfänger',
    how: 'Wie es ausging',
    ticket: 'Aktenzeichen des anderen Falls',
    assignee: 'Person',
    assigneeHint: 'So, wie sie sich anmeldet. Leer: niemand im Besonderen.',
    outcome: 'Entscheidung',
  },
  proposals: {
    'partly-refused': 'einen Teil des Antrags ablehnen',
    expired: 'den Fall mangels Antwort schließen',
  },
  lists: {
    moreActs: 'Was es an diesem Fall noch zu tun gibt',
    expiries: { 'no-answer': 'es kam keine Antwort', 'fee-not-paid': 'das Entgelt wurde nicht gezahlt' },
    toldHow: { told: 'unterrichtet', 'not-possible': 'nicht oder nur unverhältnismäßig möglich' },
    appealOutcomes: { granted: 'stattgegeben: der Antrag wird ausgeführt', upheld: 'die Ablehnung bleibt' },
  },
};
