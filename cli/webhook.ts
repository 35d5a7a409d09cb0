// `quittance webhook`: whom a served data folder tells that something happened to a ticket (Standard Webhooks). For
// whoever administers the folder: nobody who signs in over the network may add an address.
// Trap: it works beside a server, on the same database; the secret of a v1 receiver is shown when it is added or
// rotated, and at no other time.
import { httpReceivers, addressFor } from '#adapters/http/receivers.ts';
import { localStores, type LocalStores } from '#adapters/local/index.ts';
import { must, QuittanceError, usageError } from '#core/errors.ts';
import { EventType } from '#core/ticket-events.ts';
import { receiverUrl, rotated, Signing, type Webhook } from '#core/webhooks.ts';
import { send, verifyingKey } from '#functions/webhooks.ts';
import type { Arguments, Command, ExitCode } from './command.ts';
import { oneOf } from './kinds.ts';
import { existingFolder } from './values.ts';

export const webhook: Command = {
  name: 'webhook',
  summary: 'whom a served data folder tells of what happens to tickets',
  usage: 'add URL [--events A,B] [--signing v1a|v1] | list | log ID | test ID | rotate ID | remove ID',
  words: 2,
  options: {
    events: {
      kind: 'value',
      value: 'A,B',
      summary: 'add: types of events (default all)',
      is: (text) => void typesIn(text),
    },
    signing: {
      kind: 'value',
      value: 'v1a|v1',
      summary: 'add: by a key pair, whose public key the receiver gets (default), or by a shared secret',
      is: oneOf(Signing.options),
    },
  },
  verbs: { add: ['events', 'signing'], list: [], log: [], test: [], rotate: [], remove: [] },
  example: 'quittance webhook add https://hooks.example.com/quittance --events received,closed,certified',
  notes: [
    'Messages hold ids and types only and are signed by Standard Webhooks; `quittance serve` sends them, ten times within three',
    'days where a receiver does not take one. A rotated key signs on beside the new one for a day. docs/webhooks.md has more.',
  ].join('\n'),
  async run(args) {
    const [verb = '', word] = args.positionals;
    const found = must(VERBS[verb], 'a verb');
    const stores = localStores(existingFolder(args), { lock: false });
    try {
      return await found(args, stores, word);
    } finally {
      stores.close();
    }
  },
};

type Verb = (args: Arguments, stores: LocalStores, word: string | undefined) => ExitCode | Promise<ExitCode>;

const typesIn = (text: string): EventType[] => {
  const types = text.split(',').map((name) => {
    const type = EventType.safeParse(name.trim());
    if (type.success) return type.data;
    throw usageError(`--events: there is no event '${name.trim()}'`, EventType.options.join(', '));
  });
  const twice = types.find((type, i) => types.indexOf(type) < i);
  if (twice === undefined) return types;
  throw usageError(`--events names '${twice}' twice`, 'each event once');
};

/** A second one would tell the same receiver everything twice, under another key. */
const refuseKnown = (url: URL, known: readonly Webhook[]): void => {
  const same = known.find((one) => one.url === url.href);
  if (!same) return;
  throw new QuittanceError('INVALID_INPUT', {
    message: `${same.id} is told at this address already`,
    expected: 'an address of its own for each webhook',
    hint: `quittance webhook rotate ${same.id} makes a new key (and tells one that ended again); remove it to add it with other events`,
  });
};

const add: Verb = async (args, stores, text) => {
  if (text === undefined) throw usageError('webhook add URL: URL is missing');
  const url = receiverUrl(text);
  refuseKnown(url, stores.webhooks.list());
  await addressFor(url, { inside: stores.webhooksInside }); // refused now, and not in the log of deliveries
  const added: Webhook = {
    id: `wh-${stores.ids.next('').slice(0, 12)}`,
    url: url.href,
    signing: Signing.parse(args.value('signing') ?? 'v1a'),
    events: typesIn(args.value('events') ?? EventType.options.join(',')),
    keys: [{ number: 1 }],
    addedAt: stores.clock.now().toISOString(),
    ended: null,
  };
  const kept = args.value('events') === undefined ? { ...added, events: [] } : added;
  stores.webhooks.put(kept);
  return showKey(args, stores, kept);
};

/** What the receiver is given. */
const showKey = async (args: Arguments, stores: LocalStores, { id, url, signing, ...rest }: Webhook) => {
  const key = await verifyingKey({ id, url, signing, ...rest }, stores.clock.now(), stores);
  args.print({ id, url, signing, key }, () =>
    [`${id} is told at ${url}`, signing === 'v1a' ? `its receiver checks with ${key}` : `its secret is ${key}`].join(
      '\n',
    ),
  );
  return 0 as const;
};

const list: Verb = (args, { webhooks }) => {
  const shown = webhooks.list().map(({ id, url, signing, events, ended }) => ({ id, url, signing, events, ended }));
  args.print(
    shown,
    () =>
      shown
        .map(({ id, url, signing, events, ended }) =>
          [id, url, signing, events.join(',') || 'all', ended ?? 'active'].join('  '),
        )
        .join('\n') || 'no webhooks',
  );
  return 0;
};

/** Of the last deliveries, the newest first. */
const LOGGED = 100;

const log: Verb = (args, { webhooks }, id) => {
  const rows = webhooks.log(named(webhooks, id, 'log').id, LOGGED);
  args.print(
    rows,
    () =>
      rows
        .map(({ at, ticketId, sequence, type, state, attempts, status, fault }) =>
          [at, `${ticketId}.${sequence}`, type, state, `${attempts} tries`, status ?? fault ?? ''].join('  '),
        )
        .join('\n') || 'nothing yet',
  );
  return 0;
};

const named = (webhooks: LocalStores['webhooks'], id: string | undefined, verb: string): Webhook => {
  if (id === undefined) throw usageError(`webhook ${verb} ID: ID is missing`, 'quittance webhook list');
  return webhooks.get(id);
};

/** Exit code 1 where the receiver does not take it. */
const test: Verb = async (args, stores, id) => {
  const meant = named(stores.webhooks, id, 'test');
  const timestamp = stores.clock.now().toISOString();
  const message = {
    id: `msg_test_${stores.ids.next('').slice(0, 20)}`,
    body: JSON.stringify({ type: 'webhook.test', timestamp, data: {} }),
  };
  const receivers = httpReceivers({ inside: stores.webhooksInside });
  const { status, fault } = await send(meant, message, { ...stores, receivers });
  const taken = status !== null && status >= 200 && status < 300;
  args.print({ id: meant.id, message: message.id, status, fault, taken }, () =>
    taken ? `${meant.url} took it (${status})` : `${meant.url} did not take it: ${status ?? fault ?? ''}`,
  );
  return taken ? 0 : 1;
};

/** A receiver that had ended is told again from now on. */
const rotate: Verb = async (args, stores, id) => {
  const next: Webhook = { ...rotated(named(stores.webhooks, id, 'rotate'), stores.clock.now()), ended: null };
  stores.webhooks.put(next);
  return showKey(args, stores, next);
};

const remove: Verb = (args, { webhooks }, id) => {
  const gone = named(webhooks, id, 'remove');
  webhooks.remove(gone.id);
  args.print({ removed: gone.id }, () => `${gone.id} is told nothing more`);
  return 0;
};

const VERBS: Readonly<Record<string, Verb>> = { add, list, log, test, rotate, remove };
