// What an operator runs after a restore, with the environment variables of a step's Lambda: rolls the registry forward
// along the certificates, and promotes what they name in place of what the backup named. Prints one JSON object; exits
// with 2 where a model needs a person's attention. Safe to repeat.
// Trap: the served alias was not restored. Where it is neither the registry's weights nor the end of the certificates,
// nothing is promoted and the model is listed.
import { awsClients, ClientEnvironment } from '#adapters/aws/clients.ts';
import { awsPorts } from '#adapters/aws/index.ts';
import { smallArtifacts } from '#adapters/aws/s3-artifact-store.ts';
import { must } from '#core/errors.ts';
import type { ModelRecord } from '#core/model.ts';
import type { Ports } from '#core/ports.ts';
import { certifiedBy, rollForward, type Certified } from '#core/replay.ts';

export interface Replayed {
  readonly model: string;
  readonly tickets: readonly string[];
  readonly digest: string;
  /** What is served, where it differs from the registry's record. */
  readonly served?: string;
}

type ReplayPorts = Pick<Ports, 'models' | 'serving' | 'signer' | 'clock'>;

/** `artifacts`: digest and bytes of every artefact that may be a certificate. */
export const replayErasures = async (
  ports: ReplayPorts,
  artifacts: AsyncIterable<readonly [Certified['certificateDigest'], Uint8Array]>,
): Promise<Replayed[]> => {
  const certified: Certified[] = [];
  for await (const [digest, bytes] of artifacts)
    certified.push(...listed(await certifiedBy(bytes, digest, ports.signer)));
  const models = await ports.models.list();
  return Promise.all(models.map((model) => replayModel(model, certified, ports)));
};

const listed = <T>(value: T | undefined): T[] => (value === undefined ? [] : [value]);

const replayModel = async (
  { name }: ModelRecord,
  certified: readonly Certified[],
  { models, serving, clock }: ReplayPorts,
): Promise<Replayed> => {
  const { model: restored, version } = await models.get(name);
  const { model, replayed } = rollForward(restored, certified, clock.now());
  if (replayed.length > 0) await models.put(model, version);
  const served = (await serving.served(name))?.digest;
  const outdated = model.quarantined.some(({ digest }) => digest === served);
  if (outdated) await serving.promote(name, model.digest, served);
  const asItShould = outdated || served === model.digest;
  return {
    model: name,
    tickets: replayed,
    digest: model.digest,
    ...(asItShould ? {} : { served: served ?? 'nothing' }),
  };
};

if (import.meta.main) {
  const clients = awsClients(ClientEnvironment.parse(process.env));
  const bucket = must(process.env['QUITTANCE_ARTIFACTS_BUCKET'], 'QUITTANCE_ARTIFACTS_BUCKET');
  const models = await replayErasures(awsPorts(process.env, clients), smallArtifacts(clients.s3, bucket));
  process.stdout.write(`${JSON.stringify({ models })}\n`);
  process.exitCode = models.some(({ served }) => served !== undefined) ? 2 : 0;
}
