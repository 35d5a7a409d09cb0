// The records of --forget, and whose values in them are meant.
// Trap: a row about two people marks the values of both. Whoever stays would lose theirs with the other's, so a file
// that marks several people's is not taken until somebody says who is to be forgotten.
import { QuittanceError } from '#core/errors.ts';
import { misplacedIn, type TrainingRecord } from '#core/training-record.ts';
import { readRecords } from '#datasets/records.ts';
import type { Arguments } from './command.ts';
import { text } from './kind.ts';

export const SUBJECT = {
  kind: 'value',
  value: 'WHO',
  summary: 'whose values of --forget are meant, as their spans say it, where the file marks those of several people',
  is: text,
} as const;

/** INVALID_INPUT also where the file marks values of several people and --subject names none of them. */
export const recordsToForget = (args: Arguments, path: string): TrainingRecord[] => {
  const records = readRecords(path);
  const people = new Set(records.flatMap(({ spans = [] }) => spans.flatMap(({ subject }) => subject ?? [])));
  const whose = args.value('subject');
  if (whose === undefined && people.size < 2) return records;
  if (whose !== undefined && people.has(whose)) return records.flatMap((record) => ownPart(record, whose));
  throw new QuittanceError('INVALID_INPUT', {
    message:
      whose === undefined
        ? `--forget marks values of ${people.size} people, of whom one is to be forgotten`
        : '--forget marks no value of whom --subject names',
    expected: 'the subject of one of its spans',
    hint:
      whose === undefined
        ? 'add --subject WHO, as the spans write it; values of the others then stay'
        : 'write WHO as the spans do',
  });
};

/** Without the marks of others; nothing where no mark is left in what is said. */
const ownPart = (record: TrainingRecord, whose: string): TrainingRecord[] => {
  if (record.spans === undefined) return [record];
  const spans = record.spans.filter(({ subject = whose }) => subject === whose);
  const own = { ...record, spans };
  return spans.length > 0 && misplacedIn(own) === undefined ? [own] : [];
};
