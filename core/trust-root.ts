// The keys that a verifier pins: whose signatures count, and as what. Three forms that say the same: our JSON; key
// lines as signed notes have them (https://c2sp.org/signed-note, "vkey"), which tools of transparency logs take; and
// PEM (SubjectPublicKeyInfo, RFC 8410), which everything else takes.
// Trap: a key line and a PEM block have no field for what a key may sign. The role stands in the line's name
// (`ORIGIN/service`, `ORIGIN/person/WHO`) and in the line above the block; a name that says no role is refused, never
// guessed at. Key lines have no place for a certificate: authorities of timestamps stand in the other two forms.
import { z } from 'zod';
import { Digest, digestOf } from './canonical.ts';
import { personKey } from './certificate.ts';
import { SERVICE_KEY } from './statements.ts';
import { keyIdOf } from './dsse.ts';
import { Instant } from './deadlines.ts';
import { isQuittanceError, QuittanceError } from './errors.ts';
import { faultsOf } from './field-faults.ts';
import { parseOnce } from './json-keys.ts';
import { LOG_KEY } from './ledger/log-keys.ts';
import { AttestorName, certificateBlock, certificatesIn, isCertificate } from './timestamp/pem.ts';
import { noteKeyId, SPKI_ED25519, type NoteKey } from './ledger/note.ts';
import type { Signer } from './ports.ts';

/** Witnesses co-sign checkpoints (https://c2sp.org/tlog-cosignature). */
const KeyRole = z.enum(['log', 'service', 'person', 'witness']);
export type KeyRole = z.infer<typeof KeyRole>;

/**
 * The end of a key: what it signed until then counts; where others may have had a person's, what is proven older; and
 * where others may have had the log's, nothing that rests on it alone.
 */
const Ended = z.strictObject({ until: Instant, compromised: z.boolean() });

const Key = z
  .strictObject({
    id: Digest,
    role: KeyRole,
    name: z.string(),
    publicKey: z.string(),
    ended: Ended.optional(),
  })
  .refine(
    ({ role, ended }) => ended === undefined || role !== 'witness',
    'an end is said of keys of the installation and of people, not of a witness',
  );
type Key = z.infer<typeof Key>;

/** Each signature is tried with each key that it may be by. */
const [MOST_KEYS, MOST_NOTE_KEYS] = [1_000, 32];

/** Whose timestamps count: each certificate as it is, or as the issuer of the authority's own (base64 of DER). */
const Authority = z.strictObject({
  name: AttestorName,
  certificates: z
    .array(z.base64().refine((text) => isCertificate(Buffer.from(text, 'base64')), 'is no certificate'))
    .min(1)
    .max(8),
});
type Authority = z.infer<typeof Authority>;

export const TrustRoot = z.strictObject({
  kind: z.literal('quittance-trust-root/v1'),
  origin: z.string(),
  authorities: z.array(Authority).max(8).optional(),
  /** How many of its witnesses must have co-signed a checkpoint; one where nothing is said. */
  quorum: z.int().positive().optional(),
  keys: z
    .array(Key)
    .min(1)
    .max(MOST_KEYS)
    .refine(
      (keys) => keys.filter(({ role }) => role === 'log' || role === 'witness').length <= MOST_NOTE_KEYS,
      'too many keys of logs and witnesses',
    ),
});
export type TrustRoot = z.infer<typeof TrustRoot>;

/** The installation's keys with those of the people who approved. */
export const trustRootOf = async (signer: Signer, origin: string, approvers: readonly string[]): Promise<TrustRoot> => {
  const log = await keysOf(signer, LOG_KEY, 'log', origin);
  const service = await keysOf(signer, SERVICE_KEY, 'service', 'service');
  const people = await Promise.all(approvers.map((name) => keysOf(signer, personKey(name), 'person', name)));
  return { kind: 'quittance-trust-root/v1', origin, keys: [...log, ...service, ...people.flat()] };
};

/** All that was ever signed with under a name, the oldest first. KEY_UNAVAILABLE where that is nothing. */
const keysOf = async (signer: Signer, keyName: string, role: KeyRole, name: string): Promise<Key[]> => {
  const former = (await signer.former?.(keyName)) ?? [];
  const ended = former.map(({ publicKey, until, compromised }) => ({
    ...keyOf(role, name, publicKey),
    ended: { until, compromised },
  }));
  const current = await signer.publicKey(keyName).catch((error: unknown) => {
    if (ended.length > 0 && isQuittanceError(error, 'KEY_UNAVAILABLE')) return undefined;
    throw error;
  });
  return [...ended, ...(current === undefined ? [] : [keyOf(role, name, current)])];
};

