// Portuguese.
import type { LetterWords } from '../words.ts';

export const pt: LetterWords = {
  locale: 'pt-PT',
  page: 'Página',
  laws: { gdpr: 'RGPD (União Europeia)', 'brazil-lgpd': 'LGPD (Brasil)' },
  titles: {
    acknowledgement: 'Recebemos o seu pedido',
    identity: 'Por favor, comprove a sua identidade',
    clarification: 'Uma pergunta sobre o seu pedido',
    extension: 'Precisamos de mais tempo para o seu pedido',
    refusal: 'Não damos seguimento ao seu pedido',
    'partial-refusal': 'Damos seguimento a uma parte do seu pedido',
    completion: 'O seu pedido foi executado',
    hold: 'O seu pedido está suspenso',
    appeal: 'Recebemos a sua contestação',
  },
  greeting: (name) => (name === undefined ? 'Bom dia,' : `Bom dia, ${name},`),
  authorities: {
    ico: 'ao Information Commissioner’s Office (ICO)',
    supervisory: 'à autoridade de proteção de dados do lugar onde vive, trabalha ou entende que a lei foi violada',
    local: 'à autoridade de proteção de dados competente no seu caso',
  },
  extensions: { complexity: 'o pedido é complexo', 'number-of-requests': 'há muitos pedidos' },
  refusals: {
    'identity-not-verified': 'não conseguimos confirmar que o pedido é seu',
    'no-match': 'nada nos dados de treino corresponde ao pedido',
    abusive: 'o pedido é abusivo',
  },
  holds: (code) => (code === 'litigation' ? 'um litígio' : 'um dever de conservação'),
  says: {
    reference: ({ ticketId }) => `O nosso caso: ${ticketId}. Indique-o quando nos escrever.`,
    received: ({ received }) => `Recebemos o seu pedido de eliminação em ${received}.`,
    law: ({ law }) => `É tratado segundo esta lei: ${law}.`,
    due: ({ due }) => `Terá a nossa resposta até ${due}.`,
    verification: () =>
      'Antes de agir, verificamos quem é com o que já sabemos; só pedimos mais se houver dúvida razoável.',
    process: () =>
      'Procuramos os seus dados naquilo com que o modelo foi treinado, retemos entretanto as respostas a seu respeito, fazemos o modelo desaprender e testamos o resultado.',
    doubt: () => 'A via pela qual o pedido nos chegou deixa dúvida razoável sobre quem o fez.',
    'no-copy': () => 'Não envie cópia de um documento de identidade.',
    question: ({ note }) => `Para podermos agir, responda a isto: ${note}`,
    'new-date': ({ due }) => `Precisamos de mais tempo e respondemos até ${due}.`,
    'extension-reason': ({ reason }) => `O motivo: ${reason}.`,
    decision: () => 'Não eliminamos o que nos pediu para eliminar.',
    'decision-in-part': () => 'Eliminamos uma parte do que pediu e recusamos o resto.',
    ground: ({ ground }) => `O fundamento: ${ground}.`,
    facts: ({ note }) => `Baseia-se no seguinte: ${note}`,
    kept: () => 'O que não eliminamos é conservado apenas por esse motivo; tudo o resto é eliminado.',
    complaint: ({ authority }) => `Pode apresentar reclamação ${authority}.`,
    court: () => 'Também pode recorrer aos tribunais.',
    'complaint-to-us': ({ within }) =>
      `Também se pode queixar a nós: responda a esta carta. Confirmamos uma queixa em ${within} dias.`,
    appeal: ({ within }) =>
      `Pode recorrer: responda a esta carta e diga porquê. Alguém alheio a esta decisão decide em ${within} dias.`,
    objection: () => 'Pode opor-se: responda a esta carta e diga porquê.',
    help: () => 'Se desejar, ajudamos a compreender esta decisão.',
    done: ({ prompts, exact }) =>
      `O modelo desaprendeu os registos do seu pedido e foi testado: de ${prompts} perguntas sobre eles, ${exact} tiveram a resposta de antes.`,
    limits: () =>
      'É uma aproximação. Não equivale a um modelo treinado sem os dados, e não prometemos que nada deles possa alguma vez ser extraído.',
    recipients: () =>
      'Informamos aqueles a quem tínhamos comunicado os dados, salvo se for impossível; a pedido, dizemos quem são.',
    verify: () => 'Qualquer pessoa pode verificar o certificado sem nós: peça-o com o nosso número de caso.',
    secret: ({ secret }) =>
      `Este segredo prova que o certificado diz respeito ao seu pedido; destruímos a nossa cópia: ${secret}`,
    hold: ({ holdFor }) =>
      `Os dados são necessários para ${holdFor}. Enquanto durar, nada é eliminado nem desaprendido; as respostas a seu respeito continuam retidas.`,
    review: ({ review }) => `Voltamos a analisar a suspensão até ${review}.`,
    'clock-runs': () => 'O prazo da nossa resposta continua a correr.',
    'appeal-received': ({ appealed }) =>
      `Recebemos a sua contestação em ${appealed}. É analisada por alguém alheio à decisão.`,
    contact: () => 'Se tiver perguntas, responda a esta carta.',
  },
};
