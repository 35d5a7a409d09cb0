// The work list at many tickets: how long the server needs for a page of it, for a search by reference and by name and
// for each way to narrow it, and how much memory all of it takes. Over the stores of a data folder, through the whole
// HTTP app, as page and as data. Trap: the folder is filled in one piece, as a folder from before there was a work list
// is found, and its rows are made when it is opened; memory is the most that this process ever held, filling included.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileVault } from '#adapters/local/file-vault.ts';
import { sqliteTicketStore, TICKET_SCHEMA } from '#adapters/local/sqlite-ticket-store.ts';
import type { Ports } from '#core/ports.ts';
import type { Received } from '#core/ticket-events.ts';
import { subjectLabels } from '#core/subject-labels.ts';
import { duplicateKey, type Ticket } from '#core/ticket.ts';
import { advance, receive } from '#core/transitions.ts';
import { api } from '#functions/api.ts';
import { openDatabase, transaction, type Database } from '#state-machine/sqlite.ts';
import { stopwatch } from '#containers/stopwatch.ts';
import { APPROVER, FILER, requestOf } from './house/requests.ts';
import { shippedPolicy, ticketHarness, type TicketHarness } from './house/ticket-harness.ts';

export interface WorklistBench {
  readonly tickets: number;
  readonly requests: number;
  /** Milliseconds of server time. */
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Milliseconds of processor: what p95 comes to where nothing else runs on the machine. */
  readonly cpuP95: number;
  /** Megabytes. */
  readonly rss: number;
}

const MODELS = 12;
const FILERS = ['filer.finn', 'filer.fay', 'desk.dora', 'legal.lou'];
const REGIMES = ['gdpr', 'uk-gdpr', 'ccpa'] as const;
const GROUNDS = { gdpr: 'art-17-1-b', 'uk-gdpr': 'art-17-1-b', ccpa: '1798.105-a' } as const;
const GIVEN = ['Ada', 'Bela', 'Casimir', 'Dunja', 'Edda', 'Finn', 'Greta', 'Hiro', 'Ines', 'Jonas'];
const DAY_MS = 86_400_000;

const idOf = (i: number): string => `T-${i.toString(36).padStart(10, '0')}`;
const nameOf = (i: number): string => `${GIVEN[i % GIVEN.length]!} Okonski${i.toString(36)}`;

export const benchWorklist = async ({ tickets = 100_000, requests = 300 } = {}): Promise<WorklistBench> => {
  const dir = mkdtempSync(join(tmpdir(), 'quittance-worklist-'));
  try {
    return await measured(dir, tickets, requests);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

const measured = async (dir: string, tickets: number, requests: number): Promise<WorklistBench> => {
  const harness = await ticketHarness({ policy: shippedPolicy() });
  const db = openDatabase(join(dir, 'state.sqlite'), TICKET_SCHEMA);
  const vault = fileVault(join(dir, 'vault'), harness.ports.clock);
  await fill(db, harness, tickets);
  const ports = { ...harness.ports, tickets: sqliteTicketStore(db), vault };
  await nameHundred(ports, tickets);
  const app = api({
    ports,
    policy: harness.policy,
    authenticate: async () => ({ principal: APPROVER, roles: ['approver', 'filer'], via: 'bearer' }),
    servesHost: () => true,
    formKey: new Uint8Array(32),
  });
  const times: Times[] = [];
  for (let i = 0; i < requests; i++) times.push(await timed(app, asked(i, tickets)));
  vault.close();
  db.close();
  const [wall, cpu] = [times.map(({ wallMs }) => wallMs), times.map(({ cpuMs }) => cpuMs)];
  const rss = Math.round(process.resourceUsage().maxRSS / 1024);
  const [p50, p95, max] = [quantile(wall, 0.5), quantile(wall, 0.95), quantile(wall, 1)];
  return { tickets, requests, p50, p95, max, cpuP95: quantile(cpu, 0.95), rss };
};

/** All in one transaction, as a folder from before there was a work list is found. */
const fill = async (db: Database, { ports, policy }: TicketHarness, tickets: number): Promise<void> => {
  const now = ports.clock.now();
  const calendar = await ports.calendar.around(now);
  const add = db.prepare('INSERT INTO tickets (id, version, model, duplicate_key, body) VALUES (?, 1, ?, ?, ?)');
  transaction(db, () => {
    for (let i = 0; i < tickets; i++) {
      const ticket = ticketOf(i, now, calendar, policy);
      add.run(ticket.id, ticket.model, duplicateKey(ticket) ?? null, JSON.stringify(ticket));
    }
  });
};

/** A hundred of the tickets can be found by name. */
const nameHundred = async ({ vault, pseudonyms }: Pick<Ports, 'vault' | 'pseudonyms'>, tickets: number) => {
  for (let i = 0; i < tickets; i += Math.ceil(tickets / 100)) {
    await vault.createKey(idOf(i));
    await vault.label(idOf(i), await subjectLabels({ name: nameOf(i), aliases: [] }, pseudonyms));
  }
};

interface Times {
  readonly wallMs: number;
  readonly cpuMs: number;
}

const timed = async (app: ReturnType<typeof api>, { path, init }: Asked): Promise<Times> => {
  const taken = stopwatch();
  const response = await app.request(path, init);
  await response.text();
  const { seconds, cpuSeconds } = taken();
  if (response.status >= 400) throw new Error(`${path}: ${response.status}`);
  return { wallMs: seconds * 1000, cpuMs: cpuSeconds * 1000 };
};

const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return Number(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1));
};

