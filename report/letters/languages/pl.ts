// Polish.
import type { LetterWords } from '../words.ts';

export const pl: LetterWords = {
  locale: 'pl-PL',
  page: 'Strona',
  laws: { gdpr: 'RODO (Unia Europejska)' },
  titles: {
    acknowledgement: 'Otrzymaliśmy Pani/Pana wniosek',
    identity: 'Prosimy o potwierdzenie tożsamości',
    clarification: 'Pytanie dotyczące wniosku',
    extension: 'Potrzebujemy więcej czasu na rozpatrzenie wniosku',
    refusal: 'Nie uwzględniamy wniosku',
    'partial-refusal': 'Uwzględniamy wniosek w części',
    completion: 'Wniosek został wykonany',
    hold: 'Wniosek jest wstrzymany',
    appeal: 'Otrzymaliśmy sprzeciw',
  },
  greeting: (name) => (name === undefined ? 'Dzień dobry,' : `Dzień dobry, ${name},`),
  authorities: {
    ico: 'do Information Commissioner’s Office (ICO)',
    supervisory:
      'do organu ochrony danych właściwego dla miejsca zamieszkania, pracy lub miejsca, w którym doszło do naruszenia',
    local: 'do właściwego organu ochrony danych',
  },
  extensions: { complexity: 'wniosek jest złożony', 'number-of-requests': 'wniosków jest wiele' },
  refusals: {
    'identity-not-verified': 'nie udało się ustalić, od kogo pochodzi wniosek',
    'no-match': 'nic w danych treningowych nie odpowiada wnioskowi',
    abusive: 'wniosek stanowi nadużycie',
  },
  holds: (code) => (code === 'litigation' ? 'sporu prawnego' : 'obowiązku przechowania'),
  says: {
    reference: ({ ticketId }) => `Nasza sprawa: ${ticketId}. Prosimy podawać ten numer w korespondencji.`,
    received: ({ received }) => `Wniosek o usunięcie danych otrzymaliśmy ${received}.`,
    law: ({ law }) => `Rozpatrujemy go według tej ustawy: ${law}.`,
    due: ({ due }) => `Odpowiemy najpóźniej ${due}.`,
    verification: () =>
      'Zanim zaczniemy działać, sprawdzamy tożsamość na podstawie tego, co już wiemy; o więcej prosimy tylko w razie uzasadnionych wątpliwości.',
    process: () =>
      'Szukamy danych w materiale, na którym uczono model, wstrzymujemy w tym czasie odpowiedzi na ten temat, oduczamy model i sprawdzamy wynik.',
    doubt: () => 'Sposób, w jaki wniosek do nas dotarł, budzi uzasadnione wątpliwości, od kogo pochodzi.',
    'no-copy': () => 'Prosimy nie przesyłać kopii dokumentu tożsamości.',
    question: ({ note }) => `Abyśmy mogli działać, prosimy o odpowiedź: ${note}`,
    'new-date': ({ due }) => `Potrzebujemy więcej czasu i odpowiemy najpóźniej ${due}.`,
    'extension-reason': ({ reason }) => `Powód: ${reason}.`,
    decision: () => 'Nie usuwamy danych, których dotyczy wniosek.',
    'decision-in-part': () => 'Usuwamy część danych, których dotyczy wniosek, a w pozostałej części odmawiamy.',
    ground: ({ ground }) => `Podstawa: ${ground}.`,
    facts: ({ note }) => `Opieramy się na tym: ${note}`,
    kept: () => 'To, czego nie usuwamy, przechowujemy wyłącznie z tego powodu; wszystko inne usuwamy.',
    complaint: ({ authority }) => `Można złożyć skargę ${authority}.`,
    court: () => 'Można też zwrócić się do sądu.',
    'complaint-to-us': ({ within }) =>
      `Skargę można złożyć także do nas, odpowiadając na to pismo. Jej otrzymanie potwierdzamy w ciągu ${within} dni.`,
    appeal: ({ within }) =>
      `Można wnieść sprzeciw: prosimy odpowiedzieć na to pismo i podać powód. Osoba, która nie brała udziału w tej decyzji, rozstrzygnie w ciągu ${within} dni.`,
    objection: () => 'Można wnieść sprzeciw: prosimy odpowiedzieć na to pismo i podać powód.',
    help: () => 'Na życzenie pomożemy zrozumieć tę decyzję.',
    done: ({ prompts, exact }) =>
      `Model oduczono danych z wniosku i sprawdzono: na ${prompts} pytań o nie w ${exact} przypadkach odpowiedź była taka jak przedtem.`,
    limits: () =>
      'Jest to przybliżenie. To nie to samo co model uczony bez tych danych i nie obiecujemy, że nic z nich nigdy nie da się wydobyć.',
    recipients: () =>
      'Tych, którym przekazaliśmy dane, zawiadamiamy, chyba że jest to niemożliwe; na życzenie podamy, kto to jest.',
    verify: () => 'Zaświadczenie każdy może sprawdzić bez nas: prosimy o nie poprosić, podając numer sprawy.',
    secret: ({ secret }) =>
      `Ten sekret dowodzi, że zaświadczenie dotyczy tego wniosku; nasz egzemplarz niszczymy: ${secret}`,
    hold: ({ holdFor }) =>
      `Dane są potrzebne z powodu ${holdFor}. Dopóki to trwa, nic nie jest usuwane ani oduczane; odpowiedzi na ten temat pozostają wstrzymane.`,
    review: ({ review }) => `Ponownie sprawdzimy to najpóźniej ${review}.`,
    'clock-runs': () => 'Termin naszej odpowiedzi biegnie dalej.',
    'appeal-received': ({ appealed }) =>
      `Sprzeciw otrzymaliśmy ${appealed}. Zajmuje się nim osoba, która nie brała udziału w decyzji.`,
    contact: () => 'W razie pytań prosimy odpowiedzieć na to pismo.',
  },
};
