// `quittance bench windows`: what so many records can show, by the policy whose windows follow their number. The demo's
// base is trained or reused, asked once about all never-trained and taught people, and tickets are drawn from that.
import { join } from 'node:path';
import { makePeople } from '#datasets/people.ts';
import { SMALL } from '#containers/train-job.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { saved } from '#bench/saved-rows.ts';
import { windowsMarkdown } from '#bench/windows-table.ts';
import type { Measurements, WindowsBench } from '#bench/windows.ts';
import { readPolicy } from '#entry/policies.ts';
import type { Arguments } from '../command.ts';
import { demoBase } from '../demo/base.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';

export const windows = async (args: Arguments): Promise<{ result: WindowsBench; text: string }> => {
  const { benchWindows, measurePeople } = await import('#bench/windows.ts');
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const dir = join(args.dir, 'bench', 'windows');
  const suite = makePeople({ seed: 1 });
  const measured = await saved<Measurements>(dir, { world: 1, backend: chosen.name }, async () => {
    const base = await demoBase(args.dir, suite, SMALL, chosen, progress);
    const model = loadModel(base.dir);
    try {
      return await measurePeople(model, suite);
    } finally {
      model.dispose();
    }
  });
  const draws = number(args, 'draws', 1000);
  const result = await benchWindows({
    ...{ measured, draws, now: readPolicy('gate-v2'), before: readPolicy('gate-v1') },
    onRow: ({ n, neverTrained, before, down4 }) =>
      progress.note(`n = ${n}: passes ${neverTrained.passed} (${before.passed} before), 4 nats down ${down4.passed}`),
  });
  const command = `quittance bench windows --draws ${draws}`;
  return { result, text: windowsMarkdown(result, { command, backend: chosen.name }) };
};
