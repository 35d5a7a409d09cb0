// All stacks of an installation in one app: what app.ts deploys and tests synthesise.
import { Tags, Validations, type App, type StackProps } from 'aws-cdk-lib';
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
export const bundleCode = async (into: string, region: string): Promise<Code> => {
  const bundle = async (name: string, entry: string) => (await bundleLambda(`${into}/${name}`, region, entry)).folder;
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

export const buildStacks = (app: App, settings: Settings, code: Code, props: StackProps = {}): Installation => {
  const name = (part: string) => `${settings.prefix}-${part}`;
  const stateful = new StatefulStack(app, name('state'), settings, props);
  const { resources } = stateful;
  const network = new NetworkStack(app, name('network'), settings, resources, props);
  const gpu = new GpuStack(app, name('gpu'), { ...props, settings, resources, network, operations: code.operations });
  const appStack = new AppStack(app, name('app'), { ...props, settings, resources, steps, apiUses, code });
  Tags.of(app).add('application', settings.prefix);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { stateful, app: appStack, network, gpu };
};
