// Of the records that found rows hold, those that the model is asked for. A record that is longer than the model reads
// is left out where a model is onboarded; a ticket that named it would be refused, and say nothing of the others.
// Trap: what is left out is not forgotten, so it is told of, and whoever files decides.
import { knownTo, TrainingManifest, type ForgetRecord } from '#core/forget-set.ts';
import type { ModelRecord } from '#core/model.ts';
import { getJson } from '#core/stored-json.ts';
import type { RegistryPorts } from '../registry.ts';

export interface AskedRecords {
  readonly records: readonly ForgetRecord[];
  readonly remarks: readonly string[];
}

/** All of them where none is known: admission says then why. */
export const askedOf = async (
  records: readonly ForgetRecord[],
  { trainingManifest }: Pick<ModelRecord, 'trainingManifest'>,
  { artifacts, pseudonyms }: Pick<RegistryPorts, 'artifacts' | 'pseudonyms'>,
): Promise<AskedRecords> => {
  if (trainingManifest === undefined) return { records, remarks: [] };
  const manifest = await getJson(artifacts, trainingManifest, TrainingManifest);
  const known = await knownTo(records, manifest, (purpose, text) => pseudonyms.of(purpose, text));
  const asked = records.filter((_, i) => known[i]);
  if (asked.length === records.length || asked.length === 0) return { records, remarks: [] };
  const left = records.length - asked.length;
  return {
    records: asked,
    remarks: [
      `${left} of ${records.length} records of these rows are not in the ticket: the model was onboarded without them, as they are longer than it reads, or forgot them before`,
    ],
  };
};
