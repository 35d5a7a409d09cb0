// `ticket list` beside a row that somebody edited in the database: the others are listed, and the one is named.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { localStores } from '#adapters/local/index.ts';
import { runCommand } from '#cli/run.ts';
import { ticket } from '#cli/ticket.ts';
import { receive } from '#core/transitions.ts';
import { openDatabase } from '#state-machine/sqlite.ts';
import { captured } from '#test/support/captured.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { receivedEvent } from '#test/support/histories.ts';

const said = captured();
let folder: ReturnType<typeof temporaryFolder>;
beforeEach(async () => {
  folder = temporaryFolder();
  const stores = localStores(folder.dir);
  const calendar = { region: 'DE-BE', timeZone: 'Europe/Berlin', source: 'test', holidays: [] };
  for (const id of ['T-00000001', 'T-00000002'])
    await stores.tickets.create(
      receive({ ...receivedEvent(), id }, { subjectKey: id.at(-1)!.repeat(64), calendar }, new Date()),
    );
  stores.close();
});
afterEach(() => folder.remove());

const listed = (...more: string[]) => runCommand(ticket, ['list', '--dir', folder.dir, ...more]);

it('has both while none is damaged', async () => {
  expect(await listed()).toBe(0);
  expect(said.out).toMatch(/T-00000002 .*\nT-00000001 /);
  expect(said.err).not.toContain('left out');
});

it.each(["model = 'edited'", "duplicate_key = 'edited'", "body = 'edited'", "version = 'edited'"])(
  'leaves out the one with %s, names it, and is incomplete',
  async (edit) => {
    const db = openDatabase(join(folder.dir, 'state.sqlite'), '');
    db.exec(`UPDATE tickets SET ${edit} WHERE id = 'T-00000001'`);
    db.close();
    expect(await listed('--json')).toBe(2);
    expect(said.out).toContain('T-00000002');
    expect(said.out).not.toContain('T-00000001');
    expect(said.err).toMatch(/left out: .*T-00000001.*\[STORE_CORRUPT\]/);
  },
);
