// One answer for one press of a button, and no act on a case that has changed since it was looked at. The first answer
// is kept in the case's vault under the caller's own key of the request, and dies with the case.
// Trap: of two presses at once the second loses the race for the ticket; it waits for the answer of the first.
import { setTimeout as after } from 'node:timers/promises';
import { z } from 'zod';
import { digestJson, digestOf, JsonValue } from '#core/canonical.ts';
import { isQuittanceError, QuittanceError, type ErrorCode } from '#core/errors.ts';
import type { Ports, TicketStore, Vault } from '#core/ports.ts';
import { parseJson } from '#core/stored-json.ts';
import type { EventType } from '#core/ticket-events.ts';
import { jsonBytes } from '../step-support.ts';

export interface Press {
  readonly ticketId: string;
  readonly by: string;
  readonly act: string;
  /** The caller's own id of the request; undefined where it has none, and then nothing is remembered. */
  readonly key: string | undefined;
  readonly body: unknown;
}

const Kept = z.strictObject({ body: z.string(), answer: JsonValue });

export const once = async (vault: Vault, press: Press, run: () => Promise<unknown>): Promise<unknown> => {
  if (press.key === undefined) return run();
  const name = `answer-${digestOf(JSON.stringify([press.by, press.act, press.key])).slice(-40)}`;
  const body = digestJson(JsonValue.parse(press.body));
  const first = await keptAnswer(vault, press.ticketId, name, body);
  if (first !== undefined) return first;
  try {
    const answer = JsonValue.parse(await run());
    await vault.put(press.ticketId, name, jsonBytes({ body, answer }));
    return answer;
  } catch (error) {
    if (!isQuittanceError(error) || !LOST.includes(error.code)) throw error;
    for (const wait of WAITS_MS) {
      await after(wait);
      const other = await keptAnswer(vault, press.ticketId, name, body);
      if (other !== undefined) return other;
    }
    throw error;
  }
};

/** What the slower of two presses is told by the ticket, which the faster one has moved. */
const LOST: readonly ErrorCode[] = [
  ...(['TICKET_CONFLICT', 'VERSION_STALE', 'TICKET_ILLEGAL_TRANSITION', 'TICKET_CLOSED', 'TICKET_ON_HOLD'] as const),
  ...(['APPROVAL_REPLAYED', 'APPROVAL_NOT_OPEN'] as const),
];
const WAITS_MS = [0, 50, 150, 400];

/** IDEMPOTENCY_MISMATCH where the key stood for another request. */
const keptAnswer = async (vault: Vault, ticketId: string, name: string, body: string): Promise<unknown> => {
  try {
    const kept = parseJson(await vault.get(ticketId, name), Kept, 'a kept answer');
    if (kept.body === body) return kept.answer;
  } catch (error) {
    if (isQuittanceError(error, 'NOT_FOUND') || isQuittanceError(error, 'VAULT_KEY_DESTROYED')) return undefined;
    throw error;
  }
  throw new QuittanceError('IDEMPOTENCY_MISMATCH', {
    message: 'the id of this request stands for another one',
    hint: 'send another Idempotency-Key with another request; nothing was changed',
  });
};

/** Events that leave a case as it was for whoever decides on it. */
const INERT: readonly string[] = ['request-viewed'] satisfies readonly EventType[];

export interface Seen {
  readonly ticketId: string;
  /** The version that the caller looked at; a ticket's version is the number of its last event. */
  readonly version: number;
  /** Whether events that change nothing count: they do for If-Match, and not for a form. */
  readonly exactly: boolean;
}

/** The ports, whose ticket must still be as the caller saw it when it is first read. VERSION_STALE. */
export const asSeen = (ports: Ports, seen: Seen | undefined): Ports => {
  if (seen === undefined) return ports;
  let checked: TicketStore | undefined; // one for the whole act, which reads the ticket again after its own commits
  return new Proxy(ports, {
    get: (all, name): unknown =>
      name === 'tickets' ? (checked ??= checking(all.tickets, seen)) : Reflect.get(all, name),
  });
};

const checking = (tickets: TicketStore, { ticketId, version, exactly }: Seen): TicketStore => {
  let isFirst = true;
  const get: TicketStore['get'] = async (id) => {
    const found = await tickets.get(id);
    if (id !== ticketId || !isFirst) return found;
    isFirst = false;
    const since = found.version === version ? [] : (await tickets.events(id)).slice(version);
    const moved = exactly ? found.version !== version : since.some(({ type }) => !INERT.includes(type));
    if (!moved && found.version >= version) return found;
    throw new QuittanceError('VERSION_STALE', {
      message: `ticket ${id} changed since it was looked at`,
      expected: `version ${version}`,
      got: `version ${found.version}`,
      hint: 'look at it again, and decide on that',
    });
  };
  return new Proxy(tickets, { get: (all, name): unknown => (name === 'get' ? get : Reflect.get(all, name)) });
};
