// Child process of `quittance doctor`: loads one backend and measures it. Prints one JSON line, or fails with the
// reason as the last line of stderr.
import { diagnose } from '#engine/diagnose.ts';
import type { BackendChoice } from '#engine/tf.ts';

try {
  process.stdout.write(`${JSON.stringify(await diagnose(process.argv[2] as BackendChoice))}\n`);
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? error.message.replace(/^no compute backend: [\w-]+: /, '') : String(error)}\n`,
  );
  process.exitCode = 1;
}
