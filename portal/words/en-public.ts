// English: the pages for everybody, who have no account and no lawyer at hand.
export const enPublic = {
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
