// One table for each port, so that a right on a table is a right on a port. Zone A (vault, serving rules) has no
// backups and no streams, so that destroyed data does not survive in them.
import { RemovalPolicy, Validations, type Stack } from 'aws-cdk-lib';
import { AttributeType, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';

export const TABLES = ['tickets', 'vault', 'logHead', 'results', 'models', 'serving', 'keys'] as const;
export type TableName = (typeof TABLES)[number];

/** Indexes that list tickets by filing, with the key of each: all tickets, and a model's open ones. */
export const TICKET_INDEXES = { 'by-filing': 'listed', 'open-by-model': 'openModel' };

/** The index of the work list, which holds its short rows and no tickets. */
export const WORK_INDEX = 'work-by-due';

/** Tables that hold secrets of cases. */
const FORGETTING: readonly TableName[] = ['vault', 'serving'];
/** Tables with a sort key. */
const SORTED: readonly TableName[] = ['tickets', 'serving'];

export const makeTables = (stack: Stack): Readonly<Record<TableName, TableV2>> => {
  const tables = Object.fromEntries(TABLES.map((name) => [name, makeTable(stack, name)])) as Record<TableName, TableV2>;
  for (const [indexName, name] of Object.entries(TICKET_INDEXES))
    tables.tickets.addGlobalSecondaryIndex({
      indexName,
      partitionKey: { name, type: AttributeType.STRING },
      sortKey: { name: 'filed', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
  tables.tickets.addGlobalSecondaryIndex({
    indexName: WORK_INDEX,
    partitionKey: { name: 'workPart', type: AttributeType.STRING },
    sortKey: { name: 'workDue', type: AttributeType.STRING },
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ['workRow'],
  });
  return tables;
};

const makeTable = (stack: Stack, name: TableName): TableV2 => {
  const backedUp = !FORGETTING.includes(name);
  const table = new TableV2(stack, name.slice(0, 1).toUpperCase() + name.slice(1), {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    ...(SORTED.includes(name) ? { sortKey: { name: 'sk', type: AttributeType.STRING } } : {}),
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: backedUp },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  if (!backedUp)
    Validations.of(table).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: 'a key that a purge destroyed must not come back from a backup',
    });
  return table;
};
