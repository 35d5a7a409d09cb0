// A state machine from its file: the file's bytes are deployed, and CloudFormation substitutes `${name}`. A name that
// the deployment lacks, or one that no file uses, is refused at synthesis.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';

export const WORKFLOWS = ['erasure', 'unlearn', 'recertify'] as const;
export type Workflow = (typeof WORKFLOWS)[number];

export const workflowFile = (name: Workflow): string =>
  fileURLToPath(new URL(`../workflows/${name}.asl.json`, import.meta.url));

const Task = z.object({ Type: z.literal('Task'), Resource: z.string(), TimeoutSeconds: z.number() });
const Definition = z.object({ States: z.record(z.string(), z.looseObject({ Type: z.string() })) });

/** Names within `${…}`, each once. */
export const placeholders = (definition: string): string[] => [
  ...new Set([...definition.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => name)),
];

/** Names within `${…}` of all workflows. */
export const workflowPlaceholders = (): string[] => [
  ...new Set(WORKFLOWS.flatMap((workflow) => placeholders(readFileSync(workflowFile(workflow), 'utf8')))),
];

/** Workflows with tasks that wait for a token: whoever answers needs a right on the waiting machine. */
export const waitingWorkflows = (): Workflow[] =>
  WORKFLOWS.filter((workflow) => readFileSync(workflowFile(workflow), 'utf8').includes('.waitForTaskToken"'));

/** The substitutions that the file needs, out of `known`. */
export const substitutionsFor = (
  workflow: Workflow,
  known: Readonly<Record<string, string>>,
): Record<string, string> => {
  const names = placeholders(readFileSync(workflowFile(workflow), 'utf8'));
  const unknown = names.filter((name) => known[name] === undefined);
  if (unknown.length > 0)
    throw new QuittanceError('WORKFLOW_INVALID', {
      message: `workflows/${workflow}.asl.json names what the deployment does not have`,
      expected: Object.keys(known).sort().join(', '),
      got: unknown.join(', '),
    });
  return Object.fromEntries(names.map((name) => [name, known[name] ?? '']));
};

/** Longest time, in seconds, that a workflow gives a step when it calls it and waits for its answer. */
export const stepTimeouts = (): Map<string, number> => {
  const timeouts = new Map<string, number>();
  for (const workflow of WORKFLOWS) {
    const { States } = Definition.parse(JSON.parse(readFileSync(workflowFile(workflow), 'utf8')));
    for (const state of Object.values(States)) {
      const task = Task.safeParse(state).data;
      const step = /^\$\{(.+)\}$/.exec(task?.Resource ?? '')?.[1];
      if (task && step !== undefined) timeouts.set(step, Math.max(timeouts.get(step) ?? 0, task.TimeoutSeconds));
    }
  }
  return timeouts;
};
