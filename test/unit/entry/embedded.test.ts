// The embedded world as it is opened: what it does by the clock.
import { afterEach, describe, expect, it } from '@jest/globals';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { temporaryFolder } from '#test/support/folders.ts';

let folder: ReturnType<typeof temporaryFolder>;
let embedded: Embedded | undefined;
afterEach(async () => {
  await embedded?.close();
  folder.remove();
});

describe('an opened data folder', () => {
  it('sends its reminders every morning, by one schedule however often it is opened', async () => {
    folder = temporaryFolder();
    for (const time of [1, 2]) {
      embedded = await openEmbedded(folder.dir);
      const schedules = await embedded.engine.schedules();
      expect([time, schedules.map(({ name, workflow }) => [name, workflow])]).toEqual([
        time,
        [['reminders', 'remind']],
      ]);
      expect(schedules[0]?.nextAt.getUTCHours()).toBe(8);
      if (time === 1) await embedded.close();
    }
  });

  it('runs them: a step of the registry, to its end', async () => {
    folder = temporaryFolder();
    embedded = await openEmbedded(folder.dir);
    const { executionId } = await embedded.engine.start({ workflow: 'remind', name: 'now', input: {} });
    expect(await embedded.engine.settled(executionId)).toMatchObject({ status: 'SUCCEEDED', output: { sent: 0 } });
  });
});
