// The stores among the in-memory ports: tickets, artifacts, log, models, job results.
import { digestOf, type Digest, type Json } from '#core/canonical.ts';
import { QuittanceError, must } from '#core/errors.ts';
import type { ModelRecord } from '#core/model.ts';
import { safePath } from '#core/names.ts';
import type {
  ArtifactStore,
  JobResults,
  LogHead,
  LogStorage,
  ModelRegistry,
  StoredEvent,
  TicketStore,
} from '#core/ports.ts';
import { duplicateKey, type Ticket } from '#core/ticket.ts';
import { storedEvent } from '#core/ticket-events.ts';
import type { Transition } from '#core/transitions.ts';
import {
  countsOf,
  inOrder,
  isAfter,
  matches,
  placeOf,
  readPlace,
  workRowOf,
  writePlace,
  type WorkPage,
  type WorkQuery,
  type WorkRow,
} from '#core/worklist.ts';
import type { Faults } from './faults.ts';

const notFound = (what: string) => new QuittanceError('NOT_FOUND', { message: `no ${what}` });
const conflict = (what: string) =>
  new QuittanceError('TICKET_CONFLICT', {
    message: `${what} changed since it was read`,
    hint: 'read it again and repeat',
  });

interface Row {
  readonly ticket: Ticket;
  readonly version: number;
}

export const memoryTickets = (): TicketStore => {
  const tickets = new Map<string, Row>();
  const events: StoredEvent[] = [];
  const write = ({ ticket, events: added }: Transition, version: number) => {
    tickets.set(ticket.id, structuredClone({ ticket, version }));
    events.push(...added.map(storedEvent));
  };
  return {
    create: async (transition) => {
      const { ticket } = transition;
      if (tickets.has(ticket.id)) throw conflict(ticket.id);
      refuseDuplicate(tickets, ticket);
      write(transition, 1);
    },
    get: async (id) => {
      const row = tickets.get(id);
      if (!row) throw new QuittanceError('TICKET_NOT_FOUND', { message: `no ticket ${id}` });
      return structuredClone(row);
    },
    commit: async (transition, version) => {
      if (tickets.get(transition.ticket.id)?.version !== version) throw conflict(transition.ticket.id);
      write(transition, version + 1);
    },
    ...questionsTo(tickets),
    ...outbox(events),
  };
};

const refuseDuplicate = (tickets: ReadonlyMap<string, Row>, ticket: Ticket): void => {
  const key = duplicateKey(ticket);
  if (key === undefined) return;
  const same = (other: Ticket) => duplicateKey(other) === key && other.model === ticket.model;
  const found = [...tickets.values()].find((row) => same(row.ticket));
  if (found) throw new QuittanceError('TICKET_DUPLICATE', { message: `ticket ${found.ticket.id} covers this` });
};

const questionsTo = (tickets: ReadonlyMap<string, Row>): Pick<TicketStore, 'list' | 'page' | 'counts' | 'openOf'> => {
  const all = () => [...tickets.values()].map(({ ticket }) => ticket);
  const newestFirst = (found: readonly Ticket[]) => found.map((ticket) => structuredClone(ticket)).reverse();
  return {
    list: async () => newestFirst(all()),
    page: async (query) =>
      pageOf(
        all().map((ticket) => workRowOf(ticket)),
        query,
      ),
    counts: async (filter) => {
      const rows = all().map((ticket) => ({ row: workRowOf(ticket), n: 1 }));
      return countsOf(rows, filter);
    },
    openOf: async (model) =>
      newestFirst(all().filter((ticket) => ticket.model === model && duplicateKey(ticket) !== undefined)),
  };
};

const outbox = (events: readonly StoredEvent[]): Pick<TicketStore, 'events' | 'unsequenced' | 'markSequenced'> => {
  const byId = (eventId: string) =>
    must(
      events.find((event) => event.eventId === eventId),
      eventId,
    );
  return {
    events: async (id) => structuredClone(events.filter(({ ticketId }) => ticketId === id)),
    unsequenced: async (limit) =>
      structuredClone(events.filter(({ leafIndex }) => leafIndex === undefined).slice(0, limit)),
    markSequenced: async (marks) => {
      for (const { eventId, leafIndex } of marks) byId(eventId).leafIndex ??= leafIndex;
    },
  };
};

const pageOf = (rows: readonly WorkRow[], { limit, after, ...filter }: WorkQuery): WorkPage => {
  const found = rows.filter((row) => matches(row, filter)).sort(inOrder);
  const place = after === undefined ? undefined : readPlace(after);
  const from = place ? found.filter((row) => isAfter(row, place)) : found;
  const shown = from.slice(0, limit);
  return { rows: shown, next: from.length > limit ? writePlace(placeOf(shown.at(-1)!)) : null };
};

export const memoryArtifacts = (faults: Faults): ArtifactStore => {
  const blobs = new Map<Digest, Uint8Array>();
  const deleted = new Set<Digest>();
  return {
    put: async (bytes) => {
      const digest = digestOf(bytes);
      blobs.set(digest, Uint8Array.from(bytes));
      return digest;
    },
    get: async (digest) => {
      const bytes = blobs.get(digest);
      if (bytes) return Uint8Array.from(bytes);
      if (deleted.has(digest)) faults.complain(`artifact ${digest} read after it was deleted`);
      throw notFound(`artifact ${digest}`);
    },
    has: async (digest) => blobs.has(digest),
    delete: async (digest) => {
      if (blobs.delete(digest)) deleted.add(digest);
    },
  };
};

export const memoryLogStorage = (faults: Faults): LogStorage => {
  const files = new Map<string, Uint8Array>();
  return {
    put: async (path, bytes) => {
      const present = files.get(safePath(path));
      if (present && digestOf(present) !== digestOf(bytes)) {
        faults.complain(`log path ${path} written twice with different bytes`);
        throw new QuittanceError('STORE_CORRUPT', { message: `${path} holds other bytes` });
      }
      files.set(path, Uint8Array.from(bytes));
    },
    get: async (path) => {
      const bytes = files.get(safePath(path));
      if (!bytes) throw notFound(path);
      return Uint8Array.from(bytes);
    },
  };
};

export const memoryLogHead = (): LogHead => {
  let head: { checkpoint: string; version: number } | undefined;
  return {
    read: async () => head,
    replace: async (checkpoint, version) => {
      if ((head?.version ?? 0) !== version)
        throw new QuittanceError('LEDGER_CONFLICT', { message: 'the log head moved' });
      head = { checkpoint, version: version + 1 };
    },
  };
};

export const memoryModels = (): ModelRegistry => {
  const models = new Map<string, { model: ModelRecord; version: number }>();
  return {
    get: async (name) => {
      const row = models.get(name);
      if (!row) throw new QuittanceError('MODEL_NOT_FOUND', { message: `no model ${name}` });
      return structuredClone(row);
    },
    list: async () => [...models.values()].map(({ model }) => structuredClone(model)),
    put: async (model, version) => {
      if ((models.get(model.name)?.version ?? 0) !== version) throw conflict(model.name);
      models.set(model.name, structuredClone({ model, version: version + 1 }));
    },
  };
};

export const memoryResults = (): JobResults => {
  const results = new Map<string, Json>();
  return {
    put: async (name, result) => void results.set(name, result),
    get: async (name) => {
      const result = results.get(name);
      if (result === undefined) throw notFound(`result of job ${name}`);
      return result;
    },
  };
};
