// `quittance ticket find`: a person's rows in what a model was trained on, each with why it is theirs; accepted, they
// become a ticket file. The rows are those of the installation's encrypted index, or of files that are named.
// Trap: what is printed is personal data of somebody who asked to be forgotten. It goes to stdout or the file that is
// named, and is kept nowhere; and who looked into the index is written down before anything is shown.
import { plural } from '#core/plural.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordSearch } from '#core/corpus-index/searches.ts';
import { must, QuittanceError, usageError } from '#core/errors.ts';
import { faultsOf } from '#core/field-faults.ts';
import { refuseMany, type ForgetRecord } from '#core/forget-set.ts';
import { conversationBefore } from '#core/forgotten-values.ts';
import type { ModelRecord } from '#core/model.ts';
import type { Loss } from '#core/recipe.ts';
import { IDENTITY_LEVELS, RegimeName, regimeOf } from '#core/regimes.ts';
import { IdentityClaim } from '#core/ticket-request.ts';
import { storedCorpus } from '#datasets/corpus/stored.ts';
import { withCorpusOf } from '#datasets/corpus/scratch.ts';
import type { SearchableCorpus } from '#datasets/corpus/search.ts';
import { findPerson, type Found } from '#datasets/find/find.ts';
import { nothingLearnt, whyNobody } from '#datasets/find/nobody.ts';
import { PersonQuery } from '#datasets/find/query.ts';
import type { RegisteredPerson } from '#datasets/find/register.ts';
import { markHits, type MarkedRow } from '#datasets/find/spans.ts';
import { mentionsIn, sharedIn } from '#datasets/onboard/people.ts';
import { recordsOf } from '#datasets/onboard/records.ts';
import { targetsOf } from '#datasets/targets.ts';
import { forgetRecord } from '#datasets/suite-shape.ts';
import { readModelParts } from '#engine/formats/folder.ts';
import { readChatTemplate, type ChatTemplate } from '#engine/tokenizer/chat.ts';
import { writeModelFolder } from '#models/register.ts';
import type { Arguments, ExitCode } from '../command.ts';
import { corpusOf, registerOf } from '../corpus-files.ts';
import { requireWritable, writeOutput } from '../output.ts';
import { registryOf, type RegistryPorts } from '../registry.ts';
import { actor } from '../roster.ts';
import { choice, required } from '../values.ts';
import { acceptedOf } from './accepted.ts';
import { identification } from './acts.ts';
import { askedOf, type AskedRecords } from './asked.ts';

export const find = async (args: Arguments): Promise<ExitCode> => {
  required(args, 'model');
  const query = queryOf(args);
  const out = args.value('out');
  if (out !== undefined) requireWritable(out);
  const standing = standingOf(args);
  const look = args.many('corpus').length > 0 ? inFiles : inIndex;
  return look(args, async (source) => {
    const found = await findPerson(source.corpus, query, source.register);
    await source.record(found);
    const hits = await markHits(source.corpus, found);
    const accepted = acceptedOf(args.value('accept'), hits);
    const nobody = whyNobody(found);
    if (nobody && accepted) throw nobody;
    const filed = accepted && (await recordsFor(args, query, found, source, accepted));
    const ticket = filed && { ...filed.ticket, ...standing };
    if (ticket && out !== undefined) await writeOutput(out, `${JSON.stringify(ticket, null, 2)}\n`, 0o600);
    const remarks = [...found.remarks, ...(filed?.remarks ?? [])];
    // without a register nobody is known by name, and rows alone tell
    const isTold = hits.length === 0 || source.register.length > 0;
    show(args, { ...found, remarks }, hits, ticket, isTold ? nobody : undefined);
    return 0;
  });
};

/** What is looked through. */
interface Source {
  readonly corpus: SearchableCorpus;
  readonly register: readonly RegisteredPerson[];
  /** Values of the corpus that are nobody's own. */
  shared(): Promise<ReadonlySet<string>>;
  /** What the model was trained to say of the rows. */
  readonly loss: Loss;
  reading(): Promise<Reading>;
  ask(records: readonly ForgetRecord[]): Promise<AskedRecords>;
  record(found: Found): Promise<void>;
}

