// Italian.
import type { LetterWords } from '../words.ts';

export const it: LetterWords = {
  locale: 'it-IT',
  page: 'Pagina',
  laws: { gdpr: 'RGPD (Unione europea)', 'swiss-fadp': 'LPD (Svizzera)' },
  titles: {
    acknowledgement: 'Abbiamo ricevuto la Sua richiesta',
    identity: 'La preghiamo di identificarsi',
    clarification: 'Una domanda sulla Sua richiesta',
    extension: 'Ci serve più tempo per la Sua richiesta',
    refusal: 'Non diamo seguito alla Sua richiesta',
    'partial-refusal': 'Diamo seguito a una parte della Sua richiesta',
    completion: 'La Sua richiesta è stata eseguita',
    hold: 'La Sua richiesta è sospesa',
    appeal: 'Abbiamo ricevuto la Sua contestazione',
  },
  greeting: (name) => (name === undefined ? 'Buongiorno,' : `Buongiorno ${name},`),
  authorities: {
    ico: 'all’Information Commissioner’s Office (ICO)',
    supervisory: 'all’autorità di protezione dei dati del luogo in cui vive, lavora o ritiene violata la legge',
    local: 'all’autorità di protezione dei dati competente per Lei',
  },
  extensions: { complexity: 'la richiesta è complessa', 'number-of-requests': 'le richieste sono numerose' },
  refusals: {
    'identity-not-verified': 'non abbiamo potuto accertare che la richiesta sia Sua',
    'no-match': 'nulla nei dati di addestramento corrisponde alla richiesta',
    abusive: 'la richiesta è abusiva',
  },
  holds: (code) => (code === 'litigation' ? 'una controversia' : 'un obbligo di conservazione'),
  says: {
    reference: ({ ticketId }) => `Il nostro caso: ${ticketId}. Lo indichi quando ci scrive.`,
    received: ({ received }) => `Abbiamo ricevuto la Sua richiesta di cancellazione il ${received}.`,
    law: ({ law }) => `È trattata secondo questa legge: ${law}.`,
    due: ({ due }) => `Avrà la nostra risposta entro il ${due}.`,
    verification: () =>
      'Prima di agire verifichiamo chi è Lei con ciò che già sappiamo; chiediamo altro solo in caso di dubbio ragionevole.',
    process: () =>
      'Cerchiamo i Suoi dati in ciò con cui il modello è stato addestrato, tratteniamo intanto le risposte su di Lei, facciamo disapprendere il modello e verifichiamo il risultato.',
    doubt: () => 'La via per cui la richiesta ci è giunta lascia un dubbio ragionevole su chi l’abbia fatta.',
    'no-copy': () => 'Non invii copia di un documento d’identità.',
    question: ({ note }) => `Perché possiamo agire, risponda per favore a questo: ${note}`,
    'new-date': ({ due }) => `Ci serve più tempo e risponderemo entro il ${due}.`,
    'extension-reason': ({ reason }) => `Il motivo: ${reason}.`,
    decision: () => 'Non cancelliamo ciò che ci ha chiesto di cancellare.',
    'decision-in-part': () => 'Cancelliamo una parte di ciò che ha chiesto e rifiutiamo il resto.',
    ground: ({ ground }) => `Il fondamento: ${ground}.`,
    facts: ({ note }) => `Si basa su quanto segue: ${note}`,
    kept: () => 'Ciò che non cancelliamo è conservato solo per questo motivo; tutto il resto è cancellato.',
    complaint: ({ authority }) => `Può proporre reclamo ${authority}.`,
    court: () => 'Può anche rivolgersi al giudice.',
    'complaint-to-us': ({ within }) =>
      `Può lamentarsi anche presso di noi: risponda a questa lettera. Confermiamo un reclamo entro ${within} giorni.`,
    appeal: ({ within }) =>
      `Può contestare: risponda a questa lettera e dica perché. Una persona estranea a questa decisione decide entro ${within} giorni.`,
    objection: () => 'Può opporsi: risponda a questa lettera e dica perché.',
    help: () => 'Se lo desidera, La aiutiamo a capire questa decisione.',
    done: ({ prompts, exact }) =>
      `Il modello ha disappreso i dati della Sua richiesta ed è stato provato: di ${prompts} domande su di essi, a ${exact} ha risposto come prima.`,
    limits: () =>
      'È un’approssimazione. Non equivale a un modello addestrato senza i dati, e non promettiamo che nulla ne possa mai riemergere.',
    recipients: () =>
      'Informiamo coloro ai quali avevamo comunicato i dati, salvo che sia impossibile; su richiesta Le diciamo chi sono.',
    verify: () => 'Chiunque può verificare il certificato senza di noi: lo chieda con il nostro numero di caso.',
    secret: ({ secret }) =>
      `Questo segreto prova che il certificato riguarda la Sua richiesta; distruggiamo la nostra copia: ${secret}`,
    hold: ({ holdFor }) =>
      `I dati servono per ${holdFor}. Finché dura, nulla è cancellato o disappreso; le risposte su di Lei restano trattenute.`,
    review: ({ review }) => `Riesaminiamo la sospensione entro il ${review}.`,
    'clock-runs': () => 'Il termine per la nostra risposta continua a decorrere.',
    'appeal-received': ({ appealed }) =>
      `Abbiamo ricevuto la Sua contestazione il ${appealed}. La esamina una persona estranea alla decisione.`,
    contact: () => 'Per domande, risponda a questa lettera.',
  },
};
