// Models, the log and verification over HTTP. The signed checkpoint and the tiles are public, as those of any
// transparency log: they hold no personal data, and witnesses need them. So are the keys, because those who check a
// certificate have no account here.
import type { Hono } from 'hono';
import { z } from 'zod';
import { assembleBundle } from '#core/bundle.ts';
import { LOG_KEY } from '#core/ledger/log-keys.ts';
import { readLog } from '#core/ledger/log.ts';
import { latestEntries } from '#core/ledger/recent.ts';
import { modelLineage } from '#core/model-lineage.ts';
import { publishedKeys } from '#core/pinned-keys.ts';
import { TicketId } from '#core/ticket.ts';
import { ModelName } from '#core/model.ts';
import { keyBlocks, keyLines } from '#core/trust-root.ts';
import {
  ledgerBody,
  modelBody,
  modelsBody,
  trustRootBody,
  verifyBody,
  type LedgerView,
  type VerifyView,
} from '#portal/registry.ts';
import { show, type ApiContext, type Asked, type Env } from './context.ts';
import { notFound } from './problems.ts';

export const publicLogRoutes = (app: Hono<Env>, { ports }: ApiContext): void => {
  app.get('/trust-root', async (c) => {
    const data = await publishedKeys(ports);
    return show(c, { title: (words) => words.registry.toKeys, data, body: (words) => trustRootBody(data, words) });
  });
  app.get('/trust-root.txt', async (c) => c.text(keyLines(await publishedKeys(ports))));
  app.get('/trust-root.pem', async (c) =>
    c.body(keyBlocks(await publishedKeys(ports)), 200, { 'Content-Type': 'application/x-pem-file' }),
  );
  app.get('/ledger/checkpoint', async (c) => {
    const head = await ports.logHead.read();
    if (!head) throw notFound();
    return c.text(head.checkpoint);
  });
  app.get('/ledger/tile/*', async (c) => {
    const path = TilePath.safeParse(c.req.path.slice('/ledger/'.length));
    if (!path.success) throw notFound();
    return c.body(Buffer.from(await ports.logStorage.get(path.data)), 200, {
      'Content-Type': 'application/octet-stream',
    });
  });
};

/** https://c2sp.org/tlog-tiles: level or `entries`, index in groups of three, width of a partial tile. */
const TilePath = z
  .string()
  .regex(
    /^tile\/(?:\d{1,2}|entries)\/(?:x\d{3}\/){0,5}\d{3}(?:\.p\/\d{1,3})?$/,
    'the path of a tile, such as tile/0/000',
  );

export const registryRoutes = (app: Hono<Env>, context: ApiContext): void => {
  const { models } = context.ports;
  app.get('/models', async (c) => {
    const data = { models: await models.list() };
    return show(c, { title: (words) => words.registry.models, data, body: (words) => modelsBody(data.models, words) });
  });
  app.get('/models/:name', async (c) => {
    const name = ModelName.safeParse(c.req.param('name'));
    if (!name.success) throw notFound();
    const { model } = await models.get(name.data);
    const lineage = await modelLineage(context.ports, model);
    return show(c, {
      title: (words) => words.registry.model(model.name),
      data: model,
      body: (words) => modelBody(model, lineage, words),
    });
  });
  app.get('/ledger', (c) => ledger(c, context));
  app.get('/verify', (c) => verify(c, context));
};

const LATEST = 25;

const ledger = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  const log = await readLog(ports);
  const data: LedgerView = {
    origin: log.origin,
    size: log.size,
    checkpoint: log.note ?? null,
    publicKey: Buffer.from(await ports.signer.publicKey(LOG_KEY)).toString('base64'),
    latest: (await latestEntries(ports.logStorage, log, LATEST)).map(({ index, entry }) => ({
      index,
      entry: entry.toString('utf8'),
    })),
  };
  return show(c, { title: (words) => words.registry.ledger, data, body: (words) => ledgerBody(data, words) });
};

/** The verifier is read when the first bundle is looked at: a function that starts has no use for it. */
const checked = async (ticketId: string, ports: ApiContext['ports']) => {
  const { verifyBundle } = await import('#core/verify.ts');
  return verifyBundle(await assembleBundle(ports, ticketId), { now: ports.clock.now() });
};

/** The bundle as it would be handed out now, with the offline verifier's result. */
const verify = async (c: Asked, { ports }: ApiContext): Promise<Response> => {
  const ticketId = TicketId.safeParse(c.req.query('ticket')).data ?? null;
  const result = ticketId === null ? { ok: null, checks: [] } : await checked(ticketId, ports);
  const data: VerifyView = { ticketId, ...result };
  return show(c, { title: (words) => words.registry.verify, data, body: (words) => verifyBody(data, words) });
};
