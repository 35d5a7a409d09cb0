// The embedded installation as it is opened: what it does by the clock.
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localStores } from '#adapters/local/index.ts';
import { digest, modelRecord } from '#bench/house/models.ts';
import { openEmbedded, type Embedded } from '#entry/embedded.ts';
import { temporaryFolder } from '#test/support/folders.ts';

let folder: ReturnType<typeof temporaryFolder>;
let embedded: Embedded | undefined;
afterEach(async () => {
  await embedded?.close();
  embedded = undefined;
  folder.remove();
});

describe('an opened data folder', () => {
  it('sends its reminders on every working morning, destroys old drafts each day, tries letters again each hour and makes a report every month, by one schedule each however often it is opened', async () => {
    folder = temporaryFolder();
    for (const time of [1, 2]) {
      embedded = await openEmbedded(folder.dir);
      const schedules = await embedded.engine.schedules();
      expect([time, schedules.map(({ name, workflow }) => [name, workflow])]).toEqual([
        time,
        [
          ['answers', 'tell-answers'],
          ['drafts', 'sweep-drafts'],
          ['letters', 'try-letters-again'],
          ['portfolio', 'report'],
          ['reminders', 'remind'],
        ],
      ]);
      expect(schedules.map(({ expression }) => expression)).toEqual([
        'cron(50 0,4-23 * * ? *) in Europe/Brussels',
        'cron(30 4 * * ? *) in Europe/Brussels',
        'cron(20 0,4-23 * * ? *) in Europe/Brussels',
        'cron(0 6 2 * ? *) in Europe/Brussels',
        'cron(0 8 ? * MON-FRI *) in Europe/Brussels',
      ]);
      if (time === 1) await embedded.close();
    }
  });

  it('runs them: a step of the registry, to its end', async () => {
    folder = temporaryFolder();
    embedded = await openEmbedded(folder.dir);
    const { executionId } = await embedded.engine.start({ workflow: 'remind', name: 'now', input: {} });
    expect(await embedded.engine.settled(executionId)).toMatchObject({ status: 'SUCCEEDED', output: { sent: 0 } });
  });

  it('logs what a step met that nobody foresaw, and keeps no word of it in the history', async () => {
    folder = temporaryFolder();
    embedded = await openEmbedded(folder.dir);
    const written: string[] = [];
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    jest.spyOn(embedded.ports.tickets, 'list').mockRejectedValue(new TypeError('Ottoline Marchbanks'));
    const { executionId } = await embedded.engine.start({ workflow: 'remind', name: 'now', input: {} });
    const { status, error, cause } = await embedded.engine.settled(executionId);
    jest.restoreAllMocks();
    const lines = written.map((line) => JSON.parse(line) as { fault: string; where: string; error: string });
    expect(lines).toMatchObject([{ where: 'step send-reminders', error: 'TypeError' }]);
    expect([status, error]).toEqual(['FAILED', 'INTERNAL']);
    expect(cause).toContain(lines[0]?.fault);
    expect(JSON.stringify([written, cause])).not.toContain('Ottoline');
  });

  it('keeps the hours of its place, and re-certifies what had a certificate before it was opened', async () => {
    folder = temporaryFolder();
    const stores = localStores(folder.dir);
    const certificate = { ticketId: 'T-00000001', certificateDigest: digest(1), modelDigest: digest(7) };
    const certificates = [{ ...certificate, validUntil: '2026-09-01T00:00:00.000Z' }];
    await stores.models.put(modelRecord({ certificates }), 0);
    await stores.models.put(modelRecord({ name: 'uncertified' }), 0);
    stores.close();
    writeFileSync(
      join(folder.dir, 'installation.json'),
      '{"region":"GB-SCT","timeZone":"Europe/London","withheldAnswer":"I cannot say."}',
    );
    embedded = await openEmbedded(folder.dir);
    const schedules = (await embedded.engine.schedules()).map(({ name, expression }) => [name, expression]);
    expect(schedules.toSorted()).toEqual([
      ['answers', 'cron(50 0,4-23 * * ? *) in Europe/London'],
      ['drafts', 'cron(30 4 * * ? *) in Europe/London'],
      ['letters', 'cron(20 0,4-23 * * ? *) in Europe/London'],
      ['portfolio', 'cron(0 6 2 * ? *) in Europe/London'],
      ['recertify-house-daily', 'cron(0 4 * * ? *) in Europe/London'],
      ['recertify-house-quarterly', 'cron(0 5 1 1,4,7,10 ? *) in Europe/London'],
      ['reminders', 'cron(0 8 ? * MON-FRI *) in Europe/London'],
    ]);
    expect(await embedded.ports.calendar.around(new Date())).toMatchObject({ region: 'GB-SCT' });
    expect(embedded.ports.withheldAnswer).toBe('I cannot say.');
  });

  it.each([
    ['a time zone that does not exist', '{"timeZone":"Europe/Atlantis"}', 'timeZone: no such time zone'],
    ['a field that nobody knows', '{"timezone":"Europe/London"}', 'timezone'],
    [
      'a claim that no certificate makes',
      '{"certificateScope":{"swept":["what was erased from the model"],"notLookedAt":["copies"]}}',
      'certificateScope.swept.0: says what a certificate never says',
    ],
    [
      'a scope beyond which nothing lies',
      '{"certificateScope":{"swept":["every copy"],"notLookedAt":[]}}',
      'certificateScope.notLookedAt',
    ],
    [
      'a sentence that tells of a request',
      '{"withheldAnswer":"Withheld while a request for deletion is open."}',
      'withheldAnswer: no word of requests',
    ],
    ['no JSON', 'timeZone: Europe/London', '(root)'],
  ])('with settings that hold %s is refused by name, and nothing is opened', async (_what, text, got) => {
    folder = temporaryFolder();
    writeFileSync(join(folder.dir, 'installation.json'), text);
    await expect(openEmbedded(folder.dir)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('installation.json'),
      got: expect.stringContaining(got),
    });
    expect(readdirSync(folder.dir)).not.toContain('state.sqlite');
  });
});
