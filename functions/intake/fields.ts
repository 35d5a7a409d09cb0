// What the two protocols of intake read alike.
import { QuittanceError } from '#core/errors.ts';
import { receiverUrl } from '#core/webhooks.ts';

export const given = (text: string | null | undefined): text is string => text != null && text.trim() !== '';

/** By how much a sender's clock may be ahead of ours. */
const AHEAD_MS = 5_000;

export const isToCome = (time: string, now: Date): boolean => Date.parse(time) > now.getTime() + AHEAD_MS;

/**
 * An address to be told at. It is looked at again whenever something is sent there, so that here its form is enough.
 */
export const callbackUrl = (text: string, field: string): string => {
  const rule = 'an https address of at most 1000 characters, without user, password and fragment';
  const refused = () =>
    new QuittanceError('INVALID_INPUT', {
      message: 'this is no address that can be told',
      expected: `${field}: ${rule}`,
      fields: [{ field, rule }],
    });
  try {
    const url = receiverUrl(text);
    if (/^https?:$/.test(url.protocol)) return url.href;
  } catch {
    throw refused();
  }
  throw refused();
};
