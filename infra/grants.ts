// From a step's `uses` to its Lambda's rights and variables: the union over its ports in a table, of which
// port-grants.ts makes the whole. A step without `uses: ['vault']` has neither the vault's rights nor its names.
// Trap: a wildcard needs a reason beside it; test/infra compares every policy of the template with that table.
import { Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Ports } from '#core/ports.ts';
import type { Workflow } from './state-machine.ts';

export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** Why a resource holds a wildcard. */
  readonly reason?: string;
}

export interface PortGrants {
  readonly environment: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
}

export type PortName = keyof Ports;

/** What a step's Lambda gets: the union over the ports that it uses. */
export type GrantTable = Partial<Readonly<Record<PortName, PortGrants>>>;

export const grantsOf = (uses: readonly PortName[], table: GrantTable): PortGrants => {
  const ports = uses.map((port) => table[port] ?? refuse(port));
  return {
    environment: Object.assign({}, ...ports.map(({ environment }) => environment)) as Record<string, string>,
    grants: ports.flatMap(({ grants }) => grants),
  };
};

const refuse = (port: PortName): never => {
  throw new Error(`a Lambda cannot be given the port '${port}': no grant is written for it in infra/port-grants.ts`);
};

export const statementOf = ({ actions, resources, conditions }: Grant): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [...actions],
    resources: [...resources],
    ...(conditions ? { conditions: structuredClone(conditions) } : {}),
  });

export const arnOf = (scope: Stack, service: string, resource: string, name: string, separator = ':'): string =>
  `arn:${scope.partition}:${service}:${scope.region}:${scope.account}:${resource}${separator}${name}`;

/**
 * By name, not by reference: a reference would make a circle, because the machine refers to the step that starts it.
 */
export const machineArns = (prefix: string, scope: Stack) => ({
  erasure: machineArn(prefix, scope, 'erasure'),
});

export const machineArn = (prefix: string, scope: Stack, name: Workflow) =>
  arnOf(scope, 'states', 'stateMachine', `${prefix}-${name}`);
