// How often something may be asked by people whom nobody knows: so many times an address, and so many times in all,
// within a window. What was counted is in this process's memory alone.
// Traps: behind a proxy on the same machine everybody has its address, so that a loopback address is counted in all
// alone; a header that names another address is not believed, as whoever floods would write it. And each of several
// processes (Lambdas) counts for itself, so that what must not grow has a bound of its own where it is kept.
import { isIPv6 } from 'node:net';
import { QuittanceError } from '#core/errors.ts';

export interface Rate {
  readonly windowSeconds: number;
  readonly anAddress: number;
  /** Bounds what is remembered, too. */
  readonly inAll: number;
}

/** Counts one request. TOO_MANY_ATTEMPTS where the window is full. */
export type Count = (address: string) => void;

export const limitRate = (now: () => Date, { windowSeconds, anAddress, inAll }: Rate): Count => {
  let counted: { readonly at: number; readonly from: string }[] = [];
  return (address) => {
    const at = now().getTime() / 1000;
    const from = networkOf(address);
    counted = counted.filter((one) => one.at > at - windowSeconds);
    const ours = isLoopback(from) ? [] : counted.filter((one) => one.from === from);
    refuseOver(anAddress, ours, windowSeconds, at);
    refuseOver(inAll, counted, windowSeconds, at);
    counted.push({ at, from });
  };
};

/** TOO_MANY_ATTEMPTS until fewer than `most` are left in the window. */
export const refuseOver = (
  most: number,
  counted: readonly { readonly at: number }[],
  windowSeconds: number,
  at: number,
): void => {
  const first = counted.at(-most);
  if (first === undefined) return;
  throw new QuittanceError('TOO_MANY_ATTEMPTS', {
    message: 'too many attempts',
    expected: `at most ${most} in ${windowSeconds / 60} minutes`,
    retryAfterSeconds: Math.max(1, Math.ceil(first.at + windowSeconds - at)),
  });
};

const isLoopback = (network: string): boolean => network.startsWith('127.') || network === '0:0:0:0';

/** An address, of IPv6 its /64, which one household or host has whole. */
export const networkOf = (address: string): string => {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(mapped)) return mapped;
  const [head = '', tail = ''] = mapped.split('::');
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => '0');
  const all = mapped.includes('::') ? [...groups(head), ...zeros, ...groups(tail)] : groups(mapped);
  return all.slice(0, 4).join(':');
};
