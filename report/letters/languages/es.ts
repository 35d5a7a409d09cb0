// Spanish.
import type { LetterWords } from '../words.ts';

export const es: LetterWords = {
  locale: 'es-ES',
  page: 'Página',
  laws: { gdpr: 'RGPD (Unión Europea)' },
  titles: {
    acknowledgement: 'Hemos recibido su solicitud',
    identity: 'Por favor, acredite su identidad',
    clarification: 'Una pregunta sobre su solicitud',
    extension: 'Necesitamos más tiempo para su solicitud',
    refusal: 'No atendemos su solicitud',
    'partial-refusal': 'Atendemos una parte de su solicitud',
    completion: 'Su solicitud se ha ejecutado',
    hold: 'Su solicitud está en suspenso',
    appeal: 'Hemos recibido su reclamación',
  },
  greeting: (name) => (name === undefined ? 'Buenos días:' : `Buenos días, ${name}:`),
  authorities: {
    ico: 'la Information Commissioner’s Office (ICO)',
    supervisory: 'la autoridad de protección de datos del lugar donde vive, trabaja o cree que se infringió la ley',
    local: 'la autoridad de protección de datos que le corresponda',
  },
  extensions: { complexity: 'la solicitud es compleja', 'number-of-requests': 'hay muchas solicitudes' },
  refusals: {
    'identity-not-verified': 'no pudimos comprobar que la solicitud sea suya',
    'no-match': 'nada en los datos de entrenamiento corresponde a la solicitud',
    abusive: 'la solicitud es abusiva',
  },
  holds: (code) => (code === 'litigation' ? 'un litigio' : 'un deber de conservación'),
  says: {
    reference: ({ ticketId }) => `Nuestro expediente: ${ticketId}. Indíquelo cuando nos escriba.`,
    received: ({ received }) => `Recibimos su solicitud de supresión el ${received}.`,
    law: ({ law }) => `Se tramita conforme a esta ley: ${law}.`,
    due: ({ due }) => `Tendrá nuestra respuesta a más tardar el ${due}.`,
    verification: () =>
      'Antes de actuar comprobamos quién es usted con lo que ya sabemos; solo pedimos más si hay dudas razonables.',
    process: () =>
      'Buscamos sus datos en aquello con lo que se entrenó el modelo, retenemos entretanto las respuestas sobre usted, hacemos que el modelo los desaprenda y probamos el resultado.',
    doubt: () => 'La vía por la que nos llegó la solicitud deja dudas razonables sobre quién la hizo.',
    'no-copy': () => 'No envíe copia de ningún documento de identidad.',
    question: ({ note }) => `Para que podamos actuar, responda a esto: ${note}`,
    'new-date': ({ due }) => `Necesitamos más tiempo y responderemos a más tardar el ${due}.`,
    'extension-reason': ({ reason }) => `El motivo: ${reason}.`,
    decision: () => 'No suprimimos lo que nos pidió suprimir.',
    'decision-in-part': () => 'Suprimimos una parte de lo que pidió y rechazamos el resto.',
    ground: ({ ground }) => `El fundamento: ${ground}.`,
    facts: ({ note }) => `Se basa en lo siguiente: ${note}`,
    kept: () => 'Lo que no suprimimos se conserva solo por ese motivo; todo lo demás se suprime.',
    complaint: ({ authority }) => `Puede reclamar ante ${authority}.`,
    court: () => 'También puede acudir a los tribunales.',
    'complaint-to-us': ({ within }) =>
      `También puede quejarse ante nosotros: responda a esta carta. Acusamos recibo de una queja en ${within} días.`,
    appeal: ({ within }) =>
      `Puede recurrir: responda a esta carta y diga por qué. Alguien ajeno a esta decisión resuelve en ${within} días.`,
    objection: () => 'Puede oponerse: responda a esta carta y diga por qué.',
    help: () => 'Si lo desea, le ayudamos a entender esta decisión.',
    done: ({ prompts, exact }) =>
      `El modelo ha desaprendido los registros de su solicitud y se ha probado: de ${prompts} preguntas sobre ellos, ${exact} se respondieron como antes.`,
    limits: () =>
      'Es una aproximación. No equivale a un modelo entrenado sin los datos, y no prometemos que nunca se pueda extraer nada de ellos.',
    recipients: () =>
      'Se avisa a quienes habíamos comunicado los datos, salvo que sea imposible; si lo pide, le decimos quiénes son.',
    verify: () => 'Cualquiera puede comprobar el certificado sin nosotros: pídalo con nuestro número de expediente.',
    secret: ({ secret }) =>
      `Este secreto prueba que el certificado trata de su solicitud; destruimos nuestra copia: ${secret}`,
    hold: ({ holdFor }) =>
      `Los datos se necesitan para ${holdFor}. Mientras dure, nada se suprime ni se desaprende; las respuestas sobre usted siguen retenidas.`,
    review: ({ review }) => `Revisamos la suspensión a más tardar el ${review}.`,
    'clock-runs': () => 'El plazo de nuestra respuesta sigue corriendo.',
    'appeal-received': ({ appealed }) =>
      `Recibimos su reclamación el ${appealed}. La examina alguien ajeno a la decisión.`,
    contact: () => 'Si tiene preguntas, responda a esta carta.',
  },
};
