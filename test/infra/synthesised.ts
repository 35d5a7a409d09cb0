// The installation synthesised once a test file, in this process and offline. Of a function's code a template has a
// hash alone, so that an empty file stands for each bundle, save where a test asks for those that are deployed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Settings } from '#infra/settings.ts';
import { buildStacks, bundleCode, type Code } from '#infra/stacks.ts';
import { temporaryFolder } from '#test/support/folders.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Feature flags, as the command line has them. */
const { context: CONTEXT } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as {
  context: Record<string, unknown>;
};

/** An installation with everything that is optional. */
export const SETTINGS = {
  models: ['house'],
  timeZone: 'Europe/Berlin',
  region: 'DE-BE',
  serving: { url: 'https://llm.example.org', dialect: 'chat' },
  certificateScope: { swept: ['the model behind its alias'], notLookedAt: ['snapshots of its machines'] },
};

export type Resource = { Type: string; Properties: Record<string, unknown> } & Record<string, unknown>;
export type Part = 'state' | 'network' | 'gpu' | 'app';

export interface Synthesised {
  readonly templates: Readonly<Record<Part, Template>>;
  /** Resources of a type by logical id. */
  find(part: Part, type: string): Record<string, Resource>;
  /** Folder of the cloud assembly. */
  readonly assembly: string;
  readonly code: Code;
  remove(): void;
}

export interface SynthesisOptions {
  /** Without it the minute is saved that cdk-nag and CloudFormation's own rules take. */
  readonly withChecks?: boolean;
  /** Folders of code made before, or the bundles that are deployed; an empty file each without. */
  readonly code?: Code | 'deployed';
}

const standIns = (into: string): Code => {
  const empty = (name: string): string => {
    mkdirSync(join(into, name), { recursive: true });
    writeFileSync(join(into, name, 'index.mjs'), '');
    return join(into, name);
  };
  return { steps: empty('steps'), api: empty('api'), operations: empty('operations') };
};

export const emptyApp = (outdir: string, { withChecks = false }: SynthesisOptions): App =>
  new App({ outdir, builtinCloudFormationValidation: withChecks, context: CONTEXT, autoSynth: false });

export const synthesise = async (
  settings: unknown = {},
  { withChecks = false, code: made }: SynthesisOptions = {},
): Promise<Synthesised> => {
  const { dir, remove } = temporaryFolder();
  const parsed = Settings.parse(settings);
  const into = join(dir, 'code');
  const code = made === 'deployed' ? await bundleCode(into, parsed) : (made ?? standIns(into));
  const app = emptyApp(join(dir, 'cdk.out'), { withChecks });
  const stacks = buildStacks(app, parsed, code, { checks: withChecks });
  const assembly = app.synth().directory;
  const templates = {
    state: Template.fromStack(stacks.stateful),
    network: Template.fromStack(stacks.network),
    gpu: Template.fromStack(stacks.gpu),
    app: Template.fromStack(stacks.app),
  };
  const find = (part: Part, type: string) => templates[part].findResources(type) as Record<string, Resource>;
  return { templates, find, assembly, code, remove };
};

/** Properties of the resources of a type, with their logical ids. */
export const propertiesOf = (synthesised: Synthesised, part: Part, type: string) =>
  Object.entries(synthesised.find(part, type)).map(([id, { Properties }]) => [id, Properties] as const);

/** Statements of every policy of a template, with the logical id of what holds them. */
export const statements = (synthesised: Synthesised, part: Part): { owner: string; statement: Statement }[] => {
  const roles = Object.entries(synthesised.find(part, 'AWS::IAM::Role')).flatMap(([owner, { Properties }]) =>
    ((Properties['Policies'] ?? []) as { PolicyDocument: Document }[]).flatMap(({ PolicyDocument }) =>
      PolicyDocument.Statement.map((statement) => ({ owner, statement })),
    ),
  );
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
    Object.entries(synthesised.find(part, type)).flatMap(([owner, { Properties }]) =>
      (Properties['PolicyDocument'] as Document).Statement.map((statement) => ({ owner, statement })),
    ),
  );
  return [...roles, ...policies];
};

interface Document {
  Statement: Statement[];
}
export interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, unknown>>;
}

export const listed = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** A resource in one line, with references by their last part: `…Tickets…`, `arn:…:execution:quittance-erasure:*`. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [intrinsic, argument] = Object.entries(value as Record<string, unknown>)[0] ?? ['', ''];
  if (intrinsic === 'Fn::Join') return (argument as [string, unknown[]])[1].map(textOf).join('');
  if (intrinsic === 'Fn::GetAtt') return (argument as string[]).join('.');
  return String(argument);
};

/** `quittance-state:ExportsOutputFnGetAttTickets8B…Arn…` → `Tickets`. */
export const storesIn = (text: string): string[] =>
  [...text.matchAll(/:ExportsOutput(?:FnGetAtt|Ref)([A-Za-z]+?)[0-9A-F]{8}/g)].map(([, name = '']) => name);
