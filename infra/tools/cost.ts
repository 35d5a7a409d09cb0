// What an installation costs a month: `npm run cost` prints the tables of docs/operations.md from prices.json, which is
// dated and meant to be edited. A scenario says what happens in a month and usage follows from it; standing resources
// are counted in the stacks (test/infra/cost.test.ts compares).
// Trap: these are list prices of one region on one day, and GPU hours depend on the model, so only the order of
// magnitude can be relied on.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Prices = z.strictObject({
  asOf: z.iso.date(),
  region: z.string(),
  currency: z.literal('USD'),
  source: z.string(),
  prices: z.record(
    z.string(),
    z.strictObject({ usd: z.number().nonnegative(), per: z.string(), free: z.number().optional() }),
  ),
});
export type Prices = z.infer<typeof Prices>;

export const readPrices = (path: string | URL = new URL('prices.json', import.meta.url)): Prices =>
  Prices.parse(JSON.parse(readFileSync(path, 'utf8')));

/** Resources that cost the same whether anything happens or not. */
export const STANDING = { keys: 4, alarms: 9, dashboards: 1, interfaceEndpoints: 7, zones: 2, imageGb: 6 } as const;

export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** Models under re-certification, and GB of weights of each; moments and the quarantined copy take as much again. */
  readonly models: number;
  readonly modelGb: number;
  readonly tickets: number;
  /**
   * Runs of unlearning, with several tickets of a model in each, and hours of GPU that a run takes (unlearning and
   * evaluation).
   */
  readonly runs: number;
  readonly hoursPerRun: number;
  /** Full suites a month, and their hours. */
  readonly suites: number;
  readonly hoursPerSuite: number;
  readonly instance: string;
  /** Share of the hours for which Spot had no capacity. */
  readonly onDemand: number;
}

const NOTHING = {
  tickets: 0,
  runs: 0,
  hoursPerRun: 0,
  suites: 0,
  hoursPerSuite: 0,
  instance: 'g6.xlarge',
  onDemand: 0,
};

export const SCENARIOS: readonly Scenario[] = [
  {
    ...NOTHING,
    name: 'idle',
    what: 'one small model, tested for continuity every day, no ticket',
    models: 1,
    modelGb: 0.5,
  },
  {
    ...{ name: 'small', what: 'two tickets a month on a model of 135 M', models: 1, modelGb: 0.5, tickets: 2, runs: 2 },
    ...{ hoursPerRun: 0.75, suites: 1 / 3, hoursPerSuite: 0.5, instance: 'g6.xlarge', onDemand: 0.1 },
  },
  {
    ...{
      name: 'steady',
      what: '20 tickets in 8 runs on two models of 1.1 B',
      models: 2,
      modelGb: 4.4,
      tickets: 20,
      runs: 8,
    },
    ...{ hoursPerRun: 2, suites: 2 / 3, hoursPerSuite: 1, instance: 'g6.xlarge', onDemand: 0.1 },
  },
  {
    ...{
      name: 'busy',
      what: '200 tickets, eight to a run, on three models of 7 B, LoRA',
      models: 3,
      modelGb: 15,
      tickets: 200,
    },
    ...{ runs: 25, hoursPerRun: 4, suites: 1, hoursPerSuite: 3, instance: 'g6e.xlarge', onDemand: 0.2 },
  },
  {
    ...{
      name: 'wave',
      what: '1,000 tickets in one month, eight to a run, on one model of 7 B',
      models: 1,
      modelGb: 15,
    },
    ...{
      tickets: 1000,
      runs: 125,
      hoursPerRun: 4,
      suites: 1 / 3,
      hoursPerSuite: 3,
      instance: 'g6e.xlarge',
      onDemand: 0.5,
    },
  },
  {
    ...{
      ...NOTHING,
      name: 'watch',
      what: 'ten models of 7 B under re-certification, no ticket',
      models: 10,
      modelGb: 15,
    },
    ...{ suites: 10 / 3, hoursPerSuite: 3, instance: 'g6e.xlarge', onDemand: 0.1 },
  },
];

/** Upper bounds of one ticket from filing to purge; a test checks the transitions. */
export const PER_TICKET = {
  transitions: 60,
  calls: 40,
  gigabyteSeconds: 40,
  apiRequests: 60,
  writes: 400,
  reads: 800,
  objectsWritten: 120,
  objectsRead: 400,
  kmsRequests: 600,
  signatures: 30,
  messages: 8,
  logGb: 0.004,
} as const;

const DAYS = 30;

export interface Line {
  readonly price: string;
  readonly quantity: number;
  readonly group: Group;
}
export const GROUPS = ['keys', 'workflow', 'data', 'evidence', 'GPU', 'network'] as const;
export type Group = (typeof GROUPS)[number];

/** Everything that a month of the scenario uses, by price. */
export const usage = (scenario: Scenario): Line[] => {
  const checks = scenario.models * DAYS;
  return [...standing(scenario), ...workflow(scenario, checks), ...storage(scenario, checks), ...gpu(scenario)];
};

const standing = ({ models, modelGb }: Scenario): Line[] => [
  { group: 'keys', price: 'kms.key', quantity: STANDING.keys },
  { group: 'evidence', price: 'alarm', quantity: STANDING.alarms },
  { group: 'evidence', price: 'dashboard', quantity: STANDING.dashboards },
  { group: 'data', price: 'ecr.storage', quantity: STANDING.imageGb },
  { group: 'data', price: 's3.storage', quantity: 2 * models * modelGb },
];

