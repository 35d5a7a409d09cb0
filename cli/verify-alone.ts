// `quittance-verify BUNDLE …`: `quittance verify` by itself. The build makes one file of it that needs only Node, so
// that whoever checks a bundle installs nothing. Trap: everything that is imported here goes into that file;
// test/infra/package.test.ts lists the packages that it may contain.
import './interpreted-forms.ts';
import manifest from '../package.json' with { type: 'json' };
import { runCommand, runMain, say } from './run.ts';
import { verify } from './verify.ts';

const alone = {
  ...verify,
  program: 'quittance-verify',
  example: verify.example.replace('quittance verify', 'quittance-verify'),
};
const argv = process.argv.slice(2);

await runMain(async () => (argv[0] === '--version' ? say(manifest.version) : runCommand(alone, argv)));
