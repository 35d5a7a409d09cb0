// What the two protocols of intake read alike.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { Identifier, Subject } from '#core/subject.ts';
import { receiverUrl } from '#core/webhooks.ts';

/** In one line, however it was broken. */
export const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** What a person is known by, held against the rules of a case where it is sent, so that a fault names its field. */
export const KnownBy = z.string().transform(oneLine).pipe(Subject.shape.name);

/** Likewise, of a postal address. */
export const LivesAt = z.string().transform(oneLine).pipe(Identifier);

/** A blank text is as if it were not there. */
export const withoutBlanks = (value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one !== 'string' || given(one)));

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
