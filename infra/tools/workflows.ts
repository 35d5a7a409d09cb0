// `npm run workflows`: writes the Retry and Catch blocks (infra/workflow-blocks.ts) into the state machines' files, in
// the repository's own format.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { workflowFile, WORKFLOWS, type Workflow } from '../state-machine.ts';
import { withBlocks, type Definition } from '../workflow-blocks.ts';

/** The text that a workflow's file should have. */
export const written = async (workflow: Workflow): Promise<string> => {
  const path = workflowFile(workflow);
  const definition = JSON.parse(readFileSync(path, 'utf8')) as Definition;
  const text = JSON.stringify(withBlocks(workflow, definition), null, 2);
  return format(text, { ...(await resolveConfig(path)), filepath: path });
};

if (import.meta.main) for (const workflow of WORKFLOWS) writeFileSync(workflowFile(workflow), await written(workflow));
