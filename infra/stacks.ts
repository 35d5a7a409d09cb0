// All stacks of an installation in one app: what app.ts deploys and tests synthesise.
import { Tags, Validations, type App } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { apiUses } from '#functions/api.ts';
import { steps } from '#functions/steps.ts';
import { AppStack } from './app-stack.ts';
import { bundleLambda } from './bundle.ts';
import { GpuStack } from './gpu-stack.ts';
import { NetworkStack } from './network-stack.ts';
import type { Settings } from './settings.ts';
import { StatefulStack } from './stateful-stack.ts';

export type Code = Readonly<Record<'steps' | 'api' | 'operations', string>>;

/** Bundles the three mains into folders below `into`. */
export const bundleCode = async (into: string, settings: Pick<Settings, 'region' | 'entities'>): Promise<Code> => {
  const regions = [settings.region, ...Object.values(settings.entities).map(({ region }) => region)];
  const bundle = async (name: string, entry: string) => (await bundleLambda(`${into}/${name}`, regions, entry)).folder;
  return {
    steps: await bundle('steps', 'entry/lambda.ts'),
    api: await bundle('api', 'entry/lambda-api.ts'),
    operations: await bundle('operations', 'entry/lambda-operations.ts'),
  };
};

export interface Installation {
  readonly stateful: StatefulStack;
  readonly app: AppStack;
  readonly network: NetworkStack;
  readonly gpu: GpuStack;
}

export interface Options {
  /** cdk-nag's rules, at synthesis. */
  readonly checks: boolean;
}

export const buildStacks = (app: App, settings: Settings, code: Code, { checks }: Options): Installation => {
  const name = (part: string) => `${settings.prefix}-${part}`;
  const stateful = new StatefulStack(app, name('state'), settings);
  const { resources } = stateful;
  const network = new NetworkStack(app, name('network'), settings, resources);
  const gpu = new GpuStack(app, name('gpu'), { settings, resources, network, operations: code.operations });
  const appStack = new AppStack(app, name('app'), { settings, resources, steps, apiUses, code });
  Tags.of(app).add('application', settings.prefix);
  if (checks) addChecks(app);
  return { stateful, app: appStack, network, gpu };
};

/** An unexplained finding of cdk-nag fails the synthesis. */
export const addChecks = (app: App): void => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
};