type Look = (args: Arguments, use: (source: Source) => Promise<ExitCode>) => Promise<ExitCode>;

const modelOf = async (args: Arguments, { models }: Pick<RegistryPorts, 'models'>): Promise<ModelRecord> =>
  (await models.get(required(args, 'model'))).model;

/** Files that whoever calls has anyway: nothing is recorded. */
const inFiles: Look = async (args, use) => {
  const register = (await registerOf(args)) ?? [];
  const registry = await registryOf(args);
  const loss = await registry.read((ports) => lossOf(args, ports));
  return withCorpusOf(corpusOf(args), (corpus) =>
    use({
      ...{ corpus, register, loss },
      shared: () => sharedIn(corpusOf(args), register),
      reading: () => registry.read((ports) => readingOf(args, ports)),
      ask: (records) => registry.read(async (ports) => askedOf(records, await modelOf(args, ports), ports)),
      record: async () => undefined,
    }),
  );
};

const inIndex: Look = async (args, use) => {
  const by = actor(args, 'find');
  const registry = await registryOf(args);
  return registry.read(async (ports) => {
    const model = await modelOf(args, ports);
    const corpus = await storedCorpus(ports.vault, model);
    const { register, shared, loss = 'assistant' } = corpus.people;
    return use({
      corpus,
      register: (await registerOf(args)) ?? register,
      shared: () => Promise.resolve(new Set(shared)),
      loss,
      reading: () => readingOf(args, ports),
      ask: (records) => askedOf(records, model, ports),
      record: ({ hits, unsure }) =>
        recordSearch(ports.vault, must(model.corpus, 'the id of the index'), {
          at: ports.clock.now().toISOString(),
          by,
          asserted: true,
          hits: hits.length,
          unsure: unsure.length,
        }),
    });
  });
};

type TicketFile = Awaited<ReturnType<typeof recordsFor>>['ticket'];

const show = (
  args: Arguments,
  found: Found,
  hits: readonly MarkedRow[],
  ticket: TicketFile | undefined,
  nobody: QuittanceError | undefined,
): void => {
  const listed = hits.map(hitOf);
  const unsure = found.unsure.map(({ view, certainty, reasons }) => ({ id: view.entry.where, certainty, reasons }));
  const out = args.value('out');
  const why = nobody && { code: nobody.code, message: nobody.message, hint: nobody.hint };
  args.print({ hits: listed, unsure, remarks: found.remarks, ...(why && { why }), ...(ticket && { ticket }) }, () =>
    [
      ...listed.map(
        ({ id, certainty, reasons, spans }) =>
          `${id}  ${certainty.toFixed(2)}  ${reasons.join(', ')}  ${plural(spans.length, 'span')}`,
      ),
      ...unsure.map(
        ({ id, certainty, reasons }) => `${id}  ${certainty.toFixed(2)}  to be looked at: ${reasons.join(', ')}`,
      ),
      ...found.remarks.map((remark) => `note: ${remark}`),
      ...(why ? [`${why.code}: ${why.message}; ${why.hint}`] : []),
      `${plural(listed.length, 'row')}, ${unsure.length} to be looked at${ticket ? `; ${plural(ticket.forget.records.length, 'record')}${out === undefined ? '' : ` → ${out}`}` : ''}`,
    ].join('\n'),
  );
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
  const query = PersonQuery.safeParse({
    names: [...(name === undefined ? [] : [name]), ...args.many('alias')],
    mails: args.many('email'),
    phones: args.many('phone'),
    ids: args.many('id'),
    ...(born !== undefined && { born }),
  });
  if (query.success) return query.data;
  const faults = faultsOf(query.error).map(
    ({ field, rule }) => `${OPTIONS[field.split('.')[0] ?? ''] ?? field}: ${rule}`,
  );
  throw new QuittanceError('USAGE', {
    message: 'nobody can be looked for by what was given',
    expected: faults.join('; '),
  });
};

const OPTIONS: Readonly<Record<string, string>> = {
  ...{ names: '--name, --alias', mails: '--email', phones: '--phone', ids: '--id', born: '--born' },
};

