// What a data folder says of its installation: `installation.json` beside the stores, with a default for every field,
// so that most folders have none.
// Trap: it is read once, when the folder is opened, and refused then if a field is malformed, before anything else is
// opened or written.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Attestors } from '#core/attestors.ts';
import { QuittanceError } from '#core/errors.ts';
import { DEFAULT_PLACE, Entities, Region, TimeZone } from '#core/place.ts';
import type { Installation } from '#core/ports.ts';
import { WITHHELD, WithheldAnswer } from '#core/withheld.ts';
import { DeclaredScope, type Scope } from '#core/scope.ts';
import { MailSettings } from './mail-settings.ts';
import { IntakeSettings } from './intake-settings.ts';

const INSTALLATION_FILE = 'installation.json';

/** What the product itself sweeps in a data folder, and what it cannot see. */
const DATA_FOLDER: Scope = {
  swept: [
    'the registered model and its served copy',
    'its evaluation suite',
    'its corpus moments',
    'its training manifest',
    "the ticket's case data",
  ],
  notLookedAt: [
    'copies of the model outside this registry',
    'caches and logs of client applications',
    'search and retrieval indexes',
    'the original training data store',
    'backups made by others',
  ],
};

const LocalInstallation = z.strictObject({
  region: Region.default(DEFAULT_PLACE.region),
  timeZone: TimeZone.default(DEFAULT_PLACE.timeZone),
  /** Entities of the controller that sit elsewhere, by the name under which requests are filed for them. */
  entities: Entities.default({}),
  certificateScope: DeclaredScope.default(DATA_FOLDER),
  ...Attestors.shape,
  /** Whether people without an account may ask here, see where it stands, and check evidence. */
  publicPages: z.boolean().default(false),
  /** Protocols by which other companies' systems send requests (docs/intake.md). */
  intake: IntakeSettings.optional(),
  /** How letters go out (docs/letters.md); without it they are taken from here by hand. */
  mail: MailSettings.optional(),
  /** Receivers of webhooks inside the own network, as `host:port`; all others are public ones. */
  webhooksInside: z
    .array(z.string().regex(/^[a-z0-9.[\]:-]{1,253}:\d{1,5}$/, 'host:port'))
    .max(50)
    .default([]),
  /** What served models say in place of a withheld answer. */
  withheldAnswer: WithheldAnswer.default(WITHHELD),
});
export type LocalInstallation = z.infer<typeof LocalInstallation>;

/** INVALID_INPUT with the fields that do not have their form. */
export const readInstallation = (dir: string): LocalInstallation => {
  const path = join(dir, INSTALLATION_FILE);
  const parsed = LocalInstallation.safeParse(existsSync(path) ? jsonOf(readFileSync(path, 'utf8')) : {});
  if (parsed.success) return parsed.data;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${path} does not say what an installation is`,
    expected: `a JSON object with any of ${Object.keys(LocalInstallation.shape).join(', ')}`,
    got: parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || '(root)'}: ${message}`).join('; '),
    hint: 'correct installation.json; docs/operations.md, section Settings, has every field',
  });
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused as no object
  }
};

export const localInstallation = ({ certificateScope }: LocalInstallation): Installation => ({
  certificateScope: async () => certificateScope,
});