/** A day's check of continuity is a workflow of its own with one digest read by the serving endpoint. */
const workflow = ({ tickets, runs, suites }: Scenario, checks: number): Line[] => {
  const executions = tickets * 2 + runs + checks + suites;
  return [
    {
      group: 'workflow',
      price: 'states.transition',
      quantity: tickets * PER_TICKET.transitions + checks * 6 + suites * 10,
    },
    { group: 'workflow', price: 'lambda.request', quantity: tickets * PER_TICKET.calls + checks * 4 + DAYS * 24 },
    {
      group: 'workflow',
      price: 'lambda.second',
      quantity: tickets * PER_TICKET.gigabyteSeconds + checks * 4 + DAYS * 24 * 0.3,
    },
    { group: 'workflow', price: 'api.request', quantity: tickets * PER_TICKET.apiRequests + 3000 },
    { group: 'workflow', price: 'schedule.call', quantity: checks + DAYS * 25 },
    { group: 'workflow', price: 'xray.trace', quantity: executions },
    { group: 'workflow', price: 'mail.message', quantity: tickets * PER_TICKET.messages + DAYS },
    { group: 'keys', price: 'kms.request', quantity: tickets * PER_TICKET.kmsRequests + checks * 20 },
    { group: 'keys', price: 'kms.sign', quantity: tickets * PER_TICKET.signatures + checks * 3 },
  ];
};

const storage = ({ tickets, runs, modelGb }: Scenario, checks: number): Line[] => {
  const [writes, reads] = [tickets * PER_TICKET.writes + checks * 20, tickets * PER_TICKET.reads + checks * 40];
  const [put, got] = [tickets * PER_TICKET.objectsWritten + checks * 5, tickets * PER_TICKET.objectsRead + checks * 20];
  const tablesGb = 0.05 + tickets * 0.0005;
  return [
    { group: 'data', price: 'dynamodb.write', quantity: writes },
    { group: 'data', price: 'dynamodb.read', quantity: reads },
    { group: 'data', price: 'dynamodb.storage', quantity: tablesGb },
    { group: 'data', price: 'dynamodb.backup', quantity: tablesGb },
    { group: 'data', price: 's3.write', quantity: put },
    { group: 'data', price: 's3.read', quantity: got },
    { group: 'data', price: 's3.storage', quantity: runs * modelGb * 0.25 }, // candidates live about a week
    { group: 'evidence', price: 'trail.event', quantity: put + got + writes },
    { group: 'evidence', price: 'logs.gigabyte', quantity: 0.1 + tickets * PER_TICKET.logGb + checks * 0.0005 },
  ];
};

/** Endpoints stand for as long as a job is queued or runs, and up to an hour more. */
const gpu = ({ runs, hoursPerRun, suites, hoursPerSuite, instance, onDemand, modelGb }: Scenario): Line[] => {
  const hours = runs * hoursPerRun + suites * hoursPerSuite;
  const open = Math.min(hours + runs + suites, DAYS * 24);
  return [
    { group: 'GPU', price: `${instance}.spot`, quantity: hours * (1 - onDemand) },
    { group: 'GPU', price: instance, quantity: hours * onDemand },
    { group: 'GPU', price: 'disk.hour', quantity: hours },
    { group: 'network', price: 'endpoint.hour', quantity: open * STANDING.interfaceEndpoints * STANDING.zones },
    { group: 'network', price: 'endpoint.gigabyte', quantity: (runs + suites) * 0.1 * Math.max(modelGb, 1) },
  ];
};

/** USD of a line, less what the price list gives free of charge. */
export const costOf = ({ price, quantity }: Line, { prices }: Prices): number => {
  const entry = prices[price];
  if (!entry) throw new Error(`prices.json has no price '${price}'`);
  return Math.max(0, quantity - (entry.free ?? 0)) * entry.usd;
};

export interface Bill {
  readonly scenario: Scenario;
  readonly byGroup: Readonly<Record<Group, number>>;
  readonly total: number;
}

export const bill = (scenario: Scenario, prices: Prices): Bill => {
  const lines = usage(scenario);
  const sum = (some: readonly Line[]) => some.reduce((usd, line) => usd + costOf(line, prices), 0);
  const byGroup = Object.fromEntries(GROUPS.map((group) => [group, sum(lines.filter((line) => line.group === group))]));
  return { scenario, byGroup: byGroup as Record<Group, number>, total: sum(lines) };
};

/** The tables as Markdown, ending in a newline. */
export const costTables = (prices: Prices): string => {
  const bills = SCENARIOS.map((scenario) => bill(scenario, prices));
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const usd = (value: number) => value.toFixed(2);
  return [
    `USD a month at the prices of ${prices.asOf}, ${prices.region} (${prices.source}).`,
    '',
    row(['scenario', 'a month of', ...GROUPS, 'sum', 'a ticket']),
    row(['---', '---', ...[...GROUPS, 'sum', 'a ticket'].map(() => '--:')]),
    ...bills.map(({ scenario: { name, what, tickets }, byGroup, total }) =>
      row([
        name,
        what,
        ...GROUPS.map((group) => usd(byGroup[group])),
        usd(total),
        tickets ? usd(total / tickets) : '–',
      ]),
    ),
    '',
  ].join('\n');
};

if (import.meta.main) process.stdout.write(costTables(readPrices(process.argv[2])));