/** A third is closed; of the others some wait, some are on hold; received over the last hundred days. */
const ticketOf = (
  i: number,
  now: Date,
  calendar: Parameters<typeof receive>[1]['calendar'],
  policy: Received['policy'],
): Ticket => {
  const { identity } = requestOf();
  const channel = 'web';
  const regime = REGIMES[i % REGIMES.length]!;
  const filer = FILERS[i % FILERS.length]!;
  const { ticket } = receive(
    {
      ...{
        type: 'received',
        id: idOf(i),
        model: `model-${i % MODELS}`,
        regime,
        ground: GROUNDS[regime],
        channel,
        filer,
      },
      receivedAt: new Date(now.getTime() - ((i * 7919) % 100) * DAY_MS).toISOString(),
      ...{
        commitment: 'c'.repeat(64),
        counts: { records: 3, thirdPartiesAffected: false },
        policy,
        quantisation: 'none',
      },
      claim: { method: identity.method, level: identity.level, verifiedAt: identity.verifiedAt, verifiedBy: FILER },
    },
    { subjectKey: i.toString(16).padStart(64, '0'), calendar },
    now,
  );
  if (i % 3 === 0)
    return advance(ticket, { type: 'closed', outcome: 'withdrawn', reason: 'by-subject', by: filer }, now).ticket;
  if (i % 3 === 1) return advance(ticket, { type: 'identity-requested' }, now).ticket;
  return i % 2 === 0 ? advance(ticket, { type: 'hold-placed', by: filer, code: 'litigation' }, now).ticket : ticket;
};

const PATHS = [
  ...['/tickets', '/tickets?view=due', '/tickets?view=mine', '/tickets?view=approval', '/tickets?view=blocked'],
  ...['/tickets?view=closed', '/tickets?due=late', '/tickets?status=ON_HOLD', '/tickets?model=model-3'],
  ...['/tickets?filer=legal.lou&regime=ccpa', '/tickets?status=RECEIVED&model=model-7&due=week'],
];

interface Asked {
  readonly path: string;
  readonly init: RequestInit;
}

/** Every third is a search: by reference, by a whole name, by a part of one. */
const asked = (i: number, tickets: number): Asked => {
  const accept = i % 2 === 0 ? 'text/html' : 'application/json';
  const one = (i * 7919) % tickets;
  if (i % 3 !== 0) return { path: PATHS[i % PATHS.length]!, init: { headers: { accept } } };
  if (i % 2 === 0) return { path: `/tickets?ref=${idOf(one)}`, init: { headers: { accept } } };
  const q = i % 9 === 0 ? nameOf(one) : GIVEN[i % GIVEN.length]!;
  const headers = { accept, 'content-type': 'application/json' };
  return { path: '/tickets/search', init: { method: 'POST', headers, body: JSON.stringify({ q }) } };
};

export const worklistText = ({ tickets, requests, p50, p95, max, cpuP95, rss }: WorklistBench): string =>
  [
    `work list at ${tickets} tickets, ${requests} requests (lists, facets, searches by reference and name; page and data)`,
    `p50 ${p50} ms, p95 ${p95} ms, slowest ${max} ms (p95 of processor time ${cpuP95} ms); at most ${rss} MB of memory`,
  ].join('\n');
