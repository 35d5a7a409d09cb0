#!/usr/bin/env node
// Starts the command line on Node 24, which runs TypeScript directly. Where `node` on PATH is older, the copy that
// `npm ci` installed is used instead. Signals reach the child because it shares our process group. Compiled code is kept beside the packages that it was
// compiled from (where they can be written to), which takes two thirds off every later start.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const cache = fileURLToPath(new URL('../node_modules/.cache/quittance', import.meta.url));
if (Number(process.versions.node.split('.')[0]) >= 24) {
  module.enableCompileCache(cache);
  await import(main);
} else {
  const bundled = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(bundled)) {
    process.stderr.write(`quittance: needs Node 24, found ${process.version}; run 'npm ci' in the project first\n`);
    process.exit(3);
  }
  const child = spawnSync(bundled, [main, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: cache, ...process.env },
  });
  process.exit(child.status ?? 1);
}
