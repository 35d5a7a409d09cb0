// veraPDF, the validator of the PDF Association: installed once by Maven and kept in node_modules/.cache. It knows
// nothing of our writer. Where there is neither Java nor Maven, nor a way to fetch it, `vera` says why.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSION = '1.28.2';
const FOLDER = join(import.meta.dirname, '../../node_modules/.cache', `verapdf-${VERSION}`);
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>jars</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.verapdf.apps</groupId><artifactId>greenfield-apps</artifactId><version>${VERSION}</version>
    </dependency>
  </dependencies>
</project>`;

export type Vera = { readonly jars: string } | { readonly missing: string };

export const vera = (): Vera => {
  const [jars, whole] = [join(FOLDER, 'lib'), join(FOLDER, 'whole')];
  if (existsSync(whole)) return { jars };
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, 'pom.xml'), POM);
    const copy = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`];
    execFileSync('mvn', copy, { cwd: FOLDER, stdio: 'ignore', timeout: 120_000 });
    writeFileSync(whole, '');
    return { jars };
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    return { missing: `veraPDF ${VERSION} needs Java 17 and Maven: ${line}` };
  }
};

/** A run of seconds: compiling its code a second time, and collecting on many threads, take as long as the checks. */
const BRIEFLY = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** What each file fails, as `file rule`; nothing where all of them hold. */
export const failures = (jars: string, profile: '1a' | '2a' | 'ua1', files: readonly string[]): string[] => {
  const options = ['--format', 'text', '-v', '--flavour', profile];
  const command = [...BRIEFLY, '-cp', join(jars, '*'), 'org.verapdf.apps.GreenfieldCliWrapper', ...options, ...files];
  const lines = spawnSync('java', command, { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((line) => line.trim() !== '');
  const passed = lines.filter((line) => line.startsWith('PASS '));
  const other = lines.filter((line) => !line.startsWith('PASS '));
  return passed.length === files.length ? other : [`${passed.length} of ${files.length} pass`, ...other];
};
