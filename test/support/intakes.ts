// An agent of the Data Rights Protocol and a controller of OpenDSR as other companies' programs are, and the settings
// that let them in. Messages are signed by node:crypto here, certificates come from OpenSSL, neither by the product.
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Intake } from '#core/intake.ts';

const pair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { privateKey, raw: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32) };
};

export const AGENTS = { GOOD_AGENT: pair(), OTHER_AGENT: pair() } as const;
export type AgentId = keyof typeof AGENTS;

/** libsodium's combined mode: signature and message, in base64. */
export const message = (key: KeyObject, body: string | Uint8Array): string => {
  const bytes = Buffer.from(body);
  return Buffer.concat([sign(null, bytes, key), bytes]).toString('base64');
};

export const CONTROLLER_TOKEN = 'c0ffee'.repeat(6);
const OTHER_TOKEN = 'decade'.repeat(6);
/** `all`: whoever may do everything (api-callers.ts), so that a program that asks everything gets in here too. */
export const TOKENS = { shop: CONTROLLER_TOKEN, rival: OTHER_TOKEN, any: 'all' } as const;
const digest = (token: string) => createHash('sha256').update(token).digest('hex');

const dsrKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const DSR_KEY = dsrKeys.publicKey;

export const INTAKE: Intake = {
  about: 'house',
  dataRights: {
    business: { id: 'HOUSE', name: 'House', apiBase: 'https://localhost' },
    agents: new Map(
      Object.entries(AGENTS).map(([id, { raw }]) => [id, { id, name: `Agent ${id}`, verifyKey: new Uint8Array(raw) }]),
    ),
  },
  openDsr: {
    domain: 'opendsr.house.example',
    certificate: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n',
    controllers: new Map(Object.entries(TOKENS).map(([id, token]) => [id, digest(token)])),
    sign: (bytes) => sign('sha256', bytes, dsrKeys.privateKey),
  },
};

/** `installation.json` and the files it names, with a certificate for `domain` by an authority of OpenSSL's making. */
export const writeIntake = (dir: string, domain: string, selfSigned = false): void => {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'root.key', '-out', 'root.pem', '-subj', '/CN=root', '-days', '30');
  const own = ['-keyout', 'dsr.key', '-subj', `/CN=${domain}`, '-addext', `subjectAltName=DNS:${domain}`];
  const by = selfSigned ? [] : ['-CA', 'root.pem', '-CAkey', 'root.key'];
  openssl('req', '-x509', ...key, ...own, '-out', 'dsr.pem', '-days', '30', ...by);
  const agents = Object.entries(AGENTS).map(([id, { raw }]) => ({
    ...{ id, name: `Agent ${id}`, verify_key: Buffer.from(raw).toString('base64'), web_url: 'https://agent.example' },
  }));
  writeFileSync(join(dir, 'agents.json'), JSON.stringify(agents));
  const intake = {
    about: 'house',
    dataRightsProtocol: { businessId: 'HOUSE', name: 'House', apiBase: `https://${domain}`, agents: 'agents.json' },
    openDsr: {
      ...{ domain, certificate: 'dsr.pem', key: 'dsr.key' },
      controllers: [{ id: 'shop', tokenSha256: digest(CONTROLLER_TOKEN) }],
    },
  };
  writeFileSync(join(dir, 'installation.json'), JSON.stringify({ intake }));
};

export const certificateIn = (dir: string): string => readFileSync(join(dir, 'dsr.pem'), 'utf8');
