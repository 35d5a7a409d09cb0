// German: what the tables of the domain call an event, a verdict or a law, and how a date was counted. A ticket keeps
// the English steps of its count, as they are in its log; they are put into German when a page is shown.
// Trap: a law's own sentence is a reading of that law. The German is for those who work here; the words that count are
// those of the law's file.
import type { PauseReason } from '#core/counting.ts';
import type { ClockEvent } from '#core/deadlines.ts';
import { groundLabel, refusalLabel, regimeOf, type RegimeName } from '#core/regimes.ts';
import { deCounted, dePeriods } from './de-counted.ts';
import { deEvidence } from './de-evidence.ts';
import { legal } from './de-legal.ts';
import { deProtection } from './de-protection.ts';
import type { Done, enLaw } from './en-law.ts';

const PAUSED: Readonly<Record<PauseReason, string>> = {
  identity: 'bis nachgewiesen ist, wer fragt',
  clarification: 'bis geklärt ist, was gemeint ist',
  fee: 'bis die Gebühr bezahlt ist',
};
const EXTENDED = {
  complexity: 'weil der Antrag komplex ist',
  'number-of-requests': 'weil es viele Anträge sind',
} as const;

const clock = (event: ClockEvent): string => {
  if (event.type === 'extend') return `Frist verlängert, ${EXTENDED[event.reason]}`;
  if (event.type === 'pause') return `Frist angehalten, ${PAUSED[event.reason]}`;
  return { start: 'Frist begonnen', resume: 'Frist läuft weiter', appeal: 'mit dem Widerspruch neu begonnen' }[
    event.type
  ];
};

const LAWS: Readonly<Partial<Record<RegimeName, string>>> = {
  gdpr: 'DSGVO (Europäische Union)',
  'uk-gdpr': 'UK GDPR (Vereinigtes Königreich)',
  'swiss-fadp': 'DSG (Schweiz)',
  'brazil-lgpd': 'LGPD (Brasilien)',
  ccpa: 'CCPA (Kalifornien)',
  'india-dpdp': 'DPDP Act (Indien)',
  'south-africa-popia': 'POPIA (Südafrika)',
};

const ran = ({ ran: last }: Done): string =>
  last === undefined
    ? ''
    : `Das Verfahren ${last.method} hat die Gewichte in ${last.updates} ${last.updates === 1 ? 'Schritt' : 'Schritten'} verändert, um ${last.records === 1 ? 'den Datensatz' : `die ${last.records} Datensätze`} des Antrags zu verlernen`;

const done = (about: Done): string => {
  const { end } = about;
  const ended = end ? `Der Antrag ist ${end.status}, durch ${end.by} am ${end.day}: ${end.why}. ` : '';
  if (about.ran === undefined) return `${ended}Es wurde nichts verlernt.`;
  return about.serves
    ? `${ran(about)}; das Ergebnis wurde geprüft, von einer zweiten Person freigegeben und ist anstelle des früheren Modells in Betrieb.`
    : `${ended}${ran(about)}; das Ergebnis wurde geprüft und ist nicht in Betrieb.`;
};

