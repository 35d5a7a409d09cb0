// A timestamp authority (RFC 3161) of OpenSSL's own: a root, certificates of several kinds, and an HTTP server that has
// `openssl ts` answer. Independent of our reader and our checks.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { sha256 } from '#core/canonical.ts';
import { timestampRequest } from '#core/timestamp/der.ts';
import { readAnswer, readToken } from '#core/timestamp/token.ts';
import { temporaryFolder } from './folders.ts';

/** What is wrong with a certificate: nothing, another purpose, one that is not critical, or its days are over. */
export type Kind = 'good' | 'other-purpose' | 'purpose-not-critical' | 'expired';

const EXTENSIONS: Readonly<Record<Kind, string>> = {
  good: 'extendedKeyUsage=critical,timeStamping',
  'other-purpose': 'extendedKeyUsage=critical,codeSigning',
  'purpose-not-critical': 'extendedKeyUsage=timeStamping',
  expired: 'extendedKeyUsage=critical,timeStamping',
};

export interface OpensslAuthority {
  /** In DER, of the root. */
  readonly root: Buffer;
  certificate(kind: Kind): Buffer;
  /** The answer to a request, in DER. `digest`: of the signature. */
  reply(request: Uint8Array, kind?: Kind, digest?: string): Buffer;
  /** The same contents in a token that is signed with the key of another kind of certificate. */
  signedBy(kind: Kind, content: Uint8Array): Buffer;
  /** A token of these bytes that says this second, which lies within the days of the certificates. */
  stampedAt(at: Date, bytes: Uint8Array): Buffer;
  remove(): void;
  /** An authority over HTTP; `answer` may put something else in the place of what OpenSSL says. */
  serve(answer?: (request: Buffer, real: Buffer) => Buffer | number): Promise<{ url: string; close(): Promise<void> }>;
}

const pem = (path: string): Buffer => {
  const [, base64 = ''] = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(readFileSync(path, 'utf8')) ?? [];
  return Buffer.from(base64, 'base64');
};

/** `keys`: RSA as most authorities have, or P-256. */
export const opensslAuthority = (keys: 'rsa:2048' | 'ec' = 'ec'): OpensslAuthority => {
  const { dir, remove } = temporaryFolder();
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
  const newKey = keys === 'ec' ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['-newkey', keys];
  const subject = (name: string) => ['-subj', `/O=Test Authority/CN=${name}`];
  openssl(
    ...['req', '-x509', ...newKey, '-nodes', '-keyout', 'root.key', '-out', 'root.pem', '-days', '3650'],
    ...subject('root'),
  );
  const issued = new Set<Kind>();
  /** Makes key and certificate of a kind once they are asked for: two processes each. */
  const withKind = (kind: Kind): void => {
    if (issued.has(kind)) return;
    issued.add(kind);
    openssl(...['req', ...newKey, '-nodes', '-keyout', `${kind}.key`, '-out', `${kind}.csr`], ...subject(kind));
    writeFileSync(
      join(dir, `${kind}.ext`),
      `basicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n${EXTENSIONS[kind]}\n`,
    );
    const dates =
      kind === 'expired' ? ['-not_before', '20200101000000Z', '-not_after', '20210101000000Z'] : ['-days', '3000'];
    issue(openssl, dir, kind, dates);
  };
  const configure = (kind: Kind, digest: string) => {
    withKind(kind);
    const lines = ['[tsa]', 'default_tsa = one', '[one]', `serial = ${dir}/serial`, `signer_cert = ${dir}/${kind}.pem`];
    lines.push(`signer_key = ${dir}/${kind}.key`, `signer_digest = ${digest}`, 'default_policy = 1.2.3.4.1');
    lines.push(
      'digests = sha256, sha512',
      'accuracy = secs:1',
      'ordering = yes',
      'ess_cert_id_chain = no',
      `ess_cert_id_alg = ${digest}`,
    );
    writeFileSync(join(dir, 'ts.cnf'), `${lines.join('\n')}\n`);
  };
  const reply: OpensslAuthority['reply'] = (request, kind = 'good', digest = 'sha256') => {
    configure(kind, digest);
    writeFileSync(join(dir, 'request.tsq'), request);
    openssl('ts', '-reply', '-config', 'ts.cnf', '-queryfile', 'request.tsq', '-out', 'reply.tsr');
    return readFileSync(join(dir, 'reply.tsr'));
  };
  const signedBy: OpensslAuthority['signedBy'] = (kind, content) => {
    withKind(kind);
    writeFileSync(join(dir, 'content'), content);
    const certificate = ['-signer', `${kind}.pem`, '-inkey', `${kind}.key`, '-md', 'sha256', '-cades'];
    const what = ['-binary', '-nodetach', '-econtent_type', '1.2.840.113549.1.9.16.1.4', '-in', 'content'];
    openssl('cms', '-sign', ...what, ...certificate, '-outform', 'DER', '-out', 'content.tst');
    return readFileSync(join(dir, 'content.tst'));
  };
  return {
    remove,
    root: pem(join(dir, 'root.pem')),
    certificate: (kind) => {
      withKind(kind);
      return pem(join(dir, `${kind}.pem`));
    },
    reply,
    signedBy,
    stampedAt: (at, bytes) => {
      const answer = readAnswer(reply(timestampRequest(sha256(bytes), Buffer.alloc(8, 1))));
      if (!('token' in answer)) throw new Error(`status ${answer.status}`);
      const said = readToken(answer.token).content.toString('latin1');
      const time = `${at.toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
      return signedBy('good', Buffer.from(said.replace(/\d{14}Z/, time), 'latin1'));
    },
    serve: (answer = (_request, real) => real) => served((request) => answer(request, reply(request))),
  };
};

const issue = (openssl: (...args: string[]) => Buffer, dir: string, kind: Kind, dates: readonly string[]): void => {
  if (!dates.includes('-not_before')) {
    openssl(
      'x509',
      '-req',
      '-in',
      `${kind}.csr`,
      '-CA',
      'root.pem',
      '-CAkey',
      'root.key',
      '-CAcreateserial',
      ...dates,
      '-extfile',
      `${kind}.ext`,
      '-out',
      `${kind}.pem`,
    );
    return;
  }
  // `openssl ca` alone takes dates of the past
  writeFileSync(join(dir, 'index.txt'), '');
  writeFileSync(join(dir, 'ca-serial'), '1001');
  writeFileSync(
    join(dir, 'ca.cnf'),
    '[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=ca-serial\nnew_certs_dir=.\npolicy=any\nunique_subject=no\n[any]\nO=optional\nCN=supplied\n',
  );
  const [, from = '', , to = ''] = dates;
  openssl(
    'ca',
    '-batch',
    '-config',
    'ca.cnf',
    '-md',
    'sha256',
    '-in',
    `${kind}.csr`,
    '-cert',
    'root.pem',
    '-keyfile',
    'root.key',
    '-startdate',
    from,
    '-enddate',
    to,
    '-extfile',
    `${kind}.ext`,
    '-notext',
    '-out',
    `${kind}.pem`,
  );
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
};

const served = async (answer: (request: Buffer) => Buffer | number) => {
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const said = request.headers['content-type'] === 'application/timestamp-query' ? answer(body) : 415;
      if (typeof said === 'number') response.writeHead(said).end();
      else response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(said);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}/`, close };
};
