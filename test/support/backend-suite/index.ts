// The same tests on each backend: its kernels, the operations and optimisers, and every committed weights against
// PyTorch. A backend that is not installed is skipped, and says why. One file a backend: a process can use only one.
import { describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { initBackend, type Backend, type BackendChoice } from '#engine/tf.ts';
import { isQuittanceError } from '#core/errors.ts';
import { goldenTests } from '../golden-suite.ts';
import { describeWith, ROOT } from '../shared.ts';
import { gradientTests } from './gradients.ts';
import { kernelTests } from './kernels.ts';
import { opsTests } from './ops.ts';
import { optimizerTests } from './optimizers.ts';

export const backendTests = async (choice: BackendChoice): Promise<void> => {
  const found = await tried(choice);
  const there = 'name' in found ? found : undefined;
  const reason = 'missing' in found ? found.missing : '';
  describeWith(there, reason, `backend ${choice}`, (backend) => {
    it('says what it is', () => expect(backend.name.replace('+', '-')).toBe(choice));
    it('stays the backend of the process', async () => expect(await initBackend('auto')).toBe(backend));
    describe('kernels', () => kernelTests());
    describe('operations', () => opsTests());
    describe('gradients', () => gradientTests());
    describe('optimisers', () => optimizerTests());
    for (const name of storedModels()) describe(`${name} against PyTorch`, () => goldenTests(join(MODELS, name)));
  });
};

const MODELS = join(ROOT, 'test/golden/models');
const storedModels = (): string[] =>
  readdirSync(MODELS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'number-formats')
    .map(({ name }) => name);

const tried = async (choice: BackendChoice): Promise<Backend | { missing: string }> => {
  try {
    return await initBackend(choice, { threads: 1 });
  } catch (error) {
    if (isQuittanceError(error, 'BACKEND_UNAVAILABLE')) return { missing: error.message };
    throw error;
  }
};
