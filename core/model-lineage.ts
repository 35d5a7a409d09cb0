// Where a model comes from and what became of it: of what kind it is and upon what it was made, which corpus it was
// trained on by which recipe, against whose lists that corpus was screened, and which tickets it has carried out.
// Trap: what is not recorded is null, never guessed: a model that was trained elsewhere has a corpus and no recipe.
import type { Digest } from './canonical.ts';
import { beneath, ModelManifest, type ModelRecord } from './model.ts';
import type { Ports } from './ports.ts';
import { Lineage } from './recipe.ts';
import { getJson } from './stored-json.ts';

export interface ModelLineage {
  readonly kind: 'weights' | 'adapter' | 'composed';
  /** What an adapter lies upon, or what speaks in a composed decoder. */
  readonly madeUpon: Digest | null;
  /** What its training began with. */
  readonly trainedFrom: Digest | null;
  /** Commitment to the rows of its training, else the digest of those that it was onboarded with. */
  readonly corpus: string | null;
  /** Rows of its training. */
  readonly rows: number | null;
  /** Of its training. */
  readonly loss: Lineage['recipe']['loss'] | null;
  /** Lists of forgotten people that its corpus was screened against. */
  readonly screened: Lineage['screened'];
  /** Tickets that it has carried out and whose certificates are in force. */
  readonly tickets: readonly string[];
}

const KINDS = {
  'quittance-model/v1': 'weights',
  'quittance-adapter/v1': 'adapter',
  'quittance-composed/v1': 'composed',
} as const;

export const modelLineage = async (
  { artifacts }: Pick<Ports, 'artifacts'>,
  model: ModelRecord,
): Promise<ModelLineage> => {
  const manifest = await getJson(artifacts, model.digest, ModelManifest);
  const training = model.training === undefined ? undefined : await getJson(artifacts, model.training, Lineage);
  return {
    kind: KINDS[manifest.kind],
    madeUpon: beneath(manifest)?.digest ?? null,
    trainedFrom: model.trainedFrom ?? null,
    corpus: training?.corpus ?? model.corpusDigest ?? null,
    rows: training?.rows ?? null,
    loss: training?.recipe.loss ?? null,
    screened: training?.screened ?? [],
    tickets: model.certificates.map(({ ticketId }) => ticketId),
  };
};
