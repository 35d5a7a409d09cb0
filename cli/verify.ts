// `quittance verify`: a third party's offline check. Reads a bundle (folder or zip) into memory and hands it to core/verify. Never touches the engine, the network or
// a data folder. Trap: exit 0 only when every check holds.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { unzipSync } from 'fflate';
import { TrustRoot, type BundleFiles } from '#core/bundle.ts';
import { digestOf } from '#core/canonical.ts';
import { QuittanceError } from '#core/errors.ts';
import type { ModelManifest } from '#core/model.ts';
import { verifyBundle, type Check } from '#core/verify.ts';
import { usageError, type Command } from './command.ts';
import { readInput } from './values.ts';

const LIMIT_BYTES = 64 * 2 ** 20;

export const verify: Command = {
  name: 'verify',
  summary: 'offline check of an evidence bundle by a third party',
  usage: 'BUNDLE [--model DIR] [--trust-root FILE]',
  options: {
    model: { kind: 'value', value: 'DIR', summary: 'a copy of the model: must be the certified files' },
    'trust-root': { kind: 'value', value: 'FILE', summary: 'keys that you got from the controller by another way' },
  },
  example: 'quittance verify ./bundle --trust-root ./trust-root.json',
  async run(args) {
    const [path] = args.positionals;
    if (path === undefined) throw usageError('verify BUNDLE: BUNDLE is missing');
    const files = readBundle(path);
    const pinned = args.value('trust-root');
    const model = args.value('model');
    const result = verifyBundle(files, {
      now: new Date(),
      trustRoot: pinned === undefined ? undefined : readTrustRoot(pinned),
      model: model === undefined ? undefined : manifestOfFolder(model, files),
    });
    args.print(result, () => [...result.checks.map(line), result.ok ? 'valid' : 'NOT VALID'].join('\n'));
    return result.ok ? 0 : 1;
  },
};

const line = ({ id, ok, detail }: Check): string => `${ok ? 'ok  ' : 'FAIL'} ${id.padEnd(24)} ${detail}`;

/** NOT_FOUND, INPUT_TOO_LARGE, or BUNDLE_INVALID where the file is no zip. */
export const readBundle = (path: string): BundleFiles => {
  if (!existsSync(path))
    throw new QuittanceError('NOT_FOUND', {
      message: `there is no bundle at ${path}`,
      expected: 'a folder or a zip file',
    });
  return statSync(path).isDirectory() ? readFolder(path) : readZip(path);
};

const readFolder = (path: string): BundleFiles => {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = names.map((entry) => join(entry.parentPath, entry.name));
  refuseSize(
    path,
    files.reduce((sum, file) => sum + statSync(file).size, 0),
  );
  return new Map(files.map((file) => [relative(path, file).split(sep).join('/'), new Uint8Array(readFileSync(file))]));
};

const readZip = (path: string): BundleFiles => {
  refuseSize(path, statSync(path).size);
  let total = 0;
  try {
    // sizes are the archive's own claim: the sum is limited before anything is unpacked
    const files = unzipSync(new Uint8Array(readFileSync(path)), {
      filter: ({ originalSize }) => (total += originalSize) <= LIMIT_BYTES,
    });
    refuseSize(path, total);
    return new Map(Object.entries(files).filter(([name]) => !name.endsWith('/')));
  } catch (cause) {
    if (cause instanceof QuittanceError) throw cause;
    throw new QuittanceError('BUNDLE_INVALID', { message: `${path} is neither a folder nor a zip file`, cause });
  }
};

const refuseSize = (path: string, bytes: number) => {
  if (bytes > LIMIT_BYTES)
    throw new QuittanceError('INPUT_TOO_LARGE', {
      message: `${path} is too large for a bundle`,
      expected: `at most ${LIMIT_BYTES} bytes`,
      got: `${bytes}`,
    });
};

const readTrustRoot = (path: string): TrustRoot => {
  let parsed: ReturnType<typeof TrustRoot.safeParse> | undefined;
  try {
    parsed = TrustRoot.safeParse(JSON.parse(readInput(path, 2 ** 20)));
  } catch (cause) {
    if (cause instanceof QuittanceError) throw cause;
  }
  if (!parsed?.success) throw new QuittanceError('BUNDLE_INVALID', { message: `${path} is not a trust root` });
  return parsed.data;
};

/** Digests of the folder's files that the certified manifest names. */
const manifestOfFolder = (dir: string, files: BundleFiles): ModelManifest => {
  if (!existsSync(dir)) throw new QuittanceError('MODEL_NOT_FOUND', { message: `there is no model folder ${dir}` });
  const names = certifiedNames(files).filter((name) => existsSync(join(dir, name)));
  const entry = (name: string) => {
    const bytes = readFileSync(join(dir, name));
    return [name, { digest: digestOf(bytes), bytes: bytes.length }] as const;
  };
  return { kind: 'quittance-model/v1', quantisation: 'none', files: Object.fromEntries(names.map(entry)) };
};

/** File names in the bundle's model manifest; plain names only. */
const certifiedNames = (files: BundleFiles): string[] => {
  try {
    const manifest = JSON.parse(Buffer.from(files.get('model.json') ?? []).toString('utf8')) as {
      files?: Record<string, unknown>;
    };
    return Object.keys(manifest.files ?? {}).filter((name) => /^[\w.-]+$/.test(name));
  } catch {
    return []; // the check of the subject reports the malformed manifest
  }
};
