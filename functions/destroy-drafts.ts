// Destroys drafts of cases that nobody has kept for so many days (core/retention.ts): they are personal data of people
// whose requests are not filed. Called by a schedule. Trap: how many there were is all that may be said of them.
import { z } from 'zod';
import { defineStep } from '#core/step.ts';
import { destroyOldDrafts } from './drafts.ts';

export const destroyDrafts = defineStep({
  name: 'destroy-drafts',
  input: z.strictObject({}),
  output: z.strictObject({ destroyed: z.int().nonnegative() }),
  uses: ['vault', 'pseudonyms', 'clock'],
  run: async (_input, ports) => ({ destroyed: await destroyOldDrafts(ports) }),
});
