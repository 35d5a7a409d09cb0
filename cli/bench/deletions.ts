// `quittance bench deletions`: people forgotten one after another on one model, on the ladder of gate-v3, which reads
// forget data alone, and on that of gate-v3-retain, which reads rows of the people who stay: of all, as a ticket does,
// or of half, to see what the others lose. In the end everybody who was forgotten is asked and attacked once more.
// Trap: settings were looked at on seeds before FIRST_SEED and on 41; rows are kept under a digest of their inputs,
// which does not include the code: after a change of the engine or of a method, use another folder.
import { join } from 'node:path';
import { deletionsMarkdown } from '#bench/deletions-table.ts';
import type { DeletionRow } from '#bench/deletions.ts';
import { SHOWN } from '#bench/lasting-table.ts';
import { SMALL } from '#containers/train-job.ts';
import { makePeople } from '#datasets/people.ts';
import { readPolicy } from '#entry/policies.ts';
import type { Arguments } from '../command.ts';
import { demoBase } from '../demo/base.ts';
import { backend } from '../engine.ts';
import { progressOn } from '../progress.ts';
import { number } from '../values.ts';

const FIRST_SEED = 51;
/** `most`: after so many deletions it is plain what becomes of the model. */
const ARMS = [
  { name: 'gate-v3-retain', policy: 'gate-v3-retain', reads: 'all', most: Infinity },
  { name: 'gate-v3-retain, rows of half', policy: 'gate-v3-retain', reads: 'half', most: 4 },
  { name: 'gate-v3', policy: 'gate-v3', reads: 'all', most: 4 },
] as const;

export const deletions = async (args: Arguments): Promise<{ result: Record<string, DeletionRow[]>; text: string }> => {
  const { deletionsInARow } = await import('#bench/deletions.ts');
  const chosen = await backend();
  const progress = progressOn(process.stderr);
  const [count, from] = [number(args, 'seeds', 3), number(args, 'seed', FIRST_SEED)];
  const inARow = number(args, 'deletions', 8);
  const result: Record<string, DeletionRow[]> = {};
  for (let seed = from; seed < from + count; seed++)
    for (const { name, policy, reads, most } of ARMS) {
      const rows = await deletionsInARow(
        {
          dir: join(args.dir, 'bench', 'deletions'),
          backend: chosen,
          policy: readPolicy(policy),
          reads,
          deletions: Math.min(inARow, most),
          lookingBack: true,
          keptOnly: args.flag('kept'),
          keys: SHOWN,
          suite: (of) => makePeople({ seed: of }),
          base: async (folder, suite, of) =>
            (await demoBase(folder, suite, { ...SMALL, seed: of }, chosen, progress)).dir,
          onRow: ({ label, updates, seconds, judgement }) =>
            progress.note(
              `${name}, seed ${seed}: ${label}: ${updates} updates, ${seconds.toFixed(1)} s, ${judgement.verdict}`,
            ),
        },
        seed,
      );
      result[name] = [...(result[name] ?? []), ...rows];
    }
  const command = `quittance bench deletions --seed ${from} --seeds ${count} --deletions ${inARow}${args.flag('kept') ? ' --kept' : ''}`;
  return { result, text: deletionsMarkdown(result, { command, backend: chosen.name }) };
};
