// German: grounds and refusals of the laws, from the English of their files (core/regimes). The place in the law stands
// before the colon and stays; what the place is about is said in German.
const SAID: Readonly<Record<string, string>> = {
  'unnecessary or excessive data, or unlawful processing':
    'unnötige oder übermäßige Daten, oder unrechtmäßige Verarbeitung',
  'data that was processed with consent': 'Daten, die mit Einwilligung verarbeitet wurden',
  'a ground to keep the data': 'ein Grund, die Daten zu behalten',
  'the identity of the requester was not verified':
    'die Identität der antragstellenden Person wurde nicht nachgewiesen',
  'nothing in the training data matches the request': 'nichts in den Trainingsdaten entspricht dem Antrag',
  'the request is abusive': 'der Antrag ist missbräuchlich',
  'the right to delete': 'das Recht auf Löschung',
  'needed for a transaction or service that the person asked for':
    'nötig für ein Geschäft oder einen Dienst, den die Person wollte',
  'security and integrity': 'Sicherheit und Integrität',
  'finding and repairing errors': 'Fehler finden und beheben',
  'free speech': 'freie Meinungsäußerung',
  'Electronic Communications Privacy Act': 'Electronic Communications Privacy Act',
  'research in the public interest': 'Forschung im öffentlichen Interesse',
  'internal uses that the person expects': 'interne Nutzung, mit der die Person rechnet',
  'a legal obligation': 'eine rechtliche Verpflichtung',
  'data or use outside the act': 'Daten oder Nutzung außerhalb des Gesetzes',
  'the right to delete personal data': 'das Recht auf Löschung personenbezogener Daten',
  'an exemption of the act': 'eine Ausnahme des Gesetzes',
  'the data is no longer necessary for its purpose': 'die Daten sind für ihren Zweck nicht mehr notwendig',
  'consent was withdrawn': 'die Einwilligung wurde widerrufen',
  'objection to the processing': 'Widerspruch gegen die Verarbeitung',
  'the data was processed unlawfully': 'die Daten wurden unrechtmäßig verarbeitet',
  'a legal obligation to erase': 'eine rechtliche Verpflichtung zur Löschung',
  'collected from a child by an online service': 'von einem Kind durch einen Online-Dienst erhoben',
  'freedom of expression and information': 'Freiheit der Meinungsäußerung und Information',
  'a legal obligation or a task in the public interest':
    'eine rechtliche Verpflichtung oder eine Aufgabe im öffentlichen Interesse',
  'public health': 'öffentliche Gesundheit',
  'archiving, research or statistics that erasure would defeat':
    'Archiv, Forschung oder Statistik, die durch die Löschung vereitelt würden',
  'legal claims': 'Geltendmachung, Ausübung oder Verteidigung von Rechtsansprüchen',
  'the request is manifestly unfounded or excessive': 'der Antrag ist offenkundig unbegründet oder exzessiv',
  'the requester cannot be identified in the data':
    'die antragstellende Person ist in den Daten nicht zu identifizieren',
  'the purpose is served': 'der Zweck ist erfüllt',
  'a law that requires the data to be kept': 'ein Gesetz, das die Aufbewahrung verlangt',
  'the request for deletion or for an end of the use': 'der Antrag auf Löschung oder auf ein Ende der Nutzung',
  'the right to correction or deletion': 'das Recht auf Berichtigung oder Löschung',
  'collected, kept or communicated without authority of law':
    'ohne gesetzliche Grundlage erhoben, aufbewahrt oder weitergegeben',
  'dissemination to cease, or de-indexing': 'Ende der Verbreitung, oder Entfernung aus Suchergebnissen',
  'an exception of the private-sector act': 'eine Ausnahme des Gesetzes für den privaten Bereich',
  'the request for deletion or destruction': 'der Antrag auf Löschung oder Vernichtung',
  'erasure or destruction': 'Löschung oder Vernichtung',
  'a limitation that the act allows': 'eine Einschränkung, die das Gesetz erlaubt',
  'correction, end of processing or use, deletion': 'Berichtigung, Ende von Verarbeitung oder Nutzung, Löschung',
};

const PLACE_ENDS = ': ';

/** What has no German, such as a code that a person wrote, stays as it is. */
export const legal = (label: string): string => {
  const at = label.indexOf(PLACE_ENDS) + PLACE_ENDS.length;
  const [place, said] = label.includes(PLACE_ENDS) ? [label.slice(0, at), label.slice(at)] : ['', label];
  return Object.hasOwn(SAID, said) ? `${place.replace(/^Section /, 'Abschnitt ')}${SAID[said] ?? said}` : label;
};