/** With those outside who vouch for the installation. */
export const withAttestors = (
  root: TrustRoot,
  witnesses: readonly NoteKey[],
  authorities: readonly { readonly name: string; readonly certificates: readonly Uint8Array[] }[],
): TrustRoot => {
  const named = authorities.map(({ name, certificates }) => ({
    name,
    certificates: certificates.map((der) => Buffer.from(der).toString('base64')),
  }));
  const keys = [...root.keys, ...witnesses.map(({ name, publicKey }) => keyOf('witness', name, publicKey))];
  return { ...root, keys, ...(named.length > 0 && { authorities: named }) };
};

const keyOf = (role: KeyRole, name: string, publicKey: Uint8Array): Key => ({
  id: keyIdOf(publicKey),
  role,
  name,
  publicKey: Buffer.from(publicKey).toString('base64'),
});

const raw = ({ publicKey }: Key): Buffer => Buffer.from(publicKey, 'base64');

/** Algorithm bytes of https://c2sp.org/signed-note: Ed25519, and Ed25519 of a witness. */
const ALGORITHM = { signature: 1, cosignature: 4 } as const;
type Algorithm = keyof typeof ALGORITHM;
const algorithmOf = (role: KeyRole): Algorithm => (role === 'witness' ? 'cosignature' : 'signature');

const lineName = (origin: string, { role, name }: Key): string => {
  if (role === 'service') return `${origin}/service`;
  return role === 'person' ? `${origin}/person/${name}` : name;
};

/** One line a key: `NAME+ID+KEY`. */
export const keyLines = ({ origin, keys }: TrustRoot): string =>
  keys
    .map((key) => {
      const line = keyLine({ name: lineName(origin, key), publicKey: raw(key) }, algorithmOf(key.role));
      return `${key.ended ? `#${endText(key)}\n` : ''}${line}\n`;
    })
    .join('');

/** In a comment above a key line, and behind the name above a block. */
const endText = ({ ended }: Key): string =>
  ended ? ` until ${ended.until}${ended.compromised ? ' compromised' : ''}` : '';
const END_TEXT = / until (\S+)( compromised)?$/;

const withEnd = (key: Key, text: string | undefined, name: string): Key => {
  if (text === undefined || text === '') return key;
  const [, until, compromised] = END_TEXT.exec(text) ?? [];
  const ended = Ended.safeParse({ until, compromised: compromised !== undefined });
  if (!ended.success) throw malformed(name, 'says of a key that it ended, and not when');
  return { ...key, ended: ended.data };
};

export const keyLine = (key: NoteKey, algorithm: Algorithm): string => {
  const typed = Buffer.concat([Uint8Array.of(ALGORITHM[algorithm]), key.publicKey]).toString('base64');
  return `${key.name}+${noteKeyId(key, algorithm).toString('hex')}+${typed}`;
};

export const keyBlocks = ({ keys, authorities = [] }: TrustRoot): string =>
  [...keys.map(keyBlock), ...authorities.flatMap(authorityBlocks)].join('\n');

const authorityBlocks = ({ name, certificates }: Authority): string[] =>
  certificates.map((base64) => `timestamp ${name}\n${certificateBlock(base64)}`);

const keyBlock = (key: Key): string => {
  const der = Buffer.concat([SPKI_ED25519, raw(key)]).toString('base64');
  return `${key.role} ${key.name}${endText(key)}\n${BEGIN}\n${der}\n${END}\n`;
};
const [BEGIN, END] = ['-----BEGIN PUBLIC KEY-----', '-----END PUBLIC KEY-----'];

/** TRUST_ROOT_INVALID where the text is none of the three forms. `name`: of the file, for the message. */
export const parseTrustRoot = (text: string, name: string): TrustRoot => {
  if (text.trimStart().startsWith('{')) return fromJson(text, name);
  const { authorities, rest } = withoutCertificates(text, name);
  const keys = rest.includes(BEGIN) ? fromBlocks(rest, name) : fromLines(rest, name);
  const logs = new Set(keys.filter(({ role }) => role === 'log').map((key) => key.name));
  const [origin] = logs;
  if (origin === undefined || logs.size > 1) throw malformed(name, `names ${logs.size} logs, and not one`);
  return { kind: 'quittance-trust-root/v1', origin, keys, ...(authorities.length > 0 && { authorities }) };
};

const CERTIFICATE = /^timestamp (\S+)\s*\n(-----BEGIN CERTIFICATE-----[^-]{1,20000}-----END CERTIFICATE-----)\s*/m;

/** Certificates of authorities, each under a line `timestamp NAME`, and what is left. */
const withoutCertificates = (text: string, file: string): { authorities: Authority[]; rest: string } => {
  const found = new Map<string, string[]>();
  let rest = text.replaceAll('\r\n', '\n');
  for (let block = CERTIFICATE.exec(rest); block; block = CERTIFICATE.exec(rest)) {
    const [whole, name = '', pem = ''] = block;
    const [der] = certificatesIn(pem) ?? [];
    if (der === undefined || !AttestorName.safeParse(name).success)
      throw malformed(file, 'holds a certificate of no authority that can be named');
    found.set(name, [...(found.get(name) ?? []), der.toString('base64')]);
    rest = `${rest.slice(0, block.index)}${rest.slice(block.index + whole.length)}`;
  }
  return { authorities: [...found].map(([name, certificates]) => ({ name, certificates })), rest };
};

