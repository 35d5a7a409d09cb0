// Under which names `quittance serve` is reached, and by whom: this machine alone, or others too.
// Trap: an address that listens everywhere has no name of its own; the machine's addresses are then its names, as a
// page elsewhere can make its own name lead here (DNS rebinding) but cannot be at one of our addresses.
import { networkInterfaces } from 'node:os';
import { usageError } from '#core/errors.ts';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
const EVERYWHERE = ['0.0.0.0', '::'];

export interface Reach {
  /** Only this machine can reach it. */
  readonly loopback: boolean;
  readonly servesHost: (hostname: string) => boolean;
}

/** `publicUrls`: where a proxy in front of it is reached. USAGE by the one that is no such address. */
export const reachOf = (host: string, publicUrls: readonly string[] = []): Reach => {
  const names = new Set([...LOOPBACK, host.toLowerCase(), ...publicUrls.map(hostOf)]);
  const everywhere = EVERYWHERE.includes(host);
  return {
    loopback: LOOPBACK.includes(host) && publicUrls.length === 0,
    servesHost: (hostname) => names.has(hostname) || (everywhere && ownAddresses().includes(hostname)),
  };
};

const hostOf = (url: string): string => {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (['http:', 'https:'].includes(protocol) && hostname !== '') return hostname.replace(/^\[|\]$/g, '');
  throw usageError(`--public-url is '${url.slice(0, 80)}'`, 'an address such as https://quittance.example.org');
};

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) => addresses?.map(({ address }) => address) ?? []);
