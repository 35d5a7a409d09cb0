// People of a Cognito pool, signed in as on AWS: a password, and a second factor where the pool asks for one (RFC 6238,
// 30 seconds, 6 digits, HMAC-SHA-1).
import { createHmac, randomBytes } from 'node:crypto';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminInitiateAuthCommand,
  AdminRespondToAuthChallengeCommand,
  AdminSetUserPasswordCommand,
  AssociateSoftwareTokenCommand,
  VerifySoftwareTokenCommand,
  type AuthenticationResultType,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { must } from '#core/errors.ts';

export interface Pool {
  readonly client: CognitoIdentityProviderClient;
  readonly UserPoolId: string;
  readonly ClientId: string;
}

interface Answer {
  readonly AuthenticationResult?: AuthenticationResultType | undefined;
  readonly ChallengeName?: string | undefined;
  readonly Session?: string | undefined;
}

/** Makes a person of these groups and signs them in; the access token. */
export const signIn = async (pool: Pool, Username: string, groups: readonly string[]): Promise<string> => {
  const { client, UserPoolId, ClientId } = pool;
  const Password = `Aa1!${randomBytes(12).toString('hex')}`;
  await client.send(
    new AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword: Password, MessageAction: 'SUPPRESS' }),
  );
  await client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }));
  for (const GroupName of groups)
    await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
  const asked: Answer = await client.send(
    new AdminInitiateAuthCommand({
      UserPoolId,
      ClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: Username, PASSWORD: Password },
    }),
  );
  const answer = asked.ChallengeName === 'MFA_SETUP' ? await enrol(pool, Username, asked.Session) : asked;
  return must(answer.AuthenticationResult?.AccessToken, 'token');
};

const enrol = async ({ client, UserPoolId, ClientId }: Pool, Username: string, session: string | undefined) => {
  const begun = await client.send(new AssociateSoftwareTokenCommand({ Session: session }));
  const UserCode = oneTimeCode(must(begun.SecretCode, 'secret'), Date.now());
  const { Session } = await client.send(new VerifySoftwareTokenCommand({ Session: begun.Session, UserCode }));
  const ChallengeName = 'MFA_SETUP';
  const ChallengeResponses = { USERNAME: Username };
  const request = { UserPoolId, ClientId, ChallengeName, ChallengeResponses, Session } as const;
  return client.send(new AdminRespondToAuthChallengeCommand(request));
};

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `secret` in base 32. */
const oneTimeCode = (secret: string, nowMs: number): string => {
  const digits = Array.from(secret.replaceAll('=', ''), (c) => ALPHABET.indexOf(c).toString(2).padStart(5, '0'));
  const key = Buffer.from((digits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(nowMs / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const code = mac.readUInt32BE(mac[19]! & 15) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, '0');
};
