// The end of run-folder.js.
import { rmSync } from 'node:fs';

export default () => rmSync(process.env.QUITTANCE_RUN_FOLDER, { recursive: true, force: true });
