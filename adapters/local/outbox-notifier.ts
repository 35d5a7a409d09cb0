// Notices as files for whatever sends mail here. References only: the text is filled in by the sender's template, which
// holds no personal data either.
import { join } from 'node:path';
import type { Notifier } from '#core/ports.ts';
import { safeName } from '#core/names.ts';
import { createDurably } from './durable-file.ts';

export const outboxNotifier = (dir: string): Notifier => ({
  notify: async (notice) => {
    await createDurably(join(dir, `${safeName(notice.id)}.json`), Buffer.from(`${JSON.stringify(notice, null, 2)}\n`));
  },
});
