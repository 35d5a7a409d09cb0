// English: the pages for everybody, who have no account and no lawyer at hand.
export const enPublic = {
  ask: {
    title: 'Ask to be forgotten',
    lead: 'Here you ask an organisation to make a language model forget what it holds about you, or about somebody who has mandated you. You need no account.',
    noCopies:
      'The time in which you are answered begins when you send this. If your identity is in doubt you will be asked for a proof; please do not send a copy of an identity document here.',
    about: 'Which organisation or which model',
    aboutHint: 'As you know it, such as the name of the service that you talked to.',
    name: 'Name of the person',
    nameHint: 'The person whose data is to be forgotten.',
    aliases: 'Other names',
    oneALine: 'One a line: former names, spellings, pseudonyms.',
    identifiers: 'What else the person is known by',
    identifiersHint: 'E-mail address, telephone or customer number; one a line.',
    what: 'What is to be forgotten',
    whatHint: 'In your own words. Quote what the model says, if you know it.',
    reply: 'How you can be reached',
    replyHint: 'E-mail or postal address for the answer.',
    country: 'Where the person lives',
    countryHint: 'The law of that country decides on the time and the grounds.',
    minor: 'The person is a child',
    agent: 'If you ask for somebody else',
    agentName: 'Your name',
    mandate: 'Your mandate',
    send: 'Send the request',
    done: 'Your request has been received',
    doneText:
      'Somebody will read it. What you typed is encrypted, and is read by those alone who work on such requests.',
    reference: 'Reference',
    secret: 'Secret',
    secretText:
      'With both you can see where your request stands. Write them down now: the secret is not shown again, and nobody can look it up for you.',
    toStatus: 'Where it stands',
  },
  standing: {
    title: 'Where a request stands',
    lead: 'With the reference and the secret that you got when you asked.',
    reference: 'Reference',
    secret: 'Secret',
    send: 'Look it up',
    received: 'Received',
    due: 'You are answered by',
    ended: 'Ended',
    states: {
      waiting: {
        title: 'It has been received',
        text: 'Somebody will read it. The time in which you are answered is running.',
      },
      'no-request': {
        title: 'It was read, and is no request to be forgotten',
        text: 'What you had typed was destroyed. If you see it otherwise, ask once more and say what is to be forgotten.',
      },
      duplicate: {
        title: 'The same request is there already',
        text: 'It goes on under the reference that you got first. What you typed the second time was destroyed.',
      },
      examined: {
        title: 'It is being examined',
        text: 'Those who work on it look at what you asked for and on which ground.',
      },
      identity: {
        title: 'A proof of identity is waited for',
        text: 'You were asked to show who you are. As long as that is open, the request does not go on.',
      },
      'at-work': {
        title: 'It is being worked on',
        text: 'The model is being changed and tested, or a person decides on the result.',
      },
      'on-hold': {
        title: 'It is on hold',
        text: 'There is a legal reason to keep the data for now. You were written to about it.',
      },
      appealed: {
        title: 'Your appeal is being decided',
        text: 'Somebody who had no part in the refusal decides on it.',
      },
      completed: {
        title: 'It is done',
        text: 'The changed model is in service. The letter says what was done and tested, and what cannot be promised.',
      },
      refused: { title: 'It was refused', text: 'The letter says why, and what you can do about it.' },
      withdrawn: { title: 'It was withdrawn', text: 'Nothing more is done about it.' },
      cancelled: { title: 'It was cancelled', text: 'The letter says why. You can ask again.' },
      expired: { title: 'It has expired', text: 'An answer that was needed never came. You can ask again.' },
    },
  },
  inbox: {
    title: 'Requests from outside',
    none: 'No request waits to be taken up.',
    lead: 'They came in by the public page, the oldest first. The time that the law gives runs from when they came in.',
    table: 'Waiting to be taken up',
    reference: 'Reference',
    received: 'Received',
    one: 'A request from outside',
    oneLead: 'Taking it up makes a draft of a case, which you check and file. Until then it stays here.',
    take: 'Take it up',
    aside: 'No request at all?',
    asideText:
      'Only what asks for nothing, or what is here already, is put aside; what was typed is destroyed, and the sender is told by the page of the standing. Everything else becomes a case, where two people refuse.',
    reasons: { 'no-request': 'It asks for nothing', duplicate: 'It is here already' },
  },
  check: {
    title: 'Check a certificate',
    lead: 'Give in the bundle (.zip) or the certificate (.json) that you were sent. It is read, checked and forgotten; nothing of it is kept here.',
    file: 'Bundle or certificate',
    fileHint: 'A zip file of at most 8 MB, or the certificate alone.',
    keys: 'Keys that you got by another way',
    keysHint:
      'On paper, by phone or from the controller’s own website: JSON, key lines or PEM. Without them the keys that this installation publishes count.',
    send: 'Check it',
    alone: 'A check by the one who is checked proves little. On a machine of your own, without a network:',
    valid: { bundle: 'Nothing in this bundle fails', certificate: 'Nothing about this certificate fails' },
    invalid: 'This is not valid',
    whose: {
      given: 'The signatures were held against the keys that you gave.',
      published:
        'The signatures were held against the keys that this installation publishes. That they are the controller’s, you have to learn by another way.',
    },
    outcomes: {
      completed: 'It is a certificate of unlearning: it says what was done and tested, and what was not.',
      refused: 'It is about a request that was refused. Nothing is certified about a model.',
      withdrawn: 'It is about a request that was withdrawn. Nothing is certified about a model.',
      cancelled: 'It is about a request that was cancelled. Nothing is certified about a model.',
      expired:
        'It is about a request to which an answer that was needed never came. Nothing is certified about a model.',
    },
    table: 'What was checked',
    check: 'Check',
    state: 'Found',
    detail: 'Detail',
    states: { holds: 'holds', fails: 'fails', 'not-checked': 'not checked' },
  },
};
