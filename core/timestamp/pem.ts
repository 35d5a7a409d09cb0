// Authorities of timestamps by name, and their certificates as text (RFC 7468).
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

/** It stands in the log and in a file's name. */
export const AttestorName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'a name of lower-case letters, digits, dot and dash');

const [BEGIN, END] = ['-----BEGIN CERTIFICATE-----', '-----END CERTIFICATE-----'];
const BLOCK = new RegExp(`${BEGIN}([A-Za-z0-9+/=\\s]{1,20000}?)${END}`, 'g');

/** In DER; undefined where one is none, or there is none. */
export const certificatesIn = (pem: string): Buffer[] | undefined => {
  const found = [...pem.matchAll(BLOCK)].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
  return found.length > 0 && found.every(isCertificate) ? found : undefined;
};

export const isCertificate = (der: Uint8Array): boolean => {
  try {
    return new X509Certificate(der).raw.length === der.length;
  } catch {
    return false;
  }
};

export const certificateBlock = (base64: string): string =>
  `${BEGIN}\n${(base64.match(/.{1,64}/g) ?? []).join('\n')}\n${END}\n`;
