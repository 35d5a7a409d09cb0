#!/usr/bin/env node
// Starts the command line on Node 24, which runs TypeScript directly. Where `node` on PATH is older, the copy that
// `npm ci` installed is used instead. Signals reach the child because it shares our process group.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
if (Number(process.versions.node.split('.')[0]) >= 24) {
  await import(main);
} else {
  const bundled = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(bundled)) {
    process.stderr.write(`quittance: needs Node 24, found ${process.version}; run 'npm ci' in the project first\n`);
    process.exit(3);
  }
  const child = spawnSync(bundled, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(child.status ?? 1);
}
