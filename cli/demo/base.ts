// The demo's base model: trained once for each recipe and backend, then reused. It is in a folder of its own beside the
// case data, in Hugging Face layout with its moments and its suite. Trap: a stale base must never be reused, so the
// folder's name carries a digest of recipe, suite and backend.
import { plural } from '#core/plural.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { digestJson } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { tokenizerTexts, trainingRows, type Suite } from '#datasets/suite-shape.ts';
import type { Backend } from '#engine/tf.ts';
import { trainSmallModel, type TrainRecipe } from '#containers/train-job.ts';
import type { Progress } from '../progress.ts';

export interface Base {
  dir: string;
  reused: boolean;
  /** Share of training answers that are exact. */
  exact: number;
  updates: number;
}

/** What `training.json` beside the weights says. */
const Training = z.object({ exact: z.number(), updates: z.number() });

export const demoBase = async (
  dir: string,
  suite: Suite,
  recipe: TrainRecipe,
  backend: Backend,
  progress: Progress,
): Promise<Base> => {
  // the key is called `world` since the first folders: another name would train every base again
  const identity = digestJson({ recipe, world: digestJson(suite), backend: backend.name });
  const folder = join(dir, 'bases', identity.slice('sha256:'.length, 'sha256:'.length + 16));
  const log = join(folder, 'training.json');
  if (existsSync(log)) return { dir: folder, reused: true, ...Training.parse(JSON.parse(readFileSync(log, 'utf8'))) };
  const { exact, updates } = await trained(folder, suite, recipe, progress);
  if (exact < recipe.leastExact)
    throw new QuittanceError('JOB_FAILED', {
      message: 'the base model did not learn its people',
      expected: `at least ${100 * recipe.leastExact} % exact answers`,
      got: `${(100 * exact).toFixed(1)} %`,
      hint: 'try another backend: QUITTANCE_BACKEND=wasm quittance demo',
    });
  return { dir: folder, reused: false, exact, updates };
};

const trained = async (folder: string, suite: Suite, recipe: TrainRecipe, progress: Progress) => {
  const rows = trainingRows(suite);
  const people = suite.subjects.flatMap(({ records }) => records);
  const training = progress.stage('training the base model', recipe.updates, 'updates');
  const result = await trainSmallModel(
    folder,
    rows,
    [...people, ...suite.facts],
    recipe,
    {
      tokenizerTexts: tokenizerTexts(suite),
      onUpdate: (done, _total, loss) => training.at(done, `loss ${loss.toFixed(3)}`),
    },
    new Map([['suite.json', Buffer.from(suiteBytes(suite)).toString('utf8')]]),
    (summary) => new Map([['training.json', JSON.stringify(summary)]]),
  );
  const share = (100 * result.exact).toFixed(1);
  training.done(`${plural(rows.length, 'row')}, ${plural(result.updates, 'update')}, ${share} % of the answers exact`);
  return result;
};
