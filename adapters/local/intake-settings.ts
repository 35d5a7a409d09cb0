// The protocols of intake as `installation.json` has them, with the files that it names beside it: the directory of
// agents in the form of the Data Rights Protocol's own directory, and the certificate and key of OpenDSR.
// Trap: a certificate that says another name, is its own issuer, or is of another key would have every controller
// refuse what is signed with it; so it is refused here, when the server starts.
import { createPrivateKey, sign, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import type { Agent, Intake, OpenDsr } from '#core/intake.ts';

const DrpId = z.string().regex(/^[A-Z_]{1,50}$/, 'capital letters and underscores');
const Web = z.string().regex(/^https:\/\/[^\s]{1,300}$/, 'an https address');
const File = z.string().min(1).max(500);

const eachOnce = (values: readonly string[]): boolean => new Set(values).size === values.length;

const DataRightsSettings = z.strictObject({
  businessId: DrpId,
  name: z.string().min(1).max(100),
  /** Under which agents reach this installation, without `/v1`. */
  apiBase: Web,
  webUrl: Web.optional(),
  technicalContact: z.string().max(200).optional(),
  businessContact: z.string().max(200).optional(),
  /** A file beside this one: entries of the network's directory of agents. */
  agents: File,
});

const OpenDsrSettings = z.strictObject({
  domain: z.string().regex(/^[a-z0-9.-]{1,253}$/, 'a name of the internet, in lower case'),
  certificate: File,
  key: File,
  controllers: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,50}$/, 'lower-case letters, digits, dot, dash, underscore'),
        tokenSha256: z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits'),
      }),
    )
    .min(1)
    .max(100)
    .refine(
      (all) => [all.map(({ id }) => id), all.map(({ tokenSha256 }) => tokenSha256)].every(eachOnce),
      'each id and each token once',
    ),
});

export const IntakeSettings = z.strictObject({
  about: z.string().trim().min(1).max(200),
  dataRightsProtocol: DataRightsSettings.optional(),
  openDsr: OpenDsrSettings.optional(),
});
export type IntakeSettings = z.infer<typeof IntakeSettings>;

const Directory = z
  .array(
    z.looseObject({
      id: DrpId,
      name: z.string().min(1).max(100),
      verify_key: z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'base64 of 32 bytes'),
    }),
  )
  .max(1_000)
  .refine((agents) => eachOnce(agents.map(({ id }) => id)), 'each agent once');

/** INVALID_INPUT with the file that is missing or does not have its form. */
export const readIntake = (dir: string, settings: IntakeSettings | undefined, now: Date): Intake | undefined => {
  if (settings === undefined) return undefined;
  const { about, dataRightsProtocol: drp, openDsr } = settings;
  return {
    about,
    ...(drp && {
      dataRights: { business: { id: drp.businessId, ...drp }, agents: agentsIn(resolve(dir, drp.agents)) },
    }),
    ...(openDsr && { openDsr: openDsrOf(dir, openDsr, now) }),
  };
};

const agentsIn = (path: string): ReadonlyMap<string, Agent> => {
  const parsed = Directory.safeParse(jsonOf(textOf(path)));
  if (!parsed.success)
    throw unfit(
      path,
      'a JSON array of agents, each with id, name and verify_key',
      parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || '(root)'}: ${message}`).join('; '),
    );
  return new Map(
    parsed.data.map(({ id, name, verify_key: key }) => [id, { id, name, verifyKey: Buffer.from(key, 'base64') }]),
  );
};

const openDsrOf = (
  dir: string,
  { domain, certificate, key, controllers }: z.infer<typeof OpenDsrSettings>,
  now: Date,
) => {
  const [certificatePath, keyPath] = [resolve(dir, certificate), resolve(dir, key)];
  const pem = textOf(certificatePath);
  const read = certificateOf(certificatePath, pem);
  const privateKey = keyOf(keyPath);
  const kind = privateKey.asymmetricKeyType ?? 'no';
  if (!['rsa', 'ec'].includes(kind))
    throw unfit(keyPath, 'an RSA or ECDSA key, as FIPS 186-4 has them', `a key: ${kind}`);
  if (!read.checkPrivateKey(privateKey)) throw unfit(certificatePath, `the certificate of ${key}`, 'of another key');
  if (read.checkHost(domain, { subject: 'never' }) === undefined)
    throw unfit(certificatePath, `a certificate for ${domain}`, read.subjectAltName ?? 'no name of the internet');
  if (read.subject === read.issuer && read.verify(read.publicKey))
    throw unfit(certificatePath, 'a certificate of an authority', 'one that it signed itself');
  if (new Date(read.validFrom) > now || new Date(read.validTo) <= now)
    throw unfit(certificatePath, 'a certificate that is valid', `${read.validFrom} to ${read.validTo}`);
  const tokens = new Map(controllers.map(({ id, tokenSha256 }) => [id, tokenSha256]));
  const side: OpenDsr = {
    domain,
    certificate: pem,
    controllers: tokens,
    sign: (bytes) => sign('sha256', bytes, privateKey),
  };
  return side;
};

const certificateOf = (path: string, pem: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch {
    throw unfit(path, 'a certificate in PEM', 'no certificate that can be read');
  }
};

const keyOf = (path: string): KeyObject => {
  try {
    return createPrivateKey(textOf(path));
  } catch (error) {
    if (error instanceof QuittanceError) throw error;
    throw unfit(path, 'a private key in PEM, without a passphrase', 'no key that can be read');
  }
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw unfit(path, 'a file that installation.json names under intake', 'no file that can be read');
  }
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const unfit = (path: string, expected: string, got: string) =>
  new QuittanceError('INVALID_INPUT', {
    message: `${path} is not what the intake needs`,
    expected,
    got,
    hint: 'docs/intake.md says what belongs there',
  });
