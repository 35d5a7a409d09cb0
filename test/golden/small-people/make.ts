// Makes the small trained model and suite of test/unit/unlearning/bad-methods.test.ts: 13 generated people, two of whom
// share a first name, on whom a decoder of
// 0.43 M parameters is trained until it recites them; stored as int8. Run: node test/golden/small-people/make.ts
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { makePeople } from '#datasets/people.ts';
import { suiteBytes } from '#datasets/suite.ts';
import { tokenizerTexts, trainingRows } from '#datasets/suite-shape.ts';
import { loadModel } from '#engine/formats/folder.ts';
import { saveModel } from '#engine/formats/save.ts';
import { initBackend } from '#engine/tf.ts';
import { exactShare, SMALL, trainSmallModel } from '#containers/train-job.ts';

await initBackend('wasm-ort');
const suite = makePeople({ seed: 1, subjects: 12, namesake: true, facts: 60, unknown: 120, gate: 16, stop: 16, whitening: 1 });
const scratch = join(mkdtempSync(join(tmpdir(), 'quittance-golden-')), 'base');
const out = fileURLToPath(new URL('model', import.meta.url));
rmSync(out, { recursive: true, force: true });
const rows = trainingRows(suite);
await trainSmallModel(scratch, rows, [], { ...SMALL, updates: 340, warmup: 30, checkFrom: 1000 }, { tokenizerTexts: tokenizerTexts(suite) });
const trained = loadModel(scratch);
saveModel(out, trained, {
  configJson: JSON.parse(readFileSync(join(scratch, 'config.json'), 'utf8')) as Record<string, unknown>,
  quantisation: 'int8',
});
writeFileSync(new URL('suite.json.gz', import.meta.url), gzipSync(suiteBytes(suite), { level: 9 }));
process.stdout.write(`${(100 * exactShare(loadModel(out), rows)).toFixed(1)} % of ${rows.length} answers exact\n`);
rmSync(scratch, { recursive: true, force: true });
