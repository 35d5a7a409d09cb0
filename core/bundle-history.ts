// What the events of a ticket name, as files of its bundle: earlier attempts, and re-certifications after the
// certificate. Trap: the log may name a digest whose file the bundle lacks; a reader then cannot check that claim.
// Files that must stay outside (weights, case data) are listed in verify/references.ts.
import { z } from 'zod';
import { Digest, digestOf } from './canonical.ts';
import type { BundleFiles } from './bundle.ts';
import type { ArtifactStore, StoredEvent } from './ports.ts';
import { TicketEvent, type EventOf } from './ticket-events.ts';

/** The files that an attempt or a re-certification leaves, with their digests, by the event that names them. */
const attemptFiles = (event: TicketEvent): Readonly<Record<string, Digest>> => {
  switch (event.type) {
    case 'run-planned':
      return { plan: event.run.plan };
    case 'unlearned':
      return { run: event.manifest };
    case 'evaluated':
      return { tables: event.tables, judgement: event.judgement, evidence: event.evidence };
    default:
      return {};
  }
};

const Event = z.object({ event: z.unknown() });
/** What evidence names beside what its events do. */
const Evidence = z.looseObject({ tablesBefore: Digest.optional(), metrics: Digest.optional() });
/** What a re-certification's evidence and plan name. */
const Recertification = z.looseObject({ plan: Digest, tables: Digest });
const RecertificationPlan = z.looseObject({ policy: Digest });

/** In the folder of a re-certification: what is signed about it. */
export const RENEWAL_FILE = 'statement.dsse.json';

/** Adds every file that the events name and the bundle does not hold yet, byte for byte. */
export const putHistory = async (
  files: BundleFiles,
  artifacts: ArtifactStore,
  events: readonly StoredEvent[],
): Promise<void> => {
  const known = new Set([...files.values()].map((bytes) => digestOf(bytes)));
  const put = async (name: string, digest: Digest): Promise<Uint8Array> => {
    const bytes = await artifacts.get(digest);
    if (!known.has(digest)) files.set(name, bytes);
    known.add(digest);
    return bytes;
  };
  const json = async <S extends z.ZodType>(name: string, digest: Digest, schema: S): Promise<z.output<S>> =>
    schema.parse(JSON.parse(Buffer.from(await put(name, digest)).toString('utf8')));
  const evaluated = async (at: string, evidence: Digest) => {
    const { tablesBefore, metrics } = await json(`${at}/evidence.json`, evidence, Evidence);
    if (tablesBefore !== undefined) await put(`${at}/tables-before.json`, tablesBefore);
    if (metrics !== undefined) await put(`${at}/metrics.json`, metrics);
  };
  const recertified = async (at: string, evidence: Digest) => {
    const { plan, tables } = await json(`${at}/evidence.json`, evidence, Recertification);
    await put(`${at}/tables.json`, tables);
    const { policy } = await json(`${at}/plan.json`, plan, RecertificationPlan);
    await put(`${at}/policy.json`, policy);
  };
  const stamped = async (stamps: NonNullable<EventOf<'certified'>['timestamps']>) => {
    for (const stamp of stamps) if ('token' in stamp) await put(`timestamps/${stamp.authority}.tst`, stamp.token);
  };
  let [attempt, recertification] = [0, 0];
  for (const { body } of events) {
    const parsed = TicketEvent.safeParse(Event.parse(JSON.parse(body)).event);
    if (!parsed.success) continue; // the first event, which names a policy alone
    const event = parsed.data;
    if (event.type === 'run-planned') attempt = event.run.number;
    const at = `attempts/${attempt}`;
    for (const [name, digest] of Object.entries(attemptFiles(event))) await put(`${at}/${name}.json`, digest);
    if (event.type === 'evaluated') await evaluated(at, event.evidence);
    if (event.type === 'certified' || event.type === 'timestamped') await stamped(event.timestamps ?? []);
    if (event.type !== 'recertified') continue;
    const found = `recertifications/${++recertification}`;
    if (event.statement !== undefined) await put(`${found}/${RENEWAL_FILE}`, event.statement);
    if (event.evidence !== undefined) await recertified(found, event.evidence);
  }
};
