// The CDK app: `npx cdk synth`, `npx cdk deploy --all`. Settings come from the context key `quittance`;
// docs/operations.md explains them.
import { tmpdir } from 'node:os';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readSettings } from './settings.ts';
import { buildStacks, bundleCode } from './stacks.ts';

const app = new App();
const context: unknown = app.node.tryGetContext('quittance');
const settings = readSettings(context);
buildStacks(app, settings, await bundleCode(mkdtempSync(join(tmpdir(), 'quittance-')), settings), {
  checks: true,
});
app.synth();
