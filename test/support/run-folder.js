// A folder of one run of the tests, for what several of its files need and nobody changes; gone at the run's end.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default () => {
  process.env.QUITTANCE_RUN_FOLDER = mkdtempSync(join(tmpdir(), 'quittance-run-'));
};