const malformed = (name: string, what: string) =>
  new QuittanceError('TRUST_ROOT_INVALID', {
    message: `${name} is not a trust root`,
    expected: 'what `quittance trust-root` writes: JSON, key lines or PEM',
    got: `what ${what}`,
  });

const fromJson = (text: string, name: string): TrustRoot => {
  const parsed = TrustRoot.safeParse(jsonIn(text, name));
  if (parsed.success) return parsed.data;
  const faults = faultsOf(parsed.error).slice(0, MOST_TOLD);
  throw malformed(name, `is JSON of another form: ${faults.map(({ field, rule }) => `${field}: ${rule}`).join('; ')}`);
};

/** Faults of a file that are told at once. */
const MOST_TOLD = 3;

const jsonIn = (text: string, name: string): unknown => {
  try {
    return parseOnce(text);
  } catch {
    throw malformed(name, 'begins as JSON and is none');
  }
};

const fromLines = (text: string, name: string): Key[] => {
  const lines = text.split('\n').map((line) => line.trim());
  const read = lines.flatMap((line, i) => {
    if (line === '' || line.startsWith('#')) return [];
    const above = lines[i - 1] ?? '';
    return [{ parsed: parseKeyLine(line), number: i + 1, end: /^# until /.test(above) ? above.slice(1) : undefined }];
  });
  const keys = read.flatMap(({ parsed, end }) => (parsed ? [{ ...parsed, end }] : []));
  const bad = read.find(({ parsed }) => parsed === undefined);
  if (bad || keys.length === 0) throw malformed(name, `has no key line NAME+ID+KEY in line ${bad?.number ?? 1}`);
  const log = keys.find(
    ({ key, algorithm }) => algorithm === 'signature' && !/\/(service|person\/[^/]+)$/.test(key.name),
  );
  return keys.map(({ key, algorithm, end }) => withEnd(fromLine(key, algorithm, log?.key.name ?? '', name), end, name));
};

const fromLine = (key: NoteKey, algorithm: Algorithm, origin: string, name: string): Key => {
  if (algorithm === 'cosignature') return keyOf('witness', key.name, key.publicKey);
  if (key.name === origin) return keyOf('log', origin, key.publicKey);
  if (key.name === `${origin}/service`) return keyOf('service', 'service', key.publicKey);
  const person = key.name.startsWith(`${origin}/person/`) ? key.name.slice(`${origin}/person/`.length) : undefined;
  if (person === undefined) throw malformed(name, 'has a key that is of no role in its log');
  return keyOf('person', person, key.publicKey);
};

/** A key line of Ed25519, with its id; undefined where it is none. */
export const parseKeyLine = (line: string): { key: NoteKey; algorithm: Algorithm } | undefined => {
  const [, name = '', id, typed = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? [];
  const bytes = Buffer.from(typed, 'base64');
  const algorithm = (['signature', 'cosignature'] as const).find((one) => ALGORITHM[one] === bytes[0]);
  if (algorithm === undefined || bytes.length !== 33 || bytes.toString('base64') !== typed) return undefined;
  const key = { name, publicKey: bytes.subarray(1) };
  return noteKeyId(key, algorithm).toString('hex') === id ? { key, algorithm } : undefined;
};

const BLOCK = new RegExp(
  `^(\\w+) (\\S+)( until [^\\n]{1,60})?[ \\t]*\\n${BEGIN}\\s+([A-Za-z0-9+/=\\s]{1,200}?)\\s*${END}\\s*`,
);

const fromBlocks = (text: string, name: string): Key[] => {
  const keys: Key[] = [];
  for (let rest = text.replaceAll('\r\n', '\n').trimStart(); rest !== '';) {
    const [block = '', role, who = '', end, base64 = ''] = BLOCK.exec(rest) ?? [];
    const der = Buffer.from(base64, 'base64');
    const known = KeyRole.safeParse(role).data;
    if (known === undefined || der.length !== SPKI_ED25519.length + 32 || !der.subarray(0, -32).equals(SPKI_ED25519))
      throw malformed(name, 'holds a block without `ROLE NAME` above an Ed25519 public key');
    keys.push(withEnd(keyOf(known, who, der.subarray(-32)), end?.trimEnd(), name));
    rest = rest.slice(block.length);
  }
  return keys;
};

/** Whether each key is what its id says; a key at fault is named. */
export const misnamedKey = ({ keys }: TrustRoot): string | undefined =>
  keys.find((key) => digestOf(raw(key)) !== key.id)?.name;
