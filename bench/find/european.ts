// Greek and Polish names in cases, German and Spanish double names: people and sentences for made corpora
// (language.ts).
import type { Language } from './language.ts';

export const GREEK: Language = {
  language: 'Greek',
  people: [
    [
      'Γιώργος Παπαδόπουλος',
      ['Γιώργου Παπαδόπουλου', 'Γιώργο Παπαδόπουλο', 'Παπαδόπουλος Γιώργος'],
      'κύριε Παπαδόπουλε',
      'Γιώργος Παπαδόπουλας',
      'Ερμού 4',
    ],
    [
      'Μαρία Παπαδοπούλου',
      ['Μαρίας Παπαδοπούλου', 'ΜΑΡΙΑ ΠΑΠΑΔΟΠΟΥΛΟΥ'],
      'κυρία Παπαδοπούλου',
      'Μαρία Παπαδοπούλοι',
      'Αθηνάς 18',
    ],
    ['Νίκος Καζάκης', ['Νίκου Καζάκη', 'Νίκο Καζάκη'], 'κύριε Καζάκη', 'Νίκος Καζάκις', 'Σταδίου 7'],
    ['Ελένη Δημητρίου', ['Ελένης Δημητρίου', 'Δημητρίου Ελένη'], 'κυρία Δημητρίου', 'Ελένη Δημιτρίου', 'Πανός 22'],
    ['Κώστας Αντωνίου', ['Κώστα Αντωνίου'], 'κύριε Αντωνίου', 'Κώστας Αντονίου', 'Νίκης 3'],
    ['Σοφία Βλάχου', ['Σοφίας Βλάχου'], 'κυρία Βλάχου', 'Σοφία Βλάχοι', 'Αγίων 9'],
    [
      'Θανάσης Μαρκόπουλος',
      ['Θανάση Μαρκόπουλου', 'Θανάση Μαρκόπουλο'],
      'κύριε Μαρκόπουλε',
      'Θανάσης Μαρκόπολος',
      'Ιπποκράτους 31',
    ],
    ['Δέσποινα Ρήγα', ['Δέσποινας Ρήγα'], 'κυρία Ρήγα', 'Δέσπινα Ρήγα', 'Σόλωνος 12'],
  ],
  lives: (name, id, street) => `${name} (σύμβαση ${id}) μένει στην οδό ${street} και πληρώνει με κάρτα.`,
  called: (form) => `Στάλθηκε αντίγραφο του λογαριασμού, παραλήπτης: ${form}, τμήμα χρεώσεων.`,
  addressed: (formal) => `Καλημέρα, ${formal}. Ο τεχνικός θα έρθει την Τρίτη.`,
  balance: (id, amount) => `Το υπόλοιπο της σύμβασης ${id} είναι ${amount} ευρώ.`,
  phone: (number) => `Καλέστε παρακαλώ στο ${number} το απόγευμα.`,
  question: (name) => `Σε ποια οδό μένει: ${name};`,
  answer: (street) => `Οδός ${street}.`,
  referred: (a, b) => `Σημείωση: ${a} και ${b} συνδέθηκαν με την ίδια προσφορά.`,
  moved: (name, street) =>
    `Την ημέρα της μετακόμισης ${name} παρέδωσε στον φύλακα δύο κλειδιά, μια κάρτα του γκαράζ και τις ενδείξεις των μετρητών στην οδό ${street}, όπως γράφει το πρακτικό.`,
  nobody: ['Το γραφείο είναι κλειστό την Κυριακή.', 'Η τιμή του νερού αλλάζει τον Ιανουάριο.', 'Πώς αλλάζω τη λάμπα;'],
};

