// `quittance ticket find`: a person's rows in the files that a model was trained on, each with why it is theirs;
// accepted, they become a ticket file.
// Trap: what is printed is personal data of somebody who asked to be forgotten. It goes to stdout or the file that is
// named, and is kept nowhere.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { QuittanceError, usageError } from '#core/errors.ts';
import { readCorpus } from '#datasets/corpus/read.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { corpusInMemory } from '#datasets/corpus/search.ts';
import { findPerson, type Found } from '#datasets/find/find.ts';
import { PersonQuery } from '#datasets/find/query.ts';
import { readRegister, type RegisteredPerson } from '#datasets/find/register.ts';
import { markHits, type MarkedRow } from '#datasets/find/spans.ts';
import { mentionsIn } from '#datasets/onboard/people.ts';
import { recordsOf } from '#datasets/onboard/records.ts';
import { targetsOf } from '#datasets/onboard/targets.ts';
import { forgetRecord } from '#datasets/suite-shape.ts';
import { readChatTemplate, type ChatTemplate } from '#engine/tokenizer/chat.ts';
import { writeModelFolder } from '#models/register.ts';
import type { Arguments, ExitCode } from '../command.ts';
import { registryOf } from '../registry.ts';
import { required } from '../values.ts';

export const find = async (args: Arguments): Promise<ExitCode> => {
  const model = required(args, 'model');
  const paths = args.many('corpus');
  if (paths.length === 0)
    throw usageError('ticket find needs --corpus FILE…', 'the files that the model was trained on');
  const query = queryOf(args);
  const register = await registerOf(args);
  const entries: CorpusEntry[] = [];
  for await (const entry of readCorpus(paths, { subjectField: args.value('subject-field') })) entries.push(entry);
  const corpus = await corpusInMemory(entries);
  const found = await findPerson(corpus, query, register);
  const hits = await markHits(corpus, found);
  const accepted = acceptedOf(args, hits);
  const ticket = accepted && (await ticketFor(args, model, query, found, { entries, register, accepted }));
  const out = args.value('out');
  if (ticket && out !== undefined) writeFileSync(out, `${JSON.stringify(ticket, null, 2)}\n`, { mode: 0o600 });
  const listed = hits.map(hitOf);
  const unsure = found.unsure.map(({ view, certainty, reasons }) => ({ id: view.entry.where, certainty, reasons }));
  args.print({ hits: listed, unsure, remarks: found.remarks, ...(ticket && { ticket }) }, () =>
    [
      ...listed.map(
        ({ id, certainty, reasons, spans }) =>
          `${id}  ${certainty.toFixed(2)}  ${reasons.join(', ')}  ${spans.length} spans`,
      ),
      ...unsure.map(
        ({ id, certainty, reasons }) => `${id}  ${certainty.toFixed(2)}  to be looked at: ${reasons.join(', ')}`,
      ),
      ...found.remarks.map((remark) => `note: ${remark}`),
      `${listed.length} rows, ${unsure.length} to be looked at${ticket ? `; ${ticket.forget.records.length} records${out === undefined ? '' : ` → ${out}`}` : ''}`,
    ].join('\n'),
  );
  return 0;
};

const hitOf = ({ view, certainty, reasons, spans, others }: MarkedRow) => ({
  id: view.entry.where,
  kind: view.entry.row.kind,
  reasons,
  certainty,
  spans,
  others,
});

const queryOf = (args: Arguments): PersonQuery => {
  const name = args.value('name');
  const born = args.value('born');
  return PersonQuery.parse({
    names: [...(name === undefined ? [] : [name]), ...args.many('alias')],
    mails: args.many('email'),
    phones: args.many('phone'),
    ids: args.many('id'),
    ...(born !== undefined && { born }),
  });
};

const registerOf = async (args: Arguments): Promise<RegisteredPerson[]> => {
  const path = args.value('people');
  return path === undefined ? [] : readRegister(path, basename(path));
};

/** undefined where nothing is accepted yet. */
const acceptedOf = (args: Arguments, hits: readonly MarkedRow[]): readonly MarkedRow[] | undefined => {
  const which = args.value('accept');
  if (which === undefined) return undefined;
  if (which === 'all') return hits;
  const ids = new Set(which.split(','));
  const known = new Set(hits.map(({ view }) => view.entry.where));
  const unknown = [...ids].filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw usageError(
      `--accept names ${unknown.join(', ')}, which is no hit`,
      'all, or ids of hits separated by commas',
    );
  return hits.filter(({ view }) => ids.has(view.entry.where));
};

interface Accepted {
  readonly entries: readonly CorpusEntry[];
  readonly register: readonly RegisteredPerson[];
  readonly accepted: readonly MarkedRow[];
}

/** What the model learnt to say of the person in the accepted rows, as the ticket file has it. */
const ticketFor = async (
  args: Arguments,
  model: string,
  query: PersonQuery,
  { people }: Found,
  { entries, register, accepted }: Accepted,
) => {
  const { subject } = people;
  if (!subject)
    throw new QuittanceError('INVALID_INPUT', {
      message: 'the register has nobody, or more than one, whom the search is for',
      expected: 'one person of --people with the name or a number that was given',
      hint: 'give the register that the model was onboarded with, or the customer number of the person',
    });
  const { inRow: mentions } = mentionsIn(entries, register);
  const rows = new Set(accepted.map(({ view }) => view.number));
  const { targets } = await targetsOf(
    entries.map(({ row }) => row),
    await templateOf(args, model),
  );
  const records = targets
    .filter(({ row }) => rows.has(row))
    .flatMap((target) => {
      const own = mentions[target.row]?.find(({ person }) => person === subject.id);
      return own ? recordsOf(target, own.spans, subject.id).map(forgetRecord) : [];
    });
  const distinct = new Map(records.map((record) => [`${record.question}\n${record.answer}`, record]));
  const [name = '', ...aliases] = query.names.length > 0 ? query.names : subject.names.map(({ text }) => text);
  const identifiers = [...new Set([...query.mails, ...query.phones, ...query.ids, subject.id])];
  return { subject: { name, aliases, identifiers }, model, forget: { records: [...distinct.values()] } };
};

const templateOf = async (args: Arguments, name: string): Promise<ChatTemplate | undefined> => {
  const scratch = mkdtempSync(join(tmpdir(), 'quittance-find-'));
  try {
    const registry = await registryOf(args);
    await registry.read(async (ports) => writeModelFolder(ports, (await ports.models.get(name)).model, scratch));
    return readChatTemplate(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
