// The recorded training of a registered model, from where it lies: recipe and states among the artefacts, key and rows
// in the vault of the corpus, the rows themselves in the encrypted index. And back: what a training anew leaves for the
// next.
// Trap: what is missing is refused by its name, before anything is computed; a model that was trained elsewhere has no
// recipe, however much of its corpus is at hand.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Digest } from '#core/canonical.ts';
import { PersonalRow } from '#core/corpus-index/drop.ts';
import { collected } from '#core/collected.ts';
import { lackingToTrain, notTrainable } from '#core/ladder.ts';
import type { ForgetRecord } from '#core/forget-set.ts';
import { normalise } from '#core/forget-set.ts';
import { forgottenBy } from '#core/forgotten.ts';
import type { ModelRecord } from '#core/model.ts';
import type { Ports } from '#core/ports.ts';
import { committedName, CommittedCorpus, Lineage, type TrainingCost } from '#core/recipe.ts';
import type { UnlearnPlan } from '#core/run.ts';
import { getJson, parseJson, putJson } from '#core/stored-json.ts';
import { partsOf } from '#core/training-record.ts';
import type { CorpusEntry } from '#datasets/corpus/row.ts';
import { storedCorpus } from '#datasets/corpus/stored.ts';
import { rowsStillThere, type AssignedRow } from '#datasets/fine-tuning/assigned.ts';
import { materialize } from '#engine/formats/stored-model.ts';
import { prepareTraining, type PreparedTraining } from './retrain.ts';

type TrainingPorts = Pick<Ports, 'artifacts' | 'vault' | 'models'>;

export interface TrainingPlace {
  readonly scratch: string;
  readonly backend: string;
  readonly say?: (line: string) => void;
}

/** Object of the case's vault: rows of the corpus that its ticket lists. */
export const CORPUS_ROWS = 'corpus-rows';

/** Prepared without the rows of the plan's ticket. METHOD_CONFIG with what is missing. */
export const preparedTraining = async (
  plan: UnlearnPlan,
  records: readonly ForgetRecord[],
  ports: TrainingPorts,
  place: TrainingPlace,
): Promise<PreparedTraining> => {
  const { model } = await ports.models.get(plan.model);
  const { corpus, base, training } = requireAll(model, plan);
  const lineage = await getJson(ports.artifacts, training, Lineage);
  const committed = parseJson(
    await ports.vault.get(corpus, committedName(training)),
    CommittedCorpus,
    'the committed rows of the training',
  );
  const rows = await collected(rowsStillThere(entriesOf(ports, model), committed));
  const folder = join(place.scratch, 'training');
  mkdirSync(folder, { recursive: true });
  await materialize(ports.artifacts, base, join(folder, 'base'));
  const states = lineage.states.map(
    ({ slice, digest }) => [slice, () => stateFile(ports, digest, join(folder, `kept-${slice}.safetensors`))] as const,
  );
  const left = await leftOutOf(plan, records, rows, ports);
  const prepared = await prepareTraining(
    {
      base: join(folder, 'base'),
      recipe: lineage.recipe,
      corpus: committed,
      rows,
      leaveOut: (row) => left.has(row),
      states: new Map(states),
    },
    { ...place, scratch: join(folder, 'made') },
  );
  place.say?.(costLine(prepared, lineage.cost));
  return prepared;
};

const requireAll = ({ name, corpus, trainedFrom, training }: ModelRecord, { side }: UnlearnPlan) => {
  const lineage = side?.training ?? training;
  if (corpus !== undefined && trainedFrom !== undefined && lineage !== undefined)
    return { corpus, base: trainedFrom, training: lineage };
  throw notTrainable(name, lackingToTrain({ name, corpus, trainedFrom, training: lineage }), 'retrain');
};

/** Rows of the index that are decrypted at a time. */
const AT_ONCE = 4_096;

const entriesOf = async function* ({ vault }: TrainingPorts, model: ModelRecord): AsyncGenerator<CorpusEntry> {
  const corpus = await storedCorpus(vault, model);
  for (let from = 0; from < corpus.size; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, corpus.size - from) }, (_, i) => from + i);
    for (const entry of await corpus.entries(numbers)) if (entry) yield entry;
  }
};

const stateFile = async ({ artifacts }: TrainingPorts, digest: Digest, path: string): Promise<string> => {
  writeFileSync(path, await artifacts.get(digest), { mode: 0o600 });
  return path;
};

/** Rows that the ticket lists or has as a record, and rows about people whom the model has forgotten before. */
const leftOutOf = async (
  { ticketId, model }: UnlearnPlan,
  records: readonly ForgetRecord[],
  rows: readonly AssignedRow[],
  { vault }: TrainingPorts,
): Promise<ReadonlySet<AssignedRow>> => {
  const listed = (await vault.list(ticketId)).includes(CORPUS_ROWS)
    ? parseJson(await vault.get(ticketId, CORPUS_ROWS), z.array(PersonalRow), 'the rows of the ticket')
    : [];
  const places = new Set(listed.map(({ id }) => id));
  const said = new Set(records.map(({ question, answer }) => keyOf([question, answer])));
  const forgotten = await forgottenBy(vault, model);
  const isLeft = ({ entry }: AssignedRow): boolean => {
    const texts = partsOf(entry.row).map(({ text }) => text);
    if (places.has(entry.where) || said.has(keyOf(texts))) return true;
    const why = forgotten.recognise(texts);
    return why === 'row' || why === 'identifiers';
  };
  return new Set(rows.filter(isLeft));
};

const keyOf = (texts: readonly string[]): string => texts.map(normalise).join('\n');

/** What the exact way takes, said before it begins. */
const costLine = ({ from, cost, recipe }: PreparedTraining, { tokens, seconds }: TrainingCost): string => {
  const each = tokens === 0 ? 0 : seconds / tokens;
  const took = (some: number) => `${some} tokens, about ${Math.ceil(some * each)} s`;
  const behind = from === 0 ? '' : `; behind slice ${from} of ${recipe.slices.count}: ${took(cost.behind.tokens)}`;
  return `training anew from the base: ${took(cost.anew.tokens)}${behind}`;
};

/** Stores what the next training anew goes on from; returns the digest of the new lineage. */
export const storeTraining = async (
  plan: UnlearnPlan,
  { recipe, corpus, cost, from, made }: PreparedTraining,
  seconds: number,
  ports: TrainingPorts,
): Promise<Digest> => {
  const { model } = await ports.models.get(plan.model);
  const before = requireAll(model, plan);
  const { states, screened } = await getJson(ports.artifacts, before.training, Lineage);
  const kept = states.filter(({ slice }) => slice <= from);
  const added = [];
  for (const { slice, path } of made()) added.push({ slice, digest: await ports.artifacts.put(readFileSync(path)) });
  const lineage: Lineage = {
    kind: 'quittance-lineage/v1',
    ...{ recipe, screened, corpus: corpus.digest, rows: corpus.rows.length, states: [...kept, ...added] },
    cost: { ...cost.behind, seconds },
  };
  await putJson(ports.artifacts, recipe);
  const digest = await putJson(ports.artifacts, lineage);
  await ports.vault.put(before.corpus, committedName(digest), Buffer.from(JSON.stringify(corpus)));
  return digest;
};
