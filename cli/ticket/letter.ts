// Letters to the requester: what one would say, printed or kept; those that are kept, looked at before they go, and
// sent. What is only shown holds neither the name nor the secret, so that it may stand on a screen; what is kept is in
// the vault, and the log says that it is, and who looked at it.
// Trap: a note is a person's words about a person, so that it comes in a file, which shells do not remember.
import { localStores, type LocalStores } from '#adapters/local/index.ts';
import { usageError } from '#core/errors.ts';
import { LetterKind, LetterLanguage } from '#core/letters.ts';
import { keptLetters, type KeptLetter } from '#functions/kept-letters.ts';
import { letterWritten, previewLetter, Written, type Composed } from '#functions/letters.ts';
import { letterShown, LetterView } from '#functions/read-letter.ts';
import { letterSent, Sent } from '#functions/send-letter.ts';
import { letterPdf } from '#report/letters/pdf.ts';
import type { Arguments, ExitCode } from '../command.ts';
import { writeOutput } from '../output.ts';
import { actor } from '../roster.ts';
import { choice, existingFolder, readInput } from '../values.ts';
import { askRunning } from '../work.ts';
import { reading } from './verb.ts';

const NOTE_LIMIT_BYTES = 4_000;
/** A PDF that holds a name is its reader's alone. */
const OWNER_ONLY = 0o600;

export const letter = async (args: Arguments, ticketId: string): Promise<ExitCode> => {
  const number = args.value('number');
  if (number !== undefined) return kept(args, { ticketId, number: Number(number), ...whoActs(args) });
  if (args.value('kind') === undefined) return list(args, ticketId);
  const note = args.value('note');
  const asked = {
    kind: choice(args, 'kind', LetterKind.options),
    language: LetterLanguage.parse(args.value('lang') ?? 'en'),
    ...(note !== undefined && { note: readInput(note, NOTE_LIMIT_BYTES) }),
  };
  if (args.flag('keep')) return keep(args, { ticketId, ...asked, ...whoActs(args) });
  refuseWho(args);
  const { composed, at } = await reading(args, async (stores) => {
    const { ticket } = await stores.tickets.get(ticketId);
    const now = stores.clock.now();
    return { composed: await previewLetter(ticket, asked, now), at: now };
  });
  const path = args.value('pdf');
  if (path !== undefined) await writeOutput(path, await letterPdf(composed.letter, at));
  args.print(composed, () => [composed.text, ...composed.findings.map(lineOf)].join('\n'));
  return composed.findings.length === 0 ? 0 : 2;
};

const whoActs = (args: Arguments) => ({ by: actor(args, 'letter'), asserted: true }) as const;

const refuseWho = (args: Arguments): void => {
  if (args.value('as') !== undefined)
    throw usageError('ticket letter: --as is read beside --keep and --number alone', 'who only looks is not asked');
};

const lineOf = ({ rule, element, say }: Composed['findings'][number]): string => `  ${rule} ${element ?? ''}: ${say}`;

/** Those that lie in the vault, without their words: codes, times and people alone. */
const list = async (args: Arguments, ticketId: string): Promise<ExitCode> => {
  refuseWho(args);
  for (const option of ['lang', 'note', 'pdf'])
    if (args.value(option) !== undefined)
      throw usageError(
        `ticket letter ID: --${option} is read beside --kind`,
        `--kind ${LetterKind.options.join(' | ')}`,
      );
  const letters = await reading(args, async ({ tickets, clock }) => {
    const { ticket } = await tickets.get(ticketId);
    return keptLetters(await tickets.events(ticket.id), clock.now());
  });
  args.print({ letters }, () => letters.map(rowOf).join('\n') || `no letter of ${ticketId} is kept`);
  return 0;
};

const rowOf = ({ number, kind, language, at, by, sending }: KeptLetter): string => {
  const next = sending?.next ? `, again from ${sending.next} on` : '';
  const stand = sending === null ? 'not sent' : `${sending.stand} ${sending.at}${next}`;
  return `${String(number).padStart(4)}  ${kind.padEnd(16)} ${language}  ${at}  ${by}  ${stand}`;
};

const keep = async (args: Arguments, input: Parameters<typeof letterWritten>[0]): Promise<ExitCode> => {
  const written = Written.parse(await step(args, 'write-letter', input, (stores) => letterWritten(input, stores)));
  args.print(written, () => `${written.text}\nkept in the vault as ${written.letter}`);
  return 0;
};

interface Chosen {
  readonly ticketId: string;
  readonly number: number;
  readonly by: string;
  readonly asserted: true;
}

const kept = (args: Arguments, chosen: Chosen): Promise<ExitCode> =>
  args.flag('send') ? send(args, chosen) : look(args, chosen);

const look = async (args: Arguments, chosen: Chosen): Promise<ExitCode> => {
  const path = args.value('pdf');
  const input = { ...chosen, pdf: path !== undefined };
  const view = LetterView.parse(await step(args, 'read-letter', input, (stores) => letterShown(input, stores)));
  const { pdf, ...shown } = view;
  if (path !== undefined && pdf !== null) await writeOutput(path, Buffer.from(pdf, 'base64'), OWNER_ONLY);
  if (path !== undefined && pdf === null) process.stderr.write('no PDF: the letter has signs that the fonts lack\n');
  args.print(shown, () => [`to: ${view.to ?? '–'}`, `subject: ${view.subject}`, '', view.text].join('\n'));
  if (view.hindrance !== null) process.stderr.write(`${HINDRANCES[view.hindrance]}\n`);
  return 0;
};

const HINDRANCES: Readonly<Record<NonNullable<LetterView['hindrance']>, string>> = {
  'no-way': 'no mail service is set up here (docs/letters.md)',
  'second-person': 'another person than its writer sends it',
  'not-decided': 'it says what is not decided, or not on this ground',
  'no-address': 'the case has no e-mail address, or more than one',
  sent: 'it was sent, or is being sent',
  'may-have-been': 'it may have been sent: look up its message at the mail service, then add --again',
};

/** 2 where nothing was sent, or nobody knows. */
const send = async (args: Arguments, chosen: Chosen): Promise<ExitCode> => {
  const input = { ...chosen, ...(args.flag('again') && { again: true as const }) };
  const sent = Sent.parse(await step(args, 'send-letter', input, (stores) => letterSent(input, stores)));
  args.print(sent, () => `${sent.result} by ${sent.way}${sent.code === undefined ? '' : ` (${sent.code})`}`);
  return sent.result === 'accepted' ? 0 : 2;
};

/** By the running server, where that has the folder; no engine is needed. */
const step = async (
  args: Arguments,
  name: string,
  input: unknown,
  here: (stores: LocalStores) => Promise<unknown>,
): Promise<unknown> => {
  const dir = existingFolder(args);
  const ask = await askRunning(dir);
  if (ask) return ask({ ask: 'call', step: name, input });
  const stores = localStores(dir);
  try {
    return await here(stores);
  } finally {
    stores.close();
  }
};
