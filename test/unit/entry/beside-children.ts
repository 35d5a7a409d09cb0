// Two processes for the test of jobs beside each other: `parent` starts `child` as a job does, and both stay until they
// are ended. The child writes its process id where it is told.
import { writeFileSync } from 'node:fs';
import { besideOn, endWithParent } from '#entry/beside.ts';

const DAY_MS = 86_400_000;
if (process.env['QUITTANCE_JOB'] === 'child') {
  endWithParent();
  writeFileSync(process.env['pidFile'] ?? '', `${process.pid} ${process.env['job']}`);
} else {
  const [main = '', pidFile = ''] = process.argv.slice(1);
  besideOn(main, 'J-1')({ name: 'T-1-evaluate-0', definition: 'child', parameters: { pidFile } });
}
setTimeout(() => undefined, DAY_MS);
