// A mail server on this machine (smtp-server, another program than the client that speaks to it), with a certificate
// for localhost that OpenSSL made, which takes, refuses or loses messages as a test wants.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { temporaryFolder } from './folders.ts';

export interface Taken {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly secure: boolean;
}

export interface Behaviour {
  /** Whether STARTTLS is offered; default true. */
  readonly tls?: boolean;
  /** Reply to a recipient, or to the message at its end; 250 where absent. `lost`: the connection, with no reply. */
  readonly rcpt?: (address: string) => number;
  /** To the connection, before anything is said. */
  readonly greeting?: number;
  /** What happens at the sender, or at the recipient, instead of a reply. */
  readonly ends?: readonly [at: 'MAIL' | 'RCPT', how: 'lost' | 'silence'];
  readonly data?: () => number | 'lost' | 'taken-and-lost' | 'silence';
  /** User and password that are let in; nobody has to sign in where absent. */
  readonly user?: readonly [name: string, password: string];
}

export interface MailServer {
  readonly port: number;
  readonly taken: Taken[];
  /** A folder with `ca.pem`, `wrong.pem` and `password`, for the settings to name. */
  readonly dir: string;
  settings(change?: Record<string, unknown>): { from: string; name: string; smtp: Record<string, unknown> };
  close(): Promise<void>;
}

const refusal = (code: number) =>
  Object.assign(new Error(`${code} <ada@example.org> is not here`), { responseCode: code });

const certificates = (dir: string): { key: Buffer; cert: Buffer } => {
  const make = (name: string) =>
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
        ...['-keyout', join(dir, `${name}.key`), '-out', join(dir, `${name}.pem`)],
      ],
      { stdio: 'ignore' },
    );
  for (const name of ['ca', 'wrong']) make(name);
  return { key: readFileSync(join(dir, 'ca.key')), cert: readFileSync(join(dir, 'ca.pem')) };
};

export const mailServer = async (behaviour: Behaviour = {}): Promise<MailServer> => {
  const { tls = true, rcpt = () => 250, data = () => 250, user, greeting, ends } = behaviour;
  const { dir, remove } = temporaryFolder();
  writeFileSync(join(dir, 'password'), 'the password\n');
  const taken: Taken[] = [];
  /** Whether there is no reply any more. */
  const ended = (at: 'MAIL' | 'RCPT'): boolean => {
    if (ends?.[0] !== at) return false;
    if (ends[1] === 'lost') for (const one of server.connections) one.close();
    return true;
  };
  const server = new SMTPServer({
    ...certificates(dir),
    disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(user ? [] : ['AUTH'])],
    authOptional: !user,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, done) =>
      username === user?.[0] && password === user?.[1] ? done(null, { user: username }) : done(refusal(535)),
    onConnect: (_session, done) => done(greeting === undefined ? null : refusal(greeting)),
    onMailFrom: (_address, _session, done) => {
      if (!ended('MAIL')) done(null);
    },
    onRcptTo: ({ address }, _session, done) => {
      if (ended('RCPT')) return;
      const code = rcpt(address);
      done(code === 250 ? null : refusal(code));
    },
    onData: (stream, { envelope, secure }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const how = data();
        const raw = Buffer.concat(chunks).toString('utf8');
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        if (how === 250 || how === 'taken-and-lost')
          taken.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw, secure });
        if (how === 'lost' || how === 'taken-and-lost') for (const one of server.connections) one.close();
        else if (how === 'silence') return;
        else done(how === 250 ? null : refusal(how), 'taken');
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    ...{ port, taken, dir },
    settings: (change = {}) => ({
      ...{ from: 'privacy@example.org', name: 'Prüfstelle, Datenschutz' },
      smtp: { host: 'localhost', port, tls: 'starttls', ca: 'ca.pem', silenceSeconds: 1, ...change },
    }),
    close: async () => {
      await new Promise<void>((resolve) => server.close(resolve));
      remove();
    },
  };
};
