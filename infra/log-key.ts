// Rights to the log's keys, one after another (adapters/aws/kms-keys.ts): functions that append sign by the alias of
// the key in use and by nothing else, everything that reads the log asks for the public keys of all, and an operator
// may put another in its place (`quittance keys rotate log`).
// Traps: a policy that named the key would have to be deployed anew for each, so that the rights are to a key by the
// alias that a request names (kms:RequestAlias); they hold from the moment at which the alias is moved, while what a
// key is called (kms:ResourceAliases) takes KMS up to five minutes. And whoever makes keys may say who uses them: the
// policy to replace the log's key is as good as that key, and is one of its own.
import type { Stack } from 'aws-cdk-lib';
import { arnOf, type Grant } from './grants.ts';
import type { Resources } from './stateful-stack.ts';

/** Name of the log's key with the Signer. */
export const LOG_KEY = 'log';

/** What the rights are about: the aliases, and the table of the rows. */
type Places = Pick<Resources, 'signerAliases'> & { readonly tables: Pick<Resources['tables'], 'keys'> };

const ED25519 = 'ECC_NIST_EDWARDS25519';

const logAlias = (resources: Pick<Resources, 'signerAliases'>): string => `${resources.signerAliases}/${LOG_KEY}`;

const anyKey = (scope: Stack) => ({
  resources: [arnOf(scope, 'kms', 'key', '*', '/')],
  reason: "the log's key is replaced by one that is not known at deployment; a request names it by the log's alias",
});

export const signAsLog = (resources: Places, scope: Stack): Grant => ({
  actions: ['kms:Sign'],
  ...anyKey(scope),
  conditions: {
    StringEquals: {
      'kms:SigningAlgorithm': 'ED25519_SHA_512',
      'kms:MessageType': 'RAW',
      'kms:RequestAlias': logAlias(resources),
    },
  },
});

const publicKeys = (resources: Places, scope: Stack): Grant => ({
  actions: ['kms:GetPublicKey'],
  ...anyKey(scope),
  conditions: { StringLike: { 'kms:RequestAlias': [logAlias(resources), `${logAlias(resources)}/*`] } },
});

/** Which keys the log had, and what each is in public. */
export const readLogKeys = (resources: Places, scope: Stack): Grant[] => [
  publicKeys(resources, scope),
  rowsOfLogKeys(resources, ['dynamodb:GetItem']),
];

const rowsOfLogKeys = ({ tables }: Places, actions: readonly string[]): Grant => ({
  actions,
  resources: [tables.keys.arn],
  conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['kms#*'] } },
});

/** To put another key in the log's place; neither to sign with one nor to delete one. */
export const replaceLogKey = (resources: Places, scope: Stack): Grant[] => {
  const keySpec = { StringEquals: { 'kms:KeySpec': ED25519, 'kms:KeyUsage': 'SIGN_VERIFY' } };
  const named = ['kms:CreateAlias', 'kms:UpdateAlias'];
  const aliases = [LOG_KEY, `${LOG_KEY}/*`].map((name) => arnOf(scope, 'kms', resources.signerAliases, name, '/'));
  return [
    publicKeys(resources, scope),
    rowsOfLogKeys(resources, ['dynamodb:GetItem', 'dynamodb:PutItem']),
    { actions: ['kms:CreateKey'], resources: ['*'], conditions: keySpec, reason: 'KMS takes no resource for it' },
    { actions: named, ...anyKey(scope), conditions: keySpec },
    {
      actions: named,
      resources: aliases,
      reason: "the log's keys are numbered, and how many there will be is not known at deployment",
    },
  ];
};