/** What the model learnt to say of the person in the accepted rows, as the ticket file has it. */
const recordsFor = async (
  args: Arguments,
  query: PersonQuery,
  { people }: Found,
  { register, shared, loss, reading, ask }: Source,
  accepted: readonly MarkedRow[],
) => {
  const subject = must(people.subject, 'one person of the register');
  const entries = accepted.map(({ view }) => view.entry);
  const { inRow: mentions } = mentionsIn(entries, register, await shared());
  const { template, maxPositions } = await reading();
  const { targets } = await targetsOf(
    entries.map(({ row }) => row),
    { template },
    { loss, longest: maxPositions },
  );
  const records = targets.flatMap((target) => {
    const own = mentions[target.row]?.find((mention) => mention.person === subject.id);
    const asked = conversationBefore(entries[target.row]!.row, target.part);
    return (own ? recordsOf(target, own.spans, subject.id) : []).map((record) => ({
      ...forgetRecord(record),
      ...(record.question === target.question && asked),
    }));
  });
  const distinct = new Map(records.map((record) => [`${record.question}\n${record.answer}`, record]));
  if (distinct.size === 0) throw nothingLearnt(accepted.length);
  refuseMany(distinct.size);
  const asked = await ask([...distinct.values()]);
  const [name = '', ...aliases] = query.names.length > 0 ? query.names : subject.names.map(({ text }) => text);
  const identifiers = [...new Set([...query.mails, ...query.phones, ...query.ids, subject.id])];
  return {
    ticket: {
      subject: { name, aliases, identifiers },
      model: required(args, 'model'),
      forget: { records: asked.records, rows: accepted.map(personalRow) },
    },
    remarks: asked.remarks,
  };
};

/**
 * Who files, under which law and by whom identified, as far as it is said; the rest is written into the file. USAGE of
 * a value that no ticket could have, before anything is looked for.
 */
export const standingOf = (args: Arguments) => {
  const one = <T extends string>(name: string, known: readonly T[]): { [k: string]: T } =>
    args.value(name) === undefined ? {} : { [name]: choice(args, name, known) };
  const { regime } = one('regime', RegimeName.options);
  const grounds = regime === undefined ? [] : Object.keys(regimeOf(RegimeName.parse(regime)).grounds);
  if (regime === undefined && args.value('ground') !== undefined) throw usageError('--ground goes with --regime');
  const filer = args.value('as');
  const { method } = one('method', IdentityClaim.shape.method.options);
  const { level } = one('level', IDENTITY_LEVELS);
  if (method === undefined && args.value('at') !== undefined) throw usageError('--at goes with --method and --level');
  if ((method === undefined) !== (level === undefined)) throw usageError('--method and --level go together');
  return {
    ...(regime !== undefined && { regime }),
    ...one('ground', grounds),
    ...(filer !== undefined && { filer }),
    ...(method !== undefined && identification(args)),
  };
};

/** A row that speaks of nobody else is the person's whole. */
const personalRow = ({ view, others, spans }: MarkedRow) => ({
  id: view.entry.where,
  ...(others.length > 0 && spans.length > 0 && { spans: spans.map(({ part, start, end }) => ({ part, start, end })) }),
});

/** What an onboarded model's index says of its training; files are read as trainers learn answers. */
const lossOf = async (args: Arguments, { models, vault }: RegistryPorts): Promise<Loss> => {
  const model = await modelOf(args, { models });
  return model.corpus === undefined ? 'assistant' : ((await storedCorpus(vault, model)).people.loss ?? 'assistant');
};

/** How the model reads a row. */
interface Reading {
  readonly template: ChatTemplate | undefined;
  readonly maxPositions: number;
}

const readingOf = async (args: Arguments, ports: RegistryPorts): Promise<Reading> => {
  const scratch = mkdtempSync(join(tmpdir(), 'quittance-find-'));
  try {
    await writeModelFolder(ports, await modelOf(args, ports), scratch);
    const { config } = readModelParts(scratch);
    return { template: readChatTemplate(scratch), maxPositions: config.maxPositions };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};
