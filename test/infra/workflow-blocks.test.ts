// The state machines' files hold the Retry and Catch blocks that infra/workflow-blocks.ts says, and what it says is
// about states that exist.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { workflowFile, WORKFLOWS } from '#infra/state-machine.ts';
import { written } from '#infra/tools/workflows.ts';
import { WAYS, withBlocks } from '#infra/workflow-blocks.ts';

describe.each(WORKFLOWS)('workflows/%s.asl.json', (workflow) => {
  it("is what 'npm run workflows' writes", async () => {
    expect(readFileSync(workflowFile(workflow), 'utf8')).toBe(await written(workflow));
  });
});

it('a state that calls what nobody knows how to repeat is refused', () => {
  const States = { 'New state': { Type: 'Task', Resource: 'arn:aws:states:::sqs:sendMessage', Next: 'Purged' } };
  expect(() => withBlocks('erasure', { States })).toThrow(/sqs:sendMessage/);
});

it('a state that has no blocks yet gets them before its way on', () => {
  const States = { 'New state': { Type: 'Task', Resource: '${triage-ticket}', TimeoutSeconds: 60, Next: 'Purged' } };
  const made = withBlocks('recertify', { States }).States['New state'];
  expect(Object.keys(made)).toEqual(['Type', 'Resource', 'TimeoutSeconds', 'Retry', 'Catch', 'Next']);
});

it('names only states that the workflow has', () => {
  for (const workflow of WORKFLOWS) {
    const { States } = JSON.parse(readFileSync(workflowFile(workflow), 'utf8')) as {
      States: Record<string, { Catch?: { Next: string }[] }>;
    };
    const next = Object.values(States).flatMap(({ Catch = [] }) => Catch.map(({ Next }) => Next));
    next.push(...Object.keys(WAYS[workflow].but ?? {}));
    expect([workflow, next.filter((name) => !(name in States))]).toEqual([workflow, []]);
  }
});
