// Signing in to `quittance serve` by somebody else's directory: OpenID Connect, found by discovery, with the
// authorization code, PKCE, state and nonce. Roles come from groups. Settings: `sign-in.json` in the data folder.
// Sources: OpenID Connect Core 1.0, Discovery 1.0; RFC 9700 (best current practice); openid-client checks the tokens.
// Trap: a browser comes back from another site, so that what was begun lies in a cookie that such a return carries
// (SameSite=Lax), encrypted by no one and signed by us; the session itself stays Strict, and our own page leads on.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as client from 'openid-client';
import { z } from 'zod';
import { digestJson } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { parseOnce } from '#core/json-keys.ts';
import { groupOf, Role } from '#core/roles.ts';
import { isPersonal, Principal } from '#core/ticket-request.ts';

const Settings = z.strictObject({
  issuer: z.url(),
  clientId: z.string().min(1),
  /** Of a confidential client; a public one has none, and PKCE alone. */
  clientSecret: z.string().min(1).optional(),
  /** Where the directory sends a browser back to: the address of this server and CALLBACK. */
  redirectUri: z.url(),
  scope: z.string().default('openid profile'),
  /** Claim that a person is known by here; its value must have the form of a principal. */
  principalClaim: z.string().default('preferred_username'),
  groupsClaim: z.string().default('groups'),
  /** Group of the directory → role. */
  roles: z.record(z.string(), Role).default(Object.fromEntries(Role.options.map((role) => [groupOf(role), role]))),
});
export type OidcSettings = z.infer<typeof Settings>;

export const CALLBACK = '/sign-in/oidc/callback';
const SETTINGS_FILE = 'sign-in.json';

