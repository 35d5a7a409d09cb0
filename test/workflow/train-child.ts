// A training run as a process: train-child.ts DATA_FOLDER MODEL_FOLDER. Prints a line an update; saves its state after
// every few updates; goes on where it was.
import { localStores } from '#adapters/local/index.ts';
import type { Ending } from '#containers/run-saves.ts';
import { trainingRows, tokenizerTexts } from '#datasets/suite-shape.ts';
import { initBackend, type BackendChoice } from '#engine/tf.ts';
import { runStates } from '#containers/run-state.ts';
import { trainSmallModel } from '#containers/train-job.ts';
import { isQuittanceError } from '#core/errors.ts';
import { SMALLEST, smallestSuite } from './survival-suite.ts';

const [data = '', model = ''] = process.argv.slice(2);
const ending: Ending = { asked: false, running: 0 };
process.on('SIGTERM', () => {
  ending.asked = true;
  if (ending.running === 0) process.exit(75);
});

const backend = await initBackend((process.env['QUITTANCE_BACKEND'] ?? 'wasm') as BackendChoice);
const stores = localStores(data, { lock: false });
const suite = smallestSuite();
try {
  await trainSmallModel(model, trainingRows(suite), [], SMALLEST, {
    tokenizerTexts: tokenizerTexts(suite),
    onUpdate: (done) => process.stdout.write(`${JSON.stringify({ stage: 'train', done })}\n`),
    saves: { states: runStates({ ...stores, backend: backend.name }), ending, everyUpdates: 7 },
  });
} catch (error) {
  process.exitCode = isQuittanceError(error, 'JOB_INTERRUPTED') ? 75 : 1;
  if (process.exitCode === 1) console.error(error);
}
