// The way to webhooks. Their addresses were typed by people and resolve at somebody else's will, so that every address
// of a name is looked at, and the connection goes to the one that was looked at and to no other.
// Traps: a name may resolve to another address a moment later (DNS rebinding), hence the pinned address; a redirect is
// an address that nobody looked at, hence none is followed; and what a receiver answers is not read.
import { lookup } from 'node:dns/promises';
import { request as overHttp, type ClientRequest, type RequestOptions } from 'node:http';
import { request as overTls } from 'node:https';
import { isIP } from 'node:net';
import { QuittanceError } from '#core/errors.ts';
import { receiverUrl, type Receivers } from '#core/webhooks.ts';
import { isPublicAddress } from './public-address.ts';

const PATIENCE_MS = 15_000;

export interface ReceiverOptions {
  /** Receivers inside the own network, as `host:port`: any address, and http, only there. */
  readonly inside?: readonly string[];
  /** All addresses of a name; by default the system's resolver says. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
  readonly patienceMs?: number;
}

const bySystem = async (hostname: string): Promise<string[]> =>
  (await lookup(hostname, { all: true, order: 'verbatim' })).map(({ address }) => address);

export const httpReceivers = (options: ReceiverOptions = {}): Receivers => ({
  post: async (text, headers, body) => {
    const url = receiverUrl(text);
    const address = await addressFor(url, options);
    return exchange(url, address, headers, body, options.patienceMs ?? PATIENCE_MS);
  },
});

/** WEBHOOK_ADDRESS unless every address that the receiver has may be connected to; the one to use. */
export const addressFor = async (url: URL, { inside = [], resolve = bySystem }: ReceiverOptions): Promise<string> => {
  const { protocol, hostname } = url;
  const port = url.port === '' ? (protocol === 'https:' ? '443' : '80') : url.port;
  const isInside = inside.includes(`${hostname}:${port}`);
  if (protocol !== 'https:' && !isInside) throw refused('https, or a receiver that the settings name as one inside');
  const bare = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(bare) === 0 ? await resolved(bare, resolve) : [bare];
  const [first] = addresses;
  if (first !== undefined && (isInside || addresses.every(isPublicAddress))) return first;
  throw refused('a name or address of the public internet, or a receiver that the settings name as one inside');
};

const resolved = async (name: string, resolve: NonNullable<ReceiverOptions['resolve']>) => {
  try {
    return await resolve(name);
  } catch (cause) {
    throw new QuittanceError('SERVICE_UNAVAILABLE', { message: 'the name of a webhook does not resolve', cause });
  }
};

const refused = (expected: string) =>
  new QuittanceError('WEBHOOK_ADDRESS', {
    message: 'a webhook leads to where nothing is sent',
    expected,
    hint: 'docs/webhooks.md says how receivers of the own network are named',
  });

const exchange = (
  url: URL,
  address: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  patienceMs: number,
): ReturnType<Receivers['post']> =>
  new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'user-agent': 'quittance-webhooks', 'content-length': Buffer.byteLength(body) },
      agent: false, // a connection of its own, to exactly this address
      lookup: (_name, { all }, found) => {
        const family = isIP(address);
        if (all) found(null, [{ address, family }]);
        else found(null, address, family);
      },
      signal: AbortSignal.timeout(patienceMs),
    };
    const asking: ClientRequest = (url.protocol === 'https:' ? overTls : overHttp)(url, options, (answer) => {
      const { statusCode = 0, headers: said } = answer;
      answer.destroy(); // whatever it says, nobody reads it
      resolve({ status: statusCode, retryAfterSeconds: secondsIn(said['retry-after']) });
    });
    asking.once('error', (cause) =>
      reject(new QuittanceError('SERVICE_UNAVAILABLE', { message: `${url.host} did not answer`, cause })),
    );
    asking.end(body);
  });

const secondsIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