export const GERMAN: Language = {
  language: 'German, double names',
  people: [
    [
      'Anke Müller-Lüdenscheid',
      ['Mueller-Luedenscheid, Anke', 'A. Müller-Lüdenscheid', 'Anke Müller Lüdenscheid'],
      'Frau Müller-Lüdenscheid',
      'Anke Müller-Lüdenschied',
      'Gartenweg 4',
    ],
    [
      'Jörg Große-Brömer',
      ['Joerg Grosse-Broemer', 'Große-Brömer, Jörg'],
      'Herr Große-Brömer',
      'Jörg Große-Bröhmer',
      'Am Hang 18',
    ],
    [
      'Ulrike Schäfer-Voß',
      ['Schaefer-Voss, Ulrike', 'U. Schäfer-Voß'],
      'Frau Schäfer-Voß',
      'Ulrike Schäffer-Voß',
      'Bachstraße 7',
    ],
    [
      'Karl-Heinz Öztürk',
      ['Karl Heinz Öztürk', 'Öztürk, Karl-Heinz'],
      'Herr Öztürk',
      'Karl-Heinz Öztürck',
      'Lindenhof 22',
    ],
    [
      'Friederike von Hohenau',
      ['von Hohenau, Friederike', 'F. von Hohenau'],
      'Frau von Hohenau',
      'Friederike von Hohnau',
      'Schlossallee 3',
    ],
    ['Tobias Weiß', ['Weiss, Tobias', 'TOBIAS WEISS'], 'Herr Weiß', 'Tobbias Weiß', 'Mühlweg 9'],
    ['Beate Kühn-Arndt', ['Kuehn-Arndt, Beate'], 'Frau Kühn-Arndt', 'Beate Kühn-Arnt', 'Ostring 31'],
    ['Lars Björnsen', ['Bjoernsen, Lars'], 'Herr Björnsen', 'Lars Björnson', 'Hafenkai 12'],
  ],
  lives: (name, id, street) => `${name} (Vertrag ${id}) wohnt ${street} und zahlt mit Karte.`,
  called: (form) => `Eine Kopie der Rechnung ging an die Buchhaltung, Empfänger: ${form}.`,
  addressed: (formal) => `Guten Tag ${formal}, der Monteur kommt am Dienstag.`,
  balance: (id, amount) => `Der Saldo des Vertrags ${id} beträgt ${amount} Euro.`,
  phone: (number) => `Bitte am Nachmittag unter ${number} zurückrufen.`,
  question: (name) => `Wo wohnt ${name}?`,
  answer: (street) => `In der Straße ${street}.`,
  referred: (a, b) => `Notiz: ${a} und ${b} kamen über dieselbe Aktion.`,
  moved: (name, street) =>
    `Am Tag des Umzugs hat ${name} dem Hausmeister zwei Schlüssel, eine Garagenkarte und die Zählerstände im Haus ${street} übergeben, was beide auf dem Protokoll bestätigt haben.`,
  nobody: [
    'Unser Büro ist sonntags geschlossen.',
    'Der Wasserpreis ändert sich im Januar.',
    'Wie wechselt man die Lampe?',
  ],
};

