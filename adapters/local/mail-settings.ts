// How letters go out, as `installation.json` has it under `mail`, with the files that it names beside it.
// Trap: a letter holds a person's name, and of a completion a secret, so that a server is spoken to by TLS alone whose
// certificate is checked; without it only one on this machine itself.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { Mailbox } from '#core/mail.ts';

const HERE: readonly string[] = ['localhost', '127.0.0.1', '::1'];

const Smtp = z
  .strictObject({
    host: z.string().regex(/^[a-z0-9.:-]{1,253}$/, 'a name or address of a server, in lower case'),
    port: z.int().min(1).max(65_535).default(587),
    /** `starttls`: on the way up (587). `implicit`: from the first byte (465). `none`: on this machine alone. */
    tls: z.enum(['starttls', 'implicit', 'none']).default('starttls'),
    user: z.string().min(1).max(200).optional(),
    /** A file beside this one. */
    passwordFile: z.string().min(1).max(500).optional(),
    /** A file beside this one: certificates in PEM of the authority to trust, where the system does not. */
    ca: z.string().min(1).max(500).optional(),
    /** For which nothing is heard before the connection is given up. */
    silenceSeconds: z.int().min(1).max(60).default(20),
  })
  .refine(({ host, tls }) => tls !== 'none' || HERE.includes(host), {
    path: ['tls'],
    message: 'none on this machine only',
  })
  .refine(({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined), {
    path: ['passwordFile'],
    message: 'together with user',
  });

export const MailSettings = z.strictObject({
  from: Mailbox,
  /** As it stands beside the address. */
  name: z
    .string()
    .regex(/^[^\p{Cc}\p{Cf}"<>\\]{1,100}$/u, 'a name without quotation marks, angle brackets and control characters')
    .optional(),
  smtp: Smtp,
});
export type MailSettings = z.infer<typeof MailSettings>;

/** INVALID_INPUT with the file that cannot be read. */
export const mailFile = (dir: string, name: string): string => {
  try {
    return readFileSync(resolve(dir, name), 'utf8');
  } catch {
    throw new QuittanceError('INVALID_INPUT', {
      message: `${name}, which installation.json names under mail, cannot be read`,
      expected: 'a file that the account of this program may read',
      hint: 'docs/letters.md says what belongs there',
    });
  }
};