/** undefined where the folder has no directory. INVALID_INPUT. */
export const readOidcSettings = (dir: string): OidcSettings | undefined => {
  const path = join(dir, SETTINGS_FILE);
  if (!existsSync(path)) return undefined;
  const parsed = Settings.safeParse(jsonIn(path));
  if (parsed.success && isFit(parsed.data)) return parsed.data;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${path} does not say by which directory people sign in`,
    expected: `issuer and redirectUri by https (by http on this machine alone), redirectUri ending in ${CALLBACK}, clientId`,
    got:
      parsed.error?.issues.map(({ path: at, message }) => `${at.join('.') || '(root)'}: ${message}`).join('; ') ?? '',
    hint: "see docs/operations.md, section 'Signing in by a directory'",
  });
};

const jsonIn = (path: string): unknown => {
  try {
    return parseOnce(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // refused as no object
  }
};

const isFit = ({ issuer, redirectUri }: OidcSettings): boolean =>
  [issuer, redirectUri].every((url) => new URL(url).protocol === 'https:' || isHere(url)) &&
  new URL(redirectUri).pathname === CALLBACK;

const isHere = (url: string): boolean => ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);

/** What a browser keeps while it is at the directory. */
const Begun = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), until: z.number() });

export interface Member {
  readonly principal: string;
  readonly roles: readonly Role[];
}

export interface Directory {
  /** Where the browser goes, and what it keeps until it comes back. */
  begin(now: Date): Promise<{ readonly address: string; readonly begun: string }>;
  /** UNAUTHENTICATED where the return is not the one that was begun; ACCESS_DENIED for a person without a role. */
  finish(returned: URLSearchParams, begun: string, now: Date): Promise<Member>;
  /** Of a session: it ends when the settings, by which its roles were found, are others. */
  readonly settings: string;
}

const MINUTES_AWAY = 10;

/** Discovery happens at the first sign-in, so that a server starts while its directory is down. */
export const oidcDirectory = (settings: OidcSettings, key: Uint8Array): Directory => {
  let found: Promise<client.Configuration> | undefined;
  const configuration = () =>
    (found ??= discover(settings).catch((cause: unknown) => {
      found = undefined;
      throw unreachable(cause);
    }));
  return {
    settings: digestJson({ ...settings }).slice(-16),
    begin: async (now) => {
      const config = await configuration();
      const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
      const address = client.buildAuthorizationUrl(config, {
        redirect_uri: settings.redirectUri,
        scope: settings.scope,
        ...{ state, nonce, code_challenge_method: 'S256' },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
      });
      const until = now.getTime() + MINUTES_AWAY * 60_000;
      return { address: address.href, begun: signed({ state, nonce, verifier, until }, key) };
    },
    finish: async (returned, begun, now) => {
      const { state, nonce, verifier, until } = opened(begun, key);
      if (until < now.getTime()) throw refused('it took too long');
      const address = new URL(settings.redirectUri);
      address.search = returned.toString();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      return memberOf(await granted(await configuration(), address, checks), settings);
    },
  };
};

const discover = ({ issuer, clientId, clientSecret }: OidcSettings): Promise<client.Configuration> =>
  client.discovery(new URL(issuer), clientId, clientSecret, clientSecret === undefined ? client.None() : undefined, {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- by http on this machine alone (isFit)
    execute: isHere(issuer) ? [client.allowInsecureRequests] : [],
    timeout: 10,
  });

const granted = async (
  config: client.Configuration,
  address: URL,
  checks: client.AuthorizationCodeGrantChecks,
): Promise<Readonly<Record<string, unknown>>> => {
  try {
    const tokens = await client.authorizationCodeGrant(config, address, checks);
    const claims = tokens.claims();
    if (!claims) throw new Error('no ID token');
    const more = config.serverMetadata().userinfo_endpoint
      ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
      : {};
    return { ...more, ...claims };
  } catch (cause) {
    throw refused('the directory does not say who it is', cause);
  }
};

const memberOf = (claims: Readonly<Record<string, unknown>>, settings: OidcSettings): Member => {
  const { principalClaim, groupsClaim, roles } = settings;
  const principal = Principal.safeParse(claims[principalClaim]);
  const groups = z.array(z.string()).catch([]).parse(claims[groupsClaim]);
  const held = [...new Set(groups.flatMap((group) => (Object.hasOwn(roles, group) ? [roles[group]!] : [])))].sort();
  if (principal.success && isPersonal(principal.data) && held.length > 0)
    return { principal: principal.data, roles: held };
  throw new QuittanceError('ACCESS_DENIED', {
    message: 'the directory knows this person, and gives no role here',
    expected: `claim ${principalClaim} of lower-case letters, digits, dots and dashes; claim ${groupsClaim} with one of ${Object.keys(roles).join(', ')}`,
    hint: 'ask whoever keeps the directory',
  });
};

const refused = (message: string, cause?: unknown) =>
  new QuittanceError('UNAUTHENTICATED', { message, ...(cause !== undefined && { cause }), hint: 'sign in again' });

const unreachable = (cause: unknown) =>
  new QuittanceError('SERVICE_UNAVAILABLE', { message: 'the directory cannot be asked', cause });

const macOf = (text: string, key: Uint8Array): Buffer => createHmac('sha256', key).update(`oidc ${text}`).digest();

const signed = (begun: z.infer<typeof Begun>, key: Uint8Array): string => {
  const text = Buffer.from(JSON.stringify(begun)).toString('base64url');
  return `${text}.${macOf(text, key).toString('base64url')}`;
};

/** UNAUTHENTICATED for what we did not sign. */
const opened = (begun: string, key: Uint8Array): z.infer<typeof Begun> => {
  const [text = '', mac = ''] = begun.split('.');
  const [wanted, got] = [macOf(text, key), Buffer.from(mac, 'base64url')];
  if (wanted.length !== got.length || !timingSafeEqual(wanted, got)) throw refused('no sign-in was begun here');
  return Begun.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
};

/** The credential of a session that a directory vouched for: settings and roles, as they were. */
export const credentialOfMember = ({ settings }: Directory, { roles }: Member): string =>
  `oidc ${settings} ${roles.join(',')}`;

/** Whether a directory vouched for it. */
export const isOfDirectory = (credential: string): boolean => credential.startsWith('oidc ');

/** Roles of a session by its credential; undefined where it is not this directory's. */
export const rolesInCredential = (credential: string, directory: Directory | undefined): Role[] | undefined => {
  const [, settings, roles = ''] = credential.split(' ');
  if (!isOfDirectory(credential) || settings !== directory?.settings) return undefined;
  return z.array(Role).parse(roles.split(','));
};
