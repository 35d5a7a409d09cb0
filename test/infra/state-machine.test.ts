import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { steps } from '#functions/steps.ts';
import {
  placeholders,
  stepTimeouts,
  substitutionsFor,
  workflowFile,
  workflowPlaceholders,
  WORKFLOWS,
} from '#infra/state-machine.ts';

const OTHERS = ['workflow-unlearn', 'job-unlearn', 'job-evaluate', 'job-recertify', 'job-queue'];

describe('workflow files', () => {
  it('name steps of the registry, jobs and workflows, and nothing else', () => {
    const known = [...steps.map(({ name }) => name), ...OTHERS];
    expect(workflowPlaceholders().filter((name) => !known.includes(name))).toEqual([]);
  });

  it('that name what is not deployed are refused by that name', () => {
    expect(() => substitutionsFor('erasure', {})).toThrow(
      expect.objectContaining({ code: 'WORKFLOW_INVALID', got: expect.stringContaining('locate-ticket') }),
    );
  });

  it('get the substitutions that they name, and no more', () => {
    const known = Object.fromEntries(
      [...steps.map(({ name }) => name), ...OTHERS, 'unused'].map((name) => [name, `arn:${name}`]),
    );
    for (const workflow of WORKFLOWS) {
      const names = placeholders(readFileSync(workflowFile(workflow), 'utf8'));
      expect(Object.keys(substitutionsFor(workflow, known)).sort()).toEqual([...names].sort());
    }
  });

  it('wait for each step at most as long as a Lambda may run', () => {
    expect([...stepTimeouts().values()].filter((seconds) => seconds > 900)).toEqual([]);
  });
});
