// Outputs and variables are one another's names: each variable of a port is told by one output, and comes back from it.
import { describe, expect, it } from '@jest/globals';
import { PortEnvironment } from '#adapters/aws/index.ts';
import { outputOf, variableOf } from '#core/deployment-outputs.ts';

const VARIABLES = Object.keys(PortEnvironment.shape);

describe('the name of an output', () => {
  it.each(VARIABLES)('of %s has the form that CloudFormation takes, and leads back', (variable) => {
    expect(outputOf(variable)).toMatch(/^[A-Za-z0-9]{1,255}$/);
    expect(variableOf(outputOf(variable))).toBe(variable);
  });

  it('is one for each variable', () => {
    expect(new Set(VARIABLES.map(outputOf)).size).toBe(VARIABLES.length);
  });

  it.each(['ApiUrl', 'UserPoolId', 'Port', 'Portal', 'portModelsTable'])('%s says nothing of a port', (output) => {
    expect(variableOf(output)).toBeUndefined();
  });
});