export const deLaw: Omit<typeof enLaw, 'monthText'> = {
  codes: {
    events: {
      received: 'eingegangen',
      'identity-requested': 'Identitätsnachweis erbeten',
      'identity-verified': 'Identität geprüft',
      triaged: 'vorgeprüft',
      'subject-confirmed': 'von einer zweiten Person bestätigt, wessen Datensätze es sind',
      'exemption-raised': 'Ablehnung vorgeschlagen, eine zweite Person entscheidet',
      'request-viewed': 'Antrag von jemandem gelesen, der entscheidet',
      'forget-set-admitted': 'Datensätze angenommen',
      'output-suppressed': 'Antworten vorläufig zurückgehalten',
      'run-planned': 'Lauf geplant',
      unlearned: 'verlernt',
      evaluated: 'geprüft',
      approved: 'freigegeben',
      'approval-refused': 'Freigabe verweigert',
      'base-moved': 'zu wiederholen: eine andere Löschung ging zuerst in Betrieb',
      deployed: 'in Betrieb genommen',
      'served-verified': 'Modell in Betrieb befragt',
      'rolled-back': 'zurückgenommen',
      certified: 'bescheinigt',
      timestamped: 'Bescheinigung nachträglich mit Zeitstempel versehen, die Stelle war nicht erreichbar',
      notified: 'Person unterrichtet',
      purged: 'Falldaten vernichtet',
      recertified: 'erneut geprüft',
      'approval-key-ended': 'der Schlüssel der Freigabe ist beendet',
      'service-key-ended': 'der Schlüssel des Dienstes ist beendet',
      'log-key-ended': 'der Schlüssel des Protokolls ist beendet',
      extended: 'Frist verlängert',
      'clock-paused': 'Person um etwas gebeten',
      'clock-resumed': 'Person hat geantwortet',
      'letter-written': 'Brief an die Person geschrieben',
      'letter-sending': 'Brief dem Maildienst übergeben',
      'letter-sent': 'Antwort des Maildienstes zu einem Brief',
      'hold-placed': 'angehalten',
      'hold-released': 'wieder freigegeben',
      'act-proposed': 'vorgeschlagen, eine zweite Person entscheidet',
      closed: 'ohne Verlernen geschlossen',
      failed: 'durch einen Fehler gestoppt',
      resumed: 'fortgesetzt',
      acknowledged: 'Eingang bestätigt',
      'recipient-told': 'ein Empfänger der Daten unterrichtet, oder warum nicht',
      linked: 'mit einem anderen Fall verknüpft',
      assigned: 'jemandem übergeben, der sich kümmert',
      commented: 'Notiz geschrieben',
      attached: 'Datei zum Fall gelegt',
      'partly-refused': 'zum Teil abgelehnt',
      appealed: 'Widerspruch gegen die Ablehnung',
      'appeal-decided': 'über den Widerspruch entschieden',
    },
    clock,
    verdicts: {
      pass: 'bestanden',
      remediation: 'ein Mensch entscheidet',
      fail: 'nicht bestanden',
      not_available: 'nicht messbar',
    },
    stops: {
      'stop-rule': 'die Stoppregel war erfüllt',
      'update-limit': 'die Höchstzahl der Schritte war erreicht',
      'trained-anew': 'das Rezept wurde bis zum Ende ausgeführt',
      landed: 'die Stoppregel war erfüllt; der letzte Schritt ging zu weit und wurde zum Teil zurückgenommen',
    },
    channels: {
      web: 'ein Formular im Netz',
      api: 'die Schnittstelle',
      'e-mail': 'E-Mail',
      post: 'Post',
      phone: 'Telefon',
      'in-person': 'ein Besuch',
      agent: 'eine Vertretung mit Vollmacht',
      wallet: 'eine Identitäts-Wallet',
    },
    again: { never: 'noch keine', current: 'aktuell', lapsed: 'abgelaufen', drifted: 'das Modell hat sich geändert' },
  },
  law: {
    name: (regime) => LAWS[regime] ?? regimeOf(regime).label,
    ground: (regime, code) => legal(groundLabel(regime, code)),
    refusal: (regime, code) => legal(refusalLabel(regime, code)),
    period: dePeriods,
    counted: (steps) => steps.map(deCounted).join('; '),
  },
  protection: deProtection,
  evidenceText: deEvidence,
  signedText:
    'Unterschrieben ist die englische Fassung im Prüfbericht; hier steht sie auf Deutsch, mit denselben Zahlen.',
  done,
  history: {
    events: 'Was im Fall geschah; jede Zeile steht im signierten Protokoll',
    eventColumns: ['Nr.', 'Zeit', 'was', 'Blatt'],
    notYet: 'noch nicht',
    attempts: 'Versuche zu verlernen, die Leiter der Richtlinie hinauf',
    attemptColumns: [
      'Versuch',
      'Stufe',
      'Verfahren',
      'Einstellungen',
      'Schritte',
      'beendet, weil',
      'Ergebnis',
      'nicht bestandene Prüfungen',
    ],
  },
};
