// Completes package-lock.json: a registry mirror that carries the binaries of some platforms only makes npm leave the
// others out of the lock file, and `npm ci` then refuses it. Each missing optional platform package gets the entry that
// its parent names; it is fetched only on the platform that its name says.
// Usage: node .ci/complete-lock.mjs   (after any npm install that changes the lock file)
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const OS = ['darwin', 'linux', 'win32', 'freebsd', 'android', 'openharmony', 'aix', 'netbsd', 'openbsd', 'sunos'];
const CPU = ['arm64', 'x64', 'ia32', 'arm', 'ppc64', 's390x', 'riscv64', 'loong64', 'wasm32'];

const platform = (name) => ({
  os: OS.filter((os) => name.includes(`-${os}`)),
  cpu: CPU.filter((cpu) => new RegExp(`-${cpu}(-|$|hf|v7)`).test(name)).slice(0, 1),
});

let added = 0;
for (const [, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const at = `node_modules/${name}`;
    if (lock.packages[at] || !/^\d/.test(version)) continue;
    const { os, cpu } = platform(name);
    lock.packages[at] = {
      version,
      ...(cpu.length ? { cpu } : {}),
      ...(parent.dev ? { dev: true } : {}),
      optional: true,
      ...(os.length ? { os } : {}),
    };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
