// The work list in DynamoDB, from an index of its own: open and closed tickets apart, each by due date, with the short
// rows of the list and no tickets. Source: DynamoDB Developer Guide, "Global secondary indexes".
// Trap: what narrows a list is looked for page by page, since an index has one order: a rare value costs reads of the
// rows before it, about 4,000 a request. Counts read the whole scope.
import { QueryCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { must } from '#core/errors.ts';
import {
  countsOf,
  matches,
  placeOf,
  readPlace,
  WorkRow,
  writePlace,
  type Place,
  type WorkCounts,
  type WorkFilter,
  type WorkPage,
  type WorkQuery,
} from '#core/worklist.ts';
import { ticketKey, workDue, WORK_BY_DUE } from './dynamo-ticket-rows.ts';
import { parseBody, parseItem, text, Text, type Item } from './items.ts';

const Projected = z.object({ workRow: Text });

const partsOf = ({ scope }: WorkFilter): readonly Place[0][] => (scope === 'all' ? ['open', 'closed'] : [scope]);

/** The rows of one partition in the list's order, from a place on. */
async function* rowsOf(client: DynamoDBClient, table: string, part: Place[0], from: Place | undefined) {
  let start: Item | undefined =
    from?.[0] === part
      ? { ...ticketKey(from[2]), workPart: text(part), workDue: text(workDue(from[1], from[2])) }
      : undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: WORK_BY_DUE,
        KeyConditionExpression: 'workPart = :part',
        ExpressionAttributeValues: { ':part': text(part) },
        ScanIndexForward: part === 'open',
        ExclusiveStartKey: start,
      }),
    );
    for (const item of page.Items ?? [])
      yield parseBody(WorkRow, parseItem(Projected, item, 'row of the work list').workRow, 'row of the work list');
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

export const workPage = async (
  client: DynamoDBClient,
  table: string,
  { limit, after, ...filter }: WorkQuery,
): Promise<WorkPage> => {
  const place = after === undefined ? undefined : readPlace(after);
  const rows: WorkRow[] = [];
  for (const part of partsOf(filter)) {
    if (place?.[0] === 'closed' && part === 'open') continue;
    for await (const row of rowsOf(client, table, part, place)) {
      if (matches(row, filter)) rows.push(row);
      if (rows.length > limit) break;
    }
    if (rows.length > limit) break;
  }
  const shown = rows.slice(0, limit);
  return { rows: shown, next: rows.length > limit ? writePlace(placeOf(must(shown.at(-1), 'last row'))) : null };
};

export const workCounts = async (client: DynamoDBClient, table: string, filter: WorkFilter): Promise<WorkCounts> => {
  const all: { row: WorkRow; n: number }[] = [];
  for (const part of partsOf(filter))
    for await (const row of rowsOf(client, table, part, undefined)) all.push({ row, n: 1 });
  return countsOf(all, filter);
};
