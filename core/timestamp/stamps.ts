// Tokens of the configured authorities for one document. Trap: nobody waits for a clock: whatever goes wrong with an
// authority is its answer, and only what has verified is kept.
import type { Attestors } from '../attestors.ts';
import { sha256 } from '../canonical.ts';
import { isQuittanceError, type ErrorCode } from '../errors.ts';
import type { Courier } from '../ports.ts';
import { timestampRequest } from './der.ts';
import { readAnswer } from './token.ts';
import { faulty, verifyTimestamp, type Fault } from './token-verification.ts';

export type Stamp = { readonly authority: string } & (
  { readonly token: Uint8Array } | { readonly failed: Fault | ErrorCode }
);

/** `newNonce`: eight random bytes, another one for each request. */
export const stamps = (
  stamped: Uint8Array,
  authorities: Attestors['timestamps'],
  courier: Courier,
  newNonce: () => Uint8Array,
): Promise<Stamp[]> => Promise.all(authorities.map((one) => stamp(stamped, one, courier, newNonce())));

const stamp = async (
  stamped: Uint8Array,
  authority: Attestors['timestamps'][number],
  courier: Courier,
  random: Uint8Array,
): Promise<Stamp> => {
  const { name, url } = authority;
  // an integer of eight bytes in its shortest form: neither negative nor with a zero in front
  const nonce = Uint8Array.from(random, (byte, i) => (i === 0 ? (byte & 0x3f) | 0x40 : byte));
  try {
    const { status, body } = await courier.post(
      url,
      'application/timestamp-query',
      timestampRequest(sha256(stamped), nonce),
    );
    if (status !== 200) throw faulty('refused', `the authority answered ${status}`);
    const token = tokenIn(body);
    verifyTimestamp(token, stamped, authority, nonce);
    return { authority: name, token };
  } catch (error) {
    if (isQuittanceError(error)) return { authority: name, failed: isFault(error.got) ? error.got : error.code };
    throw error;
  }
};

const tokenIn = (body: Uint8Array): Uint8Array => {
  let answer: ReturnType<typeof readAnswer>;
  try {
    answer = readAnswer(body);
  } catch (cause) {
    throw faulty('malformed', 'the answer is none of RFC 3161', cause);
  }
  if ('token' in answer) return answer.token;
  throw faulty('refused', `the authority refused with status ${answer.status}`);
};

const FAULTS: readonly (string | undefined)[] = [
  ...(['malformed', 'digest', 'nonce', 'signature', 'purpose', 'untrusted', 'expired', 'refused'] satisfies Fault[]),
];
const isFault = (text: string | undefined): text is Fault => FAULTS.includes(text);
