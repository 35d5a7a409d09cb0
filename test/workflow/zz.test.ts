import { it, expect } from '@jest/globals';
import { walk } from '#test/support/walked-tickets.ts';
it('loops', async () => {
  for (let i = 0; i < 25; i++) for (const when of ['before','after']) {
    let calls = 0;
    const w = await walk('second', async (call, run) => {
      if (call.state !== 'erasure/Await base') return run();
      if (++calls > 2) return run();
      if (when === 'after') await run();
      throw Object.assign(new Error('died'), { name: 'Runtime.ExitError' });
    });
    const t = setTimeout(async () => {
      for (const e of await w.world.asl.listExecutions()) {
        const h = await w.world.asl.history(e.executionId);
        process.stderr.write(`${i} ${when} ${e.executionId} ${e.status} ${h.slice(-14).map((x) => x.type + ' ' + ((x.details as any).name ?? (x.details as any).error ?? '')).join(' | ')}\n`);
      }
      for (const tk of await w.world.ports.tickets.list()) process.stderr.write(`${tk.id} ${tk.status}\n`);
      process.stderr.write(`calls ${calls}\n`);
    }, 10000);
    await w.toTheEnd();
    clearTimeout(t);
    await w.world.close();
  }
  expect(1).toBe(1);
}, 110000);
