#!/usr/bin/env node
// Starts the command line on Node 24: from the sources where they are (a clone), else from the built files (an
// installed package). Where `node` on PATH is older, the copy that came with the installation (npm's package `node`) is
// used instead, and gets every signal that ends a process: a supervisor sends it to this one alone. Compiled code is
// cached for the next start, which makes it three times as fast: in a clone under node_modules, otherwise in the user's
// own cache.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const clone = existsSync(at('./main.ts'));
const main = at(clone ? './main.ts' : '../dist/cli/main.js');

/** Throws where the system knows no home folder; then nothing is cached. */
const userCache = () => {
  try {
    return join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'quittance');
  } catch {
    return undefined;
  }
};
const cache = clone ? at('../node_modules/.cache/quittance') : userCache();

/** Node 24 as a package installs it, beside this one or further up; undefined where it was left out. */
const installedNode = () => {
  try {
    const home = dirname(module.createRequire(import.meta.url).resolve('node/package.json'));
    return ['bin/node', 'bin/node.exe'].map((name) => join(home, name)).find((path) => existsSync(path));
  } catch {
    return undefined;
  }
};

if (cache !== undefined) process.env.NODE_COMPILE_CACHE ??= cache; // also for jobs, which are processes of their own
if (Number(process.versions.node.split('.')[0]) >= 24) {
  if (cache !== undefined) module.enableCompileCache(cache);
  await import(main);
} else {
  const node = installedNode();
  if (node === undefined) {
    const how = clone ? "'npm ci' in the project installs it" : "'npm install node@24' beside it installs it";
    process.stderr.write(`quittance: needs Node 24, found ${process.version}: ${how}\n`);
    process.exit(3);
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // a terminal sends its own to the whole group: the child may then get one twice, and ends by the first
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`quittance: ${node} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code) => process.exit(code ?? 1));
}
