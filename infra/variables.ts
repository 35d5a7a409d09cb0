// Every variable that a Lambda of this installation can be given, with values that name nothing that exists: for
// handlers that are started against an empty AWS.
// Trap: a deployed function has only those of its step's ports (grants.ts).
export const VARIABLES = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  ...Object.fromEntries(
    ['TICKETS', 'VAULT', 'LOG_HEAD', 'RESULTS', 'MODELS', 'SERVING', 'KEYS'].map((t) => [`QUITTANCE_${t}_TABLE`, t]),
  ),
  ...Object.fromEntries(['VAULT', 'ARTIFACTS', 'LEDGER'].map((b) => [`QUITTANCE_${b}_BUCKET`, b.toLowerCase()])),
  QUITTANCE_VAULT_KEY: 'alias/vault',
  QUITTANCE_PEOPLE_KEY: 'alias/people',
  QUITTANCE_SIGNER_ALIASES: 'alias/quittance',
  QUITTANCE_KMS_SIGNERS: '["log"]',
  QUITTANCE_STATE_MACHINES: '{}',
  QUITTANCE_JOB_QUEUE: 'gpu',
  QUITTANCE_JOB_DEFINITIONS: '{}',
  QUITTANCE_NETWORK_STACK: 'network',
  QUITTANCE_EVENT_BUS: 'default',
  QUITTANCE_MAIL_FROM: 'desk@example.org',
  QUITTANCE_MAIL_ADDRESSES: '{"default":"desk@example.org"}',
  QUITTANCE_REGION: 'DE-BE',
  QUITTANCE_TIME_ZONE: 'Europe/Berlin',
  QUITTANCE_ENTITIES: '{}',
  QUITTANCE_ATTESTORS: '{}',
  QUITTANCE_CERTIFICATE_SCOPE: '{"swept":["the model"],"notLookedAt":["copies"]}',
};
