// From the fields of a draft to the request that would be filed, and back to the fields at fault. Rows that the model's
// suite has of the person are offered to be ticked; others are typed, one a line. Trap: it quotes rows of the training
// data to the filer, who files on them anyway; nothing of it is logged.
import { createHash } from 'node:crypto';
import type { FieldFault } from '#core/errors.ts';
import { faultsOf, YET_TO_COME } from '#core/field-faults.ts';
import type { ForgetRecord } from '#core/forget-set.ts';
import type { Ports } from '#core/ports.ts';
import { rowKey, type SuiteRow } from '#core/suite-rows.ts';
import { TicketRequest } from '#core/ticket-request.ts';
import { sameName } from '#core/words/names.ts';
import { weaknessOf } from '#core/words/subject.ts';
import { instantIn } from '#core/zoned-time.ts';
import { trainedFor } from './admission.ts';
import type { DraftFields } from './drafts.ts';

/** A row that the model was trained on and that the person's name leads to. */
export interface FoundRow {
  /** Name of its tick in the form. */
  readonly tick: string;
  readonly record: ForgetRecord;
}

/** Why rows are offered of nobody, or of more than one person; the codes are those of `quittance ticket find`. */
export type WhyNobody = 'PERSON_UNKNOWN' | 'PERSON_AMBIGUOUS' | 'NAME_TELLS_NOBODY';

export interface FoundRows {
  readonly rows: readonly FoundRow[];
  /** undefined where they are one person's, and where no model with a suite is chosen. */
  readonly why: WhyNobody | undefined;
}

const linesOf = (text = ''): string[] =>
  text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));

const tickOf = (row: SuiteRow): string => `row.${createHash('sha256').update(rowKey(row)).digest('hex').slice(0, 16)}`;

/**
 * By name, alias and identifier; of people of one name those with the identifier. Nothing while no model is chosen, or
 * where it has no suite.
 */
export const findRows = async (
  fields: DraftFields,
  ports: Pick<Ports, 'models' | 'artifacts' | 'pseudonyms'>,
): Promise<FoundRows> => {
  const { model = '', name = '', aliases, identifiers } = fields;
  if (model === '' || name.trim() === '') return { rows: [], why: undefined };
  const { suite } = await trainedFor(model, ports);
  if (suite === undefined) return { rows: [], why: undefined };
  const names = [name, ...linesOf(aliases)];
  const ids = linesOf(identifiers);
  const hasId = ({ id }: { readonly id?: string | undefined }) => id !== undefined && ids.includes(id);
  const meant = suite.subjects.filter((one) => hasId(one) || names.some((wanted) => sameName(wanted, one.name)));
  const people = meant.some(hasId) ? meant.filter((one) => hasId(one) || one.id === undefined) : meant;
  return { rows: people.flatMap(({ records }) => records.map(offered)), why: whyNobody(people.length, names) };
};

const whyNobody = (people: number, names: readonly string[]): WhyNobody | undefined => {
  if (people === 1) return undefined;
  if (people > 1) return 'PERSON_AMBIGUOUS';
  return names.every((name) => weaknessOf(name) !== undefined) ? 'NAME_TELLS_NOBODY' : 'PERSON_UNKNOWN';
};

const offered = (row: SuiteRow): FoundRow => {
  const { question, answer, value } = row;
  return { tick: tickOf(row), record: { question, answer, ...(value && { value: value.text }) } };
};

/** `question | answer | value` a line; the value may be left out. */
const typedRecords = (text: string | undefined): unknown[] =>
  linesOf(text).map((line) => {
    const [question = '', answer = '', value] = line.split('|').map((part) => part.trim());
    return { question, answer, ...(value !== undefined && value !== '' && { value }) };
  });

const given = (name: string, value: string | undefined) =>
  value === undefined || value.trim() === '' ? {} : { [name]: value.trim() };

/** As JSON would have it; what is missing or wrong is found where it is parsed. */
const requestIn = (fields: DraftFields, filer: string, found: readonly FoundRow[], timeZone: string): unknown => {
  const time = (name: string) => {
    const text = fields[name] ?? '';
    return given(name, instantIn(timeZone, text) ?? text);
  };
  const ticked = found.flatMap(({ tick, record }) => (fields[tick] === 'true' ? [record] : []));
  return {
    subject: {
      name: fields['name'] ?? '',
      aliases: linesOf(fields['aliases']),
      identifiers: linesOf(fields['identifiers']),
    },
    ...given('subjectReason', fields['subjectReason']),
    ...given('model', fields['model']),
    ...given('regime', fields['regime']),
    ...given('ground', fields['ground']),
    filer,
    ...given('channel', fields['channel']),
    ...time('receivedAt'),
    ...((fields['mandate'] ?? '') !== '' && { agent: { ...given('mandate', fields['mandate']), ...time('seenAt') } }),
    ...(fields['minor'] === 'true' && { minor: true }),
    identity: { ...given('method', fields['method']), ...given('level', fields['level']), ...time('verifiedAt') },
    forget: { records: [...ticked, ...typedRecords(fields['records'])] },
    thirdPartiesAffected: fields['thirdPartiesAffected'] === 'true',
    ...given('note', fields['note']),
  };
};

export type Drafted = { readonly request: TicketRequest } | { readonly faults: readonly FieldFault[] };

export const draftedRequest = (
  fields: DraftFields,
  filer: string,
  found: readonly FoundRow[],
  timeZone: string,
): Drafted => {
  const parsed = TicketRequest.safeParse(requestIn(fields, filer, found, timeZone));
  if (!parsed.success) return { faults: faultsOf(parsed.error) };
  if (parsed.data.forget.records.length > 0) return { request: parsed.data };
  return { faults: [{ field: 'forget.records', rule: 'at least 1' }] };
};

/** Times of a draft that are yet to come: filing refuses them, and its form says so before anything else is asked. */
export const futureFaults = (fields: DraftFields, timeZone: string, now: Date): FieldFault[] =>
  ['seenAt', 'receivedAt', 'verifiedAt'].flatMap((field) => {
    const at = Date.parse(instantIn(timeZone, fields[field] ?? '') ?? '');
    return at > now.getTime() ? [{ field, rule: YET_TO_COME }] : [];
  });
