// `quittance ticket file --bulk CSV`: many requests at once. Every line is looked at first, and the list is filed whole
// or not at all. Trap: lines and rules are printed, never a cell; who files is --as, whom nobody has signed in.
import { LIST_LIMIT_BYTES } from '#functions/bulk-columns.ts';
import { readList } from '#functions/bulk-list.ts';
import { checkList, fileList, type BulkResult, type BulkRow } from '#functions/file-bulk.ts';
import { readPolicy } from '#entry/policies.ts';
import type { Arguments, ExitCode } from '../command.ts';
import { actor } from '../roster.ts';
import { readBytes } from '../values.ts';
import { remarkLines } from './print.ts';
import { reading, working } from './verb.ts';

export const fileBulk = async (args: Arguments, path: string): Promise<ExitCode> => {
  const filer = actor(args, 'file');
  const rows = readList(readBytes(path, LIST_LIMIT_BYTES));
  const named = args.value('policy');
  const chosen = named === undefined ? undefined : readPolicy(named);
  if (args.flag('dry-run')) return print(args, await reading(args, (stores) => checkList(rows, filer, stores, chosen)));
  return working(args, async (work) => {
    const policy = await work.policy();
    const file = (input: object) =>
      work.call('file-ticket', { ...input, chosen: chosen !== undefined, asserted: true });
    return print(args, await untilFiled(() => fileList(rows, { filer, policy, chosen, file }, work.ports)));
  });
};

/** A call files as far as its time goes, and answers for what was filed before, too. */
const untilFiled = async (call: () => Promise<BulkResult>): Promise<BulkResult> => {
  for (;;) {
    const result = await call();
    if (result.wrong > 0 || result.ready === 0) return result;
  }
};

const print = (args: Arguments, result: BulkResult): ExitCode => {
  const { rows, ready, filed, wrong } = result;
  args.print(result, () =>
    [...rows.flatMap(lines), `${filed} filed, ${ready} can be filed, ${wrong} to be mended`].join('\n'),
  );
  return wrong > 0 ? 1 : 0;
};

const lines = ({ line, state, due, ticketId, openingSecret, faults, remarks }: BulkRow): string[] => [
  [`line ${line}`, state, ticketId, due && `due ${due}`, openingSecret && `secret ${openingSecret}`]
    .filter(Boolean)
    .join('  '),
  ...faults.map(({ field, rule }) => `  column ${field}: ${rule}`),
  ...(remarks ? remarkLines(remarks) : []),
];