export const SPANISH: Language = {
  language: 'Spanish, double names',
  people: [
    [
      'María García López',
      ['García López, María', 'María García', 'M. García López'],
      'señora García López',
      'María Garsía López',
      'Calle Sol 4',
    ],
    [
      'José Luis Fernández Ruiz',
      ['Fernández Ruiz, José Luis', 'Jose Luis Fernandez Ruiz', 'José Luis Fernández'],
      'señor Fernández Ruiz',
      'José Luis Fernándes Ruiz',
      'Calle Luna 18',
    ],
    [
      'Carmen Ortega Peña',
      ['Ortega Peña, Carmen', 'Carmen Ortega'],
      'señora Ortega Peña',
      'Carmen Ortegga Peña',
      'Avenida Mar 7',
    ],
    ['Íñigo Núñez Vela', ['Núñez Vela, Íñigo', 'Iñigo Nuñez'], 'señor Núñez Vela', 'Íñigo Núñes Vela', 'Paseo Olmo 22'],
    [
      'Lucía Herrera Gil',
      ['Herrera Gil, Lucía', 'LUCÍA HERRERA GIL'],
      'señora Herrera Gil',
      'Lucía Herera Gil',
      'Plaza Rey 3',
    ],
    [
      'Andrés Castaño Mora',
      ['Castaño Mora, Andrés', 'Andrés Castaño'],
      'señor Castaño Mora',
      'Andrés Castanio Mora',
      'Calle Pino 9',
    ],
    [
      'Pilar Domínguez Sáez',
      ['Domínguez Sáez, Pilar'],
      'señora Domínguez Sáez',
      'Pilar Domíngues Sáez',
      'Ronda Sur 31',
    ],
    [
      'Tomás de la Vega Cruz',
      ['de la Vega Cruz, Tomás', 'Tomás de la Vega'],
      'señor de la Vega Cruz',
      'Tomás de la Bega Cruz',
      'Camino Real 12',
    ],
  ],
  lives: (name, id, street) => `${name} (contrato ${id}) vive en ${street} y paga con tarjeta.`,
  called: (form) => `Contabilidad envió una copia de la factura, destinatario: ${form}.`,
  addressed: (formal) => `Buenos días, ${formal}, el técnico irá el martes.`,
  balance: (id, amount) => `El saldo del contrato ${id} es de ${amount} euros.`,
  phone: (number) => `Llame por favor por la tarde al ${number}.`,
  question: (name) => `¿Dónde vive ${name}?`,
  answer: (street) => `En ${street}.`,
  referred: (a, b) => `Nota: ${a} y ${b} llegaron por la misma oferta.`,
  moved: (name, street) =>
    `El día de la mudanza ${name} entregó al conserje dos llaves, una tarjeta del garaje y las lecturas de los contadores de ${street}, y los dos firmaron el acta de entrega.`,
  nobody: ['La oficina cierra los domingos.', 'El precio del agua cambia en enero.', '¿Cómo se cambia la bombilla?'],
};

export const POLISH: Language = {
  language: 'Polish',
  people: [
    [
      'Marek Kowalski',
      ['Marka Kowalskiego', 'Markowi Kowalskiemu', 'Kowalski Marek'],
      'Panie Kowalski',
      'Marek Kowalsky',
      'Zielona 4',
    ],
    [
      'Agnieszka Nowicka',
      ['Agnieszki Nowickiej', 'Nowicka, Agnieszka'],
      'Pani Nowicka',
      'Agnieszka Nowiczka',
      'Rzeczna 18',
    ],
    ['Łukasz Wójcik', ['Łukasza Wójcika', 'Łukaszowi Wójcikowi'], 'Panie Wójcik', 'Łukasz Wójick', 'Polna 7'],
    ['Zofia Król', ['Zofii Król'], 'Pani Król', 'Zofja Król', 'Leśna 22'],
    ['Piotr Zając', ['Piotra Zająca', 'Piotrowi Zającowi'], 'Panie Zając', 'Piotr Zajonc', 'Pokoju 3'],
    ['Ewa Szymańska', ['Ewy Szymańskiej', 'Ewę Szymańską'], 'Pani Szymańska', 'Ewa Szymanska', 'Szkolna 9'],
  ],
  lives: (name, id, street) => `${name} (umowa ${id}) mieszka przy ulicy ${street} i płaci kartą.`,
  called: (form) => `Na prośbę klienta wysłaliśmy kopię rachunku, odbiorca: ${form}, dział rozliczeń.`,
  addressed: (formal) => `Dzień dobry ${formal}, technik przyjdzie we wtorek.`,
  balance: (id, amount) => `Saldo umowy ${id} wynosi ${amount} złotych.`,
  phone: (number) => `Proszę oddzwonić po południu pod numer ${number}.`,
  question: (name) => `Przy jakiej ulicy mieszka ${name}?`,
  answer: (street) => `Ulica ${street}.`,
  referred: (a, b) => `Notatka: ${a} oraz ${b} z tej samej promocji.`,
  moved: (name, street) =>
    `W dniu przeprowadzki ${name} oddaje dozorcy dwa klucze, kartę do garażu i stany liczników w domu przy ulicy ${street}, co potwierdza podpisany protokół.`,
  nobody: ['Nasze biuro jest zamknięte w niedzielę.', 'Cena wody zmienia się w styczniu.', 'Jak wymienić żarówkę?'],
};
