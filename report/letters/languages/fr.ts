// French.
import type { LetterWords } from '../words.ts';

export const fr: LetterWords = {
  locale: 'fr-FR',
  page: 'Page',
  laws: { gdpr: 'RGPD (Union européenne)', 'swiss-fadp': 'LPD (Suisse)', 'quebec-law-25': 'Loi 25 (Québec)' },
  titles: {
    acknowledgement: 'Nous avons reçu votre demande',
    identity: 'Merci de justifier de votre identité',
    clarification: 'Une question sur votre demande',
    extension: 'Il nous faut plus de temps pour votre demande',
    refusal: 'Nous ne donnons pas suite à votre demande',
    'partial-refusal': 'Nous donnons suite à une partie de votre demande',
    completion: 'Votre demande a été exécutée',
    hold: 'Votre demande est suspendue',
    appeal: 'Nous avons reçu votre contestation',
  },
  greeting: (name) => (name === undefined ? 'Bonjour,' : `Bonjour ${name},`),
  authorities: {
    ico: 'de l’Information Commissioner’s Office (ICO)',
    supervisory:
      'de l’autorité de protection des données de votre lieu de résidence, de travail ou de la violation que vous dénoncez',
    local: 'de l’autorité de protection des données compétente pour vous',
  },
  extensions: { complexity: 'la demande est complexe', 'number-of-requests': 'les demandes sont nombreuses' },
  refusals: {
    'identity-not-verified': 'nous n’avons pas pu établir que la demande vient de vous',
    'no-match': 'rien dans les données d’entraînement ne correspond à la demande',
    abusive: 'la demande est abusive',
  },
  holds: (code) => (code === 'litigation' ? 'un litige' : 'une obligation de conservation'),
  says: {
    reference: ({ ticketId }) => `Notre dossier : ${ticketId}. Merci de le mentionner lorsque vous nous écrivez.`,
    received: ({ received }) => `Nous avons reçu votre demande d’effacement le ${received}.`,
    law: ({ law }) => `Elle est traitée selon cette loi : ${law}.`,
    due: ({ due }) => `Vous aurez notre réponse au plus tard le ${due}.`,
    verification: () =>
      'Avant d’agir, nous vérifions qui vous êtes à l’aide de ce que nous savons déjà de vous ; nous ne demandons davantage qu’en cas de doute raisonnable.',
    process: () =>
      'Nous recherchons vos données dans ce qui a servi à entraîner le modèle, retenons entre-temps les réponses à votre sujet, faisons désapprendre le modèle et testons le résultat.',
    doubt: () => 'La voie par laquelle la demande nous est parvenue laisse un doute raisonnable sur son auteur.',
    'no-copy': () => 'N’envoyez pas de copie d’une pièce d’identité.',
    question: ({ note }) => `Pour que nous puissions agir, merci de répondre à ceci : ${note}`,
    'new-date': ({ due }) => `Il nous faut plus de temps ; nous répondrons au plus tard le ${due}.`,
    'extension-reason': ({ reason }) => `Le motif : ${reason}.`,
    decision: () => 'Nous n’effaçons pas ce que vous nous avez demandé d’effacer.',
    'decision-in-part': () => 'Nous effaçons une partie de ce que vous avez demandé et refusons le reste.',
    ground: ({ ground }) => `Le fondement : ${ground}.`,
    facts: ({ note }) => `Cela repose sur ce qui suit : ${note}`,
    kept: () => 'Ce que nous refusons d’effacer n’est conservé que pour ce motif ; tout le reste est effacé.',
    complaint: ({ authority }) => `Vous pouvez introduire une réclamation auprès ${authority}.`,
    court: () => 'Vous pouvez aussi saisir un tribunal.',
    'complaint-to-us': ({ within }) =>
      `Vous pouvez aussi vous plaindre auprès de nous : répondez à cette lettre. Nous accusons réception d’une plainte sous ${within} jours.`,
    appeal: ({ within }) =>
      `Vous pouvez contester : répondez à cette lettre et dites pourquoi. Une personne étrangère à cette décision statue sous ${within} jours.`,
    objection: () => 'Vous pouvez vous y opposer : répondez à cette lettre et dites pourquoi.',
    help: () => 'Si vous le souhaitez, nous vous aidons à comprendre cette décision.',
    done: ({ prompts, exact }) =>
      `Le modèle a désappris les enregistrements de votre demande et a été testé : sur ${prompts} questions à leur sujet, ${exact} ont reçu la même réponse qu’avant.`,
    limits: () =>
      'C’est une approximation. Ce n’est pas la même chose qu’un modèle entraîné sans ces données, et nous ne promettons pas que rien n’en pourra jamais ressortir.',
    recipients: () =>
      'Ceux à qui nous avions transmis les données en sont informés, sauf impossibilité ; sur demande, nous vous les indiquons.',
    verify: () => 'Chacun peut vérifier l’attestation sans nous : demandez-la sous notre numéro de dossier.',
    secret: ({ secret }) =>
      `Ce secret prouve que l’attestation concerne votre demande ; nous détruisons notre exemplaire : ${secret}`,
    hold: ({ holdFor }) =>
      `Les données sont nécessaires pour ${holdFor}. Tant que la suspension dure, rien n’est effacé ni désappris ; les réponses à votre sujet restent retenues.`,
    review: ({ review }) => `Nous réexaminons la suspension au plus tard le ${review}.`,
    'clock-runs': () => 'Le délai de notre réponse continue de courir.',
    'appeal-received': ({ appealed }) =>
      `Nous avons reçu votre contestation le ${appealed}. Une personne étrangère à la décision l’examine.`,
    contact: () => 'Pour toute question, répondez à cette lettre.',
  },
};
