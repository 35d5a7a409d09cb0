// A letter to the requester: shown, printed, or kept. What is only shown holds neither the name nor the secret, so that
// it may stand on a screen; what is kept is in the vault, and the log says that it is. Trap: a note is a person's words
// about a person, so that it comes in a file, which shells do not remember.
import { writeOutput } from '../output.ts';
import { z } from 'zod';
import { localStores } from '#adapters/local/index.ts';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import { letterWritten, previewLetter, type Composed } from '#functions/letters.ts';
import { letterPdf } from '#report/letters/pdf.ts';
import { usageError } from '#core/errors.ts';
import type { Arguments, ExitCode } from '../command.ts';
import { choice, existingFolder, readInput, required } from '../values.ts';
import { askRunning } from '../work.ts';

const NOTE_LIMIT_BYTES = 4_000;

export const letter = async (args: Arguments, ticketId: string): Promise<ExitCode> => {
  const note = args.value('note');
  const asked = {
    kind: choice(args, 'kind', LetterKind.options),
    language: LetterLanguage.parse(args.value('lang') ?? 'en'),
    ...(note !== undefined && { note: readInput(note, NOTE_LIMIT_BYTES) }),
  };
  if (!args.flag('keep') && args.value('as') !== undefined)
    throw usageError('ticket letter: --as is read beside --keep alone', 'who only looks at a letter is not asked');
  if (args.flag('keep')) return keep(args, { ticketId, ...asked, by: required(args, 'as'), asserted: true });
  const stores = localStores(existingFolder(args), { lock: false });
  try {
    const { ticket } = await stores.tickets.get(ticketId);
    const composed = await previewLetter(ticket, asked, stores.clock.now());
    await print(args, composed, stores.clock.now());
    args.print(composed, () => [composed.text, ...composed.findings.map(lineOf)].join('\n'));
    return composed.findings.length === 0 ? 0 : 2;
  } finally {
    stores.close();
  }
};

const lineOf = ({ rule, element, say }: Composed['findings'][number]): string => `  ${rule} ${element ?? ''}: ${say}`;

const print = async (args: Arguments, { letter: made }: Composed, at: Date): Promise<void> => {
  const path = args.value('pdf');
  if (path !== undefined) await writeOutput(path, await letterPdf(made, at));
};

type Writing = Parameters<typeof letterWritten>[0];
const Kept = z.object({ letter: z.string(), text: z.string() });

/** By the running server, where that has the folder; no engine is needed. */
const keep = async (args: Arguments, input: Writing): Promise<ExitCode> => {
  const dir = existingFolder(args);
  const ask = await askRunning(dir);
  const kept = Kept.parse(ask ? await ask({ ask: 'call', step: 'write-letter', input }) : await keptHere(dir, input));
  args.print(kept, () => `${kept.text}\nkept in the vault as ${kept.letter}`);
  return 0;
};

const keptHere = async (dir: string, input: Writing): Promise<unknown> => {
  const stores = localStores(dir);
  try {
    return await letterWritten(input, stores);
  } finally {
    stores.close();
  }
};
