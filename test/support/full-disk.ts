// Disks that are full, for a command that is run on them: one with no space left (ENOSPC), which only some users may
// make, and a limit on the size of files (EFBIG), which everybody may set. Trap: a disk lives in a mount namespace of
// its own and ends with the last process in it; nothing of it is seen from outside.
import { spawnSync } from 'node:child_process';
import { it } from '@jest/globals';

export interface FullDisk {
  readonly name: string;
  /** Runs `script` of the shell in the empty folder `dir`, which holds `kilobytes`; "$@" are the rest. */
  run(dir: string, kilobytes: number, script: string, ...rest: readonly string[]): string;
}

/** Stdout; what went wrong is thrown. */
const output = (command: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return stdout;
};

const NAMESPACE = ['--user', '--map-root-user', '--mount'];
const MOUNT = 'mount -t tmpfs -o "size=$2k" tmpfs "$1" && shift 2 &&';

const noSpace: FullDisk = {
  name: 'that has no space left',
  run: (dir, kilobytes, script, ...rest) =>
    output('unshare', ...NAMESPACE, 'sh', '-c', `${MOUNT} ${script}`, 'sh', dir, String(kilobytes), ...rest),
};

const limited: FullDisk = {
  name: 'with a limit on the size of files',
  // POSIX: blocks of 512 bytes
  run: (_dir, kilobytes, script, ...rest) =>
    output('sh', '-c', `ulimit -f ${2 * kilobytes} && ${script}`, 'sh', ...rest),
};

const absent = (): string | undefined => {
  try {
    noSpace.run('/tmp', 4, 'true');
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

/** The test once on each disk that can be made here; says which cannot, and why. */
export const onEachFullDisk = (title: string, test: (disk: FullDisk) => void | Promise<void>): void => {
  const why = absent();
  if (why !== undefined) console.log(`skipped: a disk ${noSpace.name}: ${why}`);
  (why === undefined ? it : it.skip)(`${noSpace.name} ${title}`, () => test(noSpace));
  it(`${limited.name} ${title}`, () => test(limited));
};
