// The emulators, installed once and kept in node_modules/.cache: LocalStack 4.14 with dependencies of a date on which
// they still fitted, and ministack, both as Python environments; DynamoDBLocal by Maven. Nothing is installed into the
// machine's own Python.
// Traps: LocalStack's metadata accepts Python 3.10, but its code needs 3.13; and an installation that was interrupted
// is made again.
import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/emulators');

interface Pin {
  readonly version: string;
  /** The oldest Python that it runs on. */
  readonly least: readonly [major: number, minor: number];
  /** Commands and files to look for it by. */
  readonly names: readonly string[];
}

const LOCALSTACK_AS_OF = '2026-02-27';
const LOCALSTACK: Pin = {
  version: '4.14.0',
  least: [3, 13],
  names: ['python3.13', ...globSync(join(homedir(), '.pyenv/versions/3.13.*/bin/python'))],
};
const CRYPTOGRAPHY = '50.0.2';
const MINISTACK: Pin = { version: '1.5.33', least: [3, 10], names: ['python3'] };

/** The environment's Python, or why there is none. */
export type Installed = { readonly python: string } | { readonly missing: string };

export const localstack = (): Promise<Installed> =>
  environment('localstack', LOCALSTACK, async (folder, python) => {
    const uv = join(CACHE, 'uv');
    if (!existsSync(join(uv, 'bin/uv'))) {
      await run(python, ['-m', 'venv', uv]);
      await run(join(uv, 'bin/python'), ['-m', 'pip', 'install', '-q', 'uv']);
    }
    await run(join(uv, 'bin/uv'), ['venv', '-q', '-p', python, folder]);
    const wanted = `localstack-core[runtime]==${LOCALSTACK.version}`;
    const into = ['-p', join(folder, 'bin/python'), '--exclude-newer', LOCALSTACK_AS_OF];
    await run(join(uv, 'bin/uv'), ['pip', 'install', '-q', ...into, wanted]);
  });

export const ministack = (): Promise<Installed> =>
  environment('ministack', MINISTACK, async (folder, python) => {
    await run(python, ['-m', 'venv', folder]);
    const wanted = [`ministack==${MINISTACK.version}`, `cryptography==${CRYPTOGRAPHY}`];
    await run(join(folder, 'bin/python'), ['-m', 'pip', 'install', '-q', ...wanted]);
  });

const DYNAMODB_LOCAL = '2.6.1';

/** Folder of jars, or why there is none. */
export const dynamodbLocal = async (): Promise<{ readonly jars: string } | { readonly missing: string }> => {
  const folder = join(CACHE, `dynamodb-local-${DYNAMODB_LOCAL}`);
  const [jars, whole] = [join(folder, 'lib'), join(folder, 'whole')];
  if (existsSync(whole)) return { jars };
  try {
    await run('java', ['-version']);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'pom.xml'), POM);
    await run('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`], { cwd: folder });
    writeFileSync(whole, '');
    return { jars };
  } catch (error) {
    return { missing: `DynamoDBLocal ${DYNAMODB_LOCAL} needs Java 17 and Maven: ${firstLine(error)}` };
  }
};

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>jars</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>${DYNAMODB_LOCAL}</version></dependency>
  </dependencies>
</project>`;

const environment = async (
  name: string,
  pin: Pin,
  make: (folder: string, python: string) => Promise<void>,
): Promise<Installed> => {
  const folder = join(CACHE, `${name}-${pin.version}`);
  const python = join(folder, 'bin/python');
  const whole = join(folder, 'whole');
  if (existsSync(whole)) return { python };
  const base = await basePython(pin);
  if (base === undefined) return { missing: `${name} needs Python ${pin.least.join('.')}, which is not here` };
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(CACHE, { recursive: true });
    await make(folder, base);
    writeFileSync(whole, '');
    return { python };
  } catch (error) {
    return { missing: `${name} ${pin.version} could not be installed: ${firstLine(error)}` };
  }
};

const basePython = async ({ least, names }: Pin): Promise<string | undefined> => {
  for (const name of names) if (await isAtLeast(name, least)) return name;
  return undefined;
};

const isAtLeast = (python: string, [major, minor]: Pin['least']): Promise<boolean> =>
  run(python, ['-c', `import sys, venv; sys.exit(sys.version_info < (${major}, ${minor}))`]).then(
    () => true,
    () => false,
  );

const firstLine = (error: unknown): string => {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr?.trim().split('\n').at(-1) ?? message ?? String(error)).slice(0, 200);
};
