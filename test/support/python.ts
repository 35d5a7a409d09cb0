// A Python that has the peers: $QUITTANCE_PYTHON, else python3. Looked up without importing them, which takes seconds.
import { execFileSync } from 'node:child_process';

const has = (python: string, modules: readonly string[]): boolean => {
  const script = 'import importlib.util as u, sys; sys.exit(any(u.find_spec(m) is None for m in sys.argv[1:]))';
  try {
    execFileSync(python, ['-c', script, ...modules], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** undefined where no Python has all the modules. */
export const pythonWith = (...modules: string[]): string | undefined =>
  [process.env['QUITTANCE_PYTHON'], 'python3'].find((python) => python !== undefined && has(python, modules));

/** Runs a script and returns what it printed. */
export const runPython = (python: string, args: readonly string[], input?: string): string =>
  execFileSync(python, args, {
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
    ...(input === undefined ? {} : { input }),
  });
