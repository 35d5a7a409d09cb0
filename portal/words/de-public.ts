// German: the pages for everybody, who have no account and no lawyer at hand.
import type { enPublic } from './en-public.ts';

export const dePublic: typeof enPublic = {
  ask: {
    title: 'Vergessen werden',
    lead: 'Hier beantragen Sie bei einer Organisation, dass ein Sprachmodell vergisst, was es über Sie oder über jemanden weiß, für den Sie handeln. Sie brauchen kein Konto.',
    noCopies:
      'Die Frist für die Antwort beginnt, wenn Sie absenden. Ist zweifelhaft, wer Sie sind, werden Sie um einen Nachweis gebeten; bitte schicken Sie hier keine Ausweiskopie.',
    about: 'Welche Organisation oder welches Modell',
    aboutHint: 'Wie Sie es kennen, zum Beispiel der Name des Dienstes, mit dem Sie gesprochen haben.',
    name: 'Name der Person',
    nameHint: 'Die Person, deren Daten vergessen werden sollen.',
    aliases: 'Andere Namen',
    oneALine: 'Je Zeile einer: frühere Namen, Schreibweisen, Pseudonyme.',
    identifiers: 'Woran die Person sonst zu erkennen ist',
    identifiersHint: 'E-Mail-Adresse, Telefon- oder Kundennummer; je Zeile eine.',
    what: 'Was vergessen werden soll',
    whatHint: 'In eigenen Worten. Zitieren Sie, was das Modell sagt, wenn Sie es wissen.',
    reply: 'Wie Sie zu erreichen sind',
    replyHint: 'E-Mail- oder Postadresse für die Antwort.',
    country: 'Wo die Person lebt',
    countryHint: 'Das Recht dieses Landes bestimmt Frist und Gründe.',
    minor: 'Die Person ist ein Kind',
    agent: 'Wenn Sie für jemand anderen fragen',
    agentName: 'Ihr Name',
    mandate: 'Ihre Vollmacht',
    send: 'Antrag absenden',
    done: 'Ihr Antrag ist eingegangen',
    doneText:
      'Jemand wird ihn lesen. Was Sie geschrieben haben, ist verschlüsselt und wird nur von denen gelesen, die solche Anträge bearbeiten.',
    reference: 'Aktenzeichen',
    secret: 'Geheimnis',
    secretText:
      'Mit beidem sehen Sie, wie es um Ihren Antrag steht. Schreiben Sie es jetzt auf: Das Geheimnis wird nicht noch einmal gezeigt, und niemand kann es für Sie nachsehen.',
    toStatus: 'Stand der Dinge',
  },
  standing: {
    title: 'Stand eines Antrags',
    lead: 'Mit dem Aktenzeichen und dem Geheimnis, die Sie beim Absenden bekommen haben.',
    reference: 'Aktenzeichen',
    secret: 'Geheimnis',
    send: 'Nachsehen',
    unknown: 'Kein Antrag hat dieses Aktenzeichen und dieses Geheimnis',
    received: 'Eingegangen',
    due: 'Antwort spätestens',
    ended: 'Beendet',
    states: {
      waiting: { title: 'Er ist eingegangen', text: 'Jemand wird ihn lesen. Die Frist für die Antwort läuft.' },
      'no-request': {
        title: 'Er wurde gelesen und ist kein Antrag auf Vergessen',
        text: 'Was Sie geschrieben hatten, wurde vernichtet. Sehen Sie es anders, so fragen Sie noch einmal und sagen Sie, was vergessen werden soll.',
      },
      duplicate: {
        title: 'Derselbe Antrag ist schon da',
        text: 'Er läuft unter dem Aktenzeichen weiter, das Sie zuerst bekommen haben. Was Sie beim zweiten Mal geschrieben haben, wurde vernichtet.',
      },
      examined: {
        title: 'Er wird geprüft',
        text: 'Wer ihn bearbeitet, sieht sich an, was Sie verlangen und aus welchem Grund.',
      },
      identity: {
        title: 'Ein Nachweis, wer Sie sind, steht aus',
        text: 'Sie wurden darum gebeten. Solange er aussteht, geht es nicht weiter.',
      },
      asked: {
        title: 'Eine Antwort von Ihnen steht aus',
        text: 'Sie haben eine Frage zu Ihrem Antrag bekommen. Sobald Sie antworten, geht es weiter.',
      },
      'at-work': {
        title: 'Er wird bearbeitet',
        text: 'Das Modell wird geändert und geprüft, oder jemand entscheidet über das Ergebnis.',
      },
      'on-hold': {
        title: 'Er ruht',
        text: 'Es gibt einen rechtlichen Grund, die Daten vorerst zu behalten. Sie haben ein Schreiben dazu bekommen.',
      },
      appealed: {
        title: 'Über Ihren Widerspruch wird entschieden',
        text: 'Das tut jemand, der an der Ablehnung keinen Anteil hatte.',
      },
      completed: {
        title: 'Er ist erledigt',
        text: 'Das geänderte Modell ist in Betrieb. Im Schreiben steht, was getan und geprüft wurde und was sich nicht versprechen lässt.',
      },
      refused: { title: 'Er wurde abgelehnt', text: 'Im Schreiben steht, warum, und was Sie dagegen tun können.' },
      withdrawn: { title: 'Er wurde zurückgenommen', text: 'Es geschieht nichts mehr.' },
      cancelled: { title: 'Er wurde abgebrochen', text: 'Im Schreiben steht, warum. Sie können neu fragen.' },
      expired: { title: 'Er ist verfallen', text: 'Eine nötige Antwort kam nie. Sie können neu fragen.' },
    },
  },
  inbox: {
    title: 'Anträge von außen',
    none: 'Kein Antrag wartet darauf, angenommen zu werden.',
    lead: 'Sie kamen über die öffentliche Seite oder aus dem System eines anderen Unternehmens, der älteste zuerst. Die Frist des Gesetzes läuft seit ihrem Eingang.',
    table: 'Warten darauf, angenommen zu werden',
    reference: 'Aktenzeichen',
    received: 'Eingegangen',
    one: 'Ein Antrag von außen',
    oneLead: 'Wer ihn annimmt, bekommt den Entwurf eines Falls, den er prüft und anlegt. Bis dahin bleibt er hier.',
    take: 'Annehmen',
    aside: 'Gar kein Antrag?',
    asideText:
      'Nur was nichts verlangt oder schon da ist, wird beiseitegelegt; was geschrieben wurde, wird vernichtet, und der Absender liest es auf der Seite zum Stand. Alles andere wird ein Fall, den nur zwei ablehnen.',
    reasons: { 'no-request': 'Er verlangt nichts', duplicate: 'Er ist schon da' },
    sentBy: 'Gesendet von',
    protocols: { 'data-rights-protocol': 'Data Rights Protocol', 'open-dsr': 'OpenDSR' },
  },
  check: {
    title: 'Eine Bescheinigung prüfen',
    lead: 'Geben Sie das Nachweispaket (.zip) oder die Bescheinigung (.json) hinein, die Sie bekommen haben. Es wird gelesen, geprüft und vergessen; nichts davon bleibt hier.',
    file: 'Nachweispaket oder Bescheinigung',
    fileHint: 'Eine Zip-Datei von höchstens 8 MB, oder die Bescheinigung allein.',
    keys: 'Schlüssel, die Sie auf anderem Weg bekommen haben',
    keysHint:
      'Auf Papier, am Telefon oder von der Website des Verantwortlichen: JSON, Schlüsselzeilen oder PEM. Ohne sie gelten die Schlüssel, die hier veröffentlicht sind.',
    send: 'Prüfen',
    alone:
      'Eine Prüfung durch den, der geprüft wird, beweist wenig. Auf einem eigenen Rechner, ohne Netz (der Befehl ist englisch):',
    valid: {
      bundle: 'Nichts in diesem Nachweispaket schlägt fehl',
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
