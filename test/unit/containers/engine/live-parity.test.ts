// Fresh random checkpoints of every family, made now by transformers and compared at once; committed answers could have been learnt by heart.
import { afterAll, describe } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { useEngine } from '#test/support/engine.ts';
import { temporaryFolder } from '#test/support/folders.ts';
import { goldenTests } from '#test/support/golden-suite.ts';
import { pythonWith, runPython } from '#test/support/python.ts';
import { describeWith, ROOT } from '#test/support/shared.ts';

useEngine();

const TOLERANCES = { logits: 1e-4, loss: 1e-5, norms: 1e-3, adamw: 1e-4 };

const python = pythonWith('torch', 'transformers', 'tokenizers', 'safetensors');
const reason = 'no Python with torch and transformers; name one in QUITTANCE_PYTHON';
describeWith(python, reason, 'fresh checkpoints against transformers', (found) => {
  if (!found) return goldenTests(undefined);
  const { dir, remove } = temporaryFolder();
  afterAll(remove);
  const seed = randomInt(2 ** 31);
  runPython(found, [join(ROOT, 'test/golden/models/make.py'), dir, '--seed', String(seed)]);
  for (const name of readdirSync(dir).filter((entry) => entry !== 'number-formats')) {
    describe(`${name}, seed ${seed}`, () => goldenTests(join(dir, name), TOLERANCES));
  }
});
