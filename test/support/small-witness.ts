// A witness (https://c2sp.org/tlog-witness, add-checkpoint) written down from its specification, that shares no code
// with the client which asks it: it keeps the size and root of each log, and checks every proof by itself.
import { createHash, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

const sha256 = (...parts: (string | Uint8Array)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const keyHash = (name: string, type: number, key: Uint8Array) =>
  sha256(name, '\n', Uint8Array.of(type), key).subarray(0, 4);
const rawOf = (key: KeyObject) => createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);

/** RFC 9162, 2.1.4.2. */
const grows = (m: number, n: number, proof: readonly Buffer[], before: Buffer, after: Buffer): boolean => {
  if (m === n) return proof.length === 0 && before.equals(after);
  const path = Number.isInteger(Math.log2(m)) ? [before, ...proof] : [...proof];
  let [fn, sn] = [m - 1, n - 1];
  while (fn % 2 === 1) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  let [first, second] = [path[0], path[0]];
  for (const hash of path.slice(1)) {
    if (!first || !second || sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      [first, second] = [sha256(Uint8Array.of(1), hash, first), sha256(Uint8Array.of(1), hash, second)];
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else second = sha256(Uint8Array.of(1), second, hash);
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return sn === 0 && first !== undefined && second !== undefined && first.equals(before) && second.equals(after);
};

export interface SmallWitness {
  readonly url: string;
  /** Its key line. */
  readonly key: string;
  /** Statuses that it answered with, in order. */
  readonly answered: number[];
  /** Says something else than it should, from now on: another status or body. */
  answer: ((status: number, body: string) => [number, string]) | undefined;
  close(): Promise<void>;
}

interface Known {
  size: number;
  root: Buffer;
}

/** Of the logs whose raw keys it is given, by origin. `now`: its clock, in milliseconds. */
export const smallWitness = async (
  name: string,
  logs: ReadonlyMap<string, Uint8Array>,
  now: () => number = Date.now,
): Promise<SmallWitness> => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = rawOf(privateKey);
  const known = new Map<string, Known>();
  const answerTo = (body: string): [number, string] => {
    const [head = '', note = ''] = split(body);
    const [first = '', ...lines] = head.split('\n');
    const old = Number(/^old (\d+)$/.exec(first)?.[1] ?? NaN);
    const [text = '', signatures = ''] = splitLast(note);
    const [origin = '', size = '', root = ''] = text.split('\n');
    const key = logs.get(origin);
    if (Number.isNaN(old) || old > Number(size)) return [400, ''];
    if (!key) return [404, ''];
    if (!signatures.split('\n').some((line) => isSigned(line, origin, key, text))) return [403, ''];
    const before = known.get(origin) ?? { size: 0, root: sha256() };
    if (old !== before.size) return [409, `${before.size}\n`];
    const proof = lines.map((line) => Buffer.from(line, 'base64'));
    const after = Buffer.from(root, 'base64');
    const whole = old === 0 ? proof.length === 0 : grows(old, Number(size), proof, before.root, after);
    if (!whole) return [422, ''];
    known.set(origin, { size: Number(size), root: after });
    const time = Math.floor(now() / 1000);
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(BigInt(time));
    const message = Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
    const line = Buffer.concat([keyHash(name, 4, raw), stamp, sign(null, message, privateKey)]).toString('base64');
    return [200, `— ${name} ${line}\n`];
  };
  const witness: Omit<SmallWitness, 'url' | 'close'> = {
    key: `${name}+${keyHash(name, 4, raw).toString('hex')}+${Buffer.concat([Uint8Array.of(4), raw]).toString('base64')}`,
    answered: [],
    answer: undefined,
  };
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const real = request.url === '/add-checkpoint' ? answerTo(body) : ([404, ''] as [number, string]);
      const [status, said] = witness.answer?.(...real) ?? real;
      witness.answered.push(status);
      response.writeHead(status, { 'content-type': status === 409 ? 'text/x.tlog.size' : 'text/plain' }).end(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return Object.assign(witness, { url: `http://127.0.0.1:${port}/`, close });
};

const split = (text: string) => [text.slice(0, text.indexOf('\n\n')), text.slice(text.indexOf('\n\n') + 2)];
const splitLast = (text: string) => [
  text.slice(0, text.lastIndexOf('\n\n') + 1),
  text.slice(text.lastIndexOf('\n\n') + 2),
];

const isSigned = (line: string, origin: string, key: Uint8Array, text: string): boolean => {
  const [, name, base64 = ''] = /^— (\S+) (\S+)$/.exec(line) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  if (name !== origin || !bytes.subarray(0, 4).equals(keyHash(origin, 1, key))) return false;
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]);
  return verify(null, Buffer.from(text), createPublicKey({ key: der, format: 'der', type: 'spki' }), bytes.subarray(4));
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};
