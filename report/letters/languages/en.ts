// English.
import type { LetterWords } from '../words.ts';

export const en: LetterWords = {
  locale: 'en-GB',
  page: 'Page',
  laws: {},
  titles: {
    acknowledgement: 'We have your request',
    identity: 'Please show us who you are',
    clarification: 'A question about your request',
    extension: 'We need more time for your request',
    refusal: 'We do not carry out your request',
    'partial-refusal': 'We carry out a part of your request',
    completion: 'Your request was carried out',
    hold: 'Your request is on hold',
    appeal: 'We have your objection',
  },
  greeting: (name) => (name === undefined ? 'Dear reader,' : `Dear ${name},`),
  authorities: {
    ico: 'the Information Commissioner’s Office (ICO)',
    supervisory: 'the data protection authority where you live or work, or where you think the law was broken',
    local: 'the data protection authority that is responsible for you',
  },
  extensions: { complexity: 'the request is complex', 'number-of-requests': 'there are many requests' },
  refusals: {
    'identity-not-verified': 'we could not establish that the request is yours',
    'no-match': 'nothing in the training data matches the request',
    abusive: 'the request is abusive',
  },
  holds: (code) => (code === 'litigation' ? 'a legal dispute' : 'a duty to preserve it'),
  says: {
    reference: ({ ticketId }) => `Our case: ${ticketId}. Please name it when you write to us.`,
    received: ({ received }) => `We received your request for deletion on ${received}.`,
    law: ({ law }) => `It is handled under this law: ${law}.`,
    due: ({ due }) => `You will have our answer by ${due}.`,
    verification: () =>
      'Before we act we check who you are, with what we already know of you; we ask for more only where there is reasonable doubt.',
    process: () =>
      'We look for your data in what the model was trained on, withhold answers about you meanwhile, make the model unlearn it, and test the result.',
    doubt: () => 'The way in which the request reached us leaves reasonable doubt about who made it.',
    'no-copy': () => 'Please do not send a copy of an identity document.',
    question: ({ note }) => `So that we can act, please answer this: ${note}`,
    'new-date': ({ due }) => `We need more time, and answer by ${due}.`,
    'extension-reason': ({ reason }) => `The reason: ${reason}.`,
    decision: () => 'We do not delete what you asked us to delete.',
    'decision-in-part': () => 'We delete a part of what you asked for, and refuse the rest.',
    ground: ({ ground }) => `The ground: ${ground}.`,
    facts: ({ note }) => `This rests on the following: ${note}`,
    kept: () => 'What we refuse to delete we keep for that ground alone, and everything else is deleted.',
    complaint: ({ authority }) => `You can complain to ${authority}.`,
    court: () => 'You can also go to court.',
    'complaint-to-us': ({ within }) =>
      `You can complain to us as well: reply to this letter. We confirm a complaint within ${within} days.`,
    appeal: ({ within }) =>
      `You can appeal: reply to this letter and say why. Somebody who had no part in this decision decides within ${within} days.`,
    objection: () => 'You can object: reply to this letter and say why.',
    help: () => 'If you wish, we help you to understand this decision.',
    done: ({ prompts, exact }) =>
      `The model has unlearned the records of your request and was tested: of ${prompts} questions about them, ${exact} were answered as before.`,
    limits: () =>
      'This is an approximation. It is not the same as a model that was trained without the data, and we do not promise that nothing of it can ever be brought out.',
    recipients: () =>
      'Those to whom we had passed the data are told, unless that is impossible; ask us, and we name them.',
    verify: () => 'The certificate can be checked by anybody, without us: ask for it under our case number.',
    secret: ({ secret }) =>
      `This secret proves that the certificate is about your request; we destroy our copy: ${secret}`,
    hold: ({ holdFor }) =>
      `The data is needed for ${holdFor}. Until the hold ends nothing is deleted or unlearned; answers about you stay withheld.`,
    review: ({ review }) => `We look at the hold again by ${review}.`,
    'clock-runs': () => 'The time limit for our answer runs on.',
    'appeal-received': ({ appealed }) =>
      `We received your objection on ${appealed}. Somebody who had no part in the decision looks at it.`,
    contact: () => 'If you have questions, reply to this letter.',
  },
};
