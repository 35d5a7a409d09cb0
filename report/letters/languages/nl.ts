// Dutch.
import type { LetterWords } from '../words.ts';

export const nl: LetterWords = {
  locale: 'nl-NL',
  page: 'Pagina',
  laws: { gdpr: 'AVG (Europese Unie)' },
  titles: {
    acknowledgement: 'Wij hebben uw verzoek ontvangen',
    identity: 'Wilt u laten zien wie u bent',
    clarification: 'Een vraag over uw verzoek',
    extension: 'Wij hebben meer tijd nodig voor uw verzoek',
    refusal: 'Wij geven geen gevolg aan uw verzoek',
    'partial-refusal': 'Wij geven gevolg aan een deel van uw verzoek',
    completion: 'Uw verzoek is uitgevoerd',
    hold: 'Uw verzoek is opgeschort',
    appeal: 'Wij hebben uw bezwaar ontvangen',
  },
  greeting: (name) => (name === undefined ? 'Goedendag,' : `Goedendag ${name},`),
  authorities: {
    ico: 'het Information Commissioner’s Office (ICO)',
    supervisory:
      'de toezichthouder voor gegevensbescherming waar u woont of werkt, of waar de wet volgens u is geschonden',
    local: 'de voor u bevoegde toezichthouder voor gegevensbescherming',
  },
  extensions: { complexity: 'het verzoek is complex', 'number-of-requests': 'er zijn veel verzoeken' },
  refusals: {
    'identity-not-verified': 'wij konden niet vaststellen dat het verzoek van u is',
    'no-match': 'niets in de trainingsgegevens komt met het verzoek overeen',
    abusive: 'het verzoek is misbruik',
  },
  holds: (code) => (code === 'litigation' ? 'een rechtszaak' : 'een bewaarplicht'),
  says: {
    reference: ({ ticketId }) => `Ons dossier: ${ticketId}. Vermeld het wanneer u ons schrijft.`,
    received: ({ received }) => `Wij hebben uw verzoek om wissing op ${received} ontvangen.`,
    law: ({ law }) => `Het wordt behandeld volgens deze wet: ${law}.`,
    due: ({ due }) => `U krijgt ons antwoord uiterlijk op ${due}.`,
    verification: () =>
      'Voordat wij iets doen, gaan wij na wie u bent met wat wij al van u weten; alleen bij redelijke twijfel vragen wij meer.',
    process: () =>
      'Wij zoeken uw gegevens in datgene waarmee het model is getraind, houden intussen antwoorden over u achter, laten het model ze afleren en toetsen het resultaat.',
    doubt: () => 'De weg waarlangs het verzoek ons bereikte, laat redelijke twijfel over wie het deed.',
    'no-copy': () => 'Stuur geen kopie van een identiteitsbewijs.',
    question: ({ note }) => `Om verder te kunnen, hebben wij uw antwoord hierop nodig: ${note}`,
    'new-date': ({ due }) => `Wij hebben meer tijd nodig en antwoorden uiterlijk op ${due}.`,
    'extension-reason': ({ reason }) => `De reden: ${reason}.`,
    decision: () => 'Wij wissen niet wat u ons hebt gevraagd te wissen.',
    'decision-in-part': () => 'Wij wissen een deel van wat u hebt gevraagd en weigeren de rest.',
    ground: ({ ground }) => `De grond: ${ground}.`,
    facts: ({ note }) => `Dit berust op het volgende: ${note}`,
    kept: () => 'Wat wij niet wissen, bewaren wij alleen om die reden; al het andere wordt gewist.',
    complaint: ({ authority }) => `U kunt een klacht indienen bij ${authority}.`,
    court: () => 'U kunt ook naar de rechter gaan.',
    'complaint-to-us': ({ within }) =>
      `U kunt ook bij ons een klacht indienen: antwoord op deze brief. Wij bevestigen een klacht binnen ${within} dagen.`,
    appeal: ({ within }) =>
      `U kunt bezwaar maken: antwoord op deze brief en zeg waarom. Iemand die niet bij dit besluit betrokken was, beslist binnen ${within} dagen.`,
    objection: () => 'U kunt bezwaar maken: antwoord op deze brief en zeg waarom.',
    help: () => 'Als u wilt, helpen wij u dit besluit te begrijpen.',
    done: ({ prompts, exact }) =>
      `Het model heeft de gegevens van uw verzoek afgeleerd en is getoetst: van ${prompts} vragen erover werden er ${exact} als voorheen beantwoord.`,
    limits: () =>
      'Dit is een benadering. Het is niet hetzelfde als een model dat zonder de gegevens is getraind, en wij beloven niet dat er nooit iets van kan terugkomen.',
    recipients: () =>
      'Wie de gegevens van ons had gekregen, wordt ingelicht, tenzij dat onmogelijk is; op verzoek noemen wij hen.',
    verify: () => 'Iedereen kan het certificaat zonder ons controleren: vraag erom met ons dossiernummer.',
    secret: ({ secret }) =>
      `Dit geheim bewijst dat het certificaat over uw verzoek gaat; ons exemplaar vernietigen wij: ${secret}`,
    hold: ({ holdFor }) =>
      `De gegevens zijn nodig voor ${holdFor}. Zolang dat duurt, wordt niets gewist of afgeleerd; antwoorden over u blijven achtergehouden.`,
    review: ({ review }) => `Wij bekijken dit uiterlijk op ${review} opnieuw.`,
    'clock-runs': () => 'De termijn voor ons antwoord loopt door.',
    'appeal-received': ({ appealed }) =>
      `Wij hebben uw bezwaar op ${appealed} ontvangen. Iemand die niet bij het besluit betrokken was, bekijkt het.`,
    contact: () => 'Hebt u vragen, antwoord dan op deze brief.',
  },
};
