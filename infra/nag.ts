// cdk-nag's findings, explained where they arise. A wildcard is reported as `AwsSolutions-IAM5[Resource::…]` with the
// resource in one line, so that an explanation covers exactly the resource that it was written for.
import { Stack, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Grant } from './grants.ts';

/** The form in which cdk-nag names a resource: references in angle brackets, imports by their export's name. */
export const inOneLine = (scope: Construct, value: string): string => flatten(Stack.of(scope).resolve(value));

const flatten = (value: unknown): string => {
  if (typeof value === 'string') return value;
  const [[intrinsic, argument] = ['', '']] = Object.entries(value as Record<string, unknown>);
  if (intrinsic === 'Ref') return `<${String(argument)}>`;
  if (intrinsic === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (intrinsic === 'Fn::ImportValue') return String(argument);
  if (intrinsic !== 'Fn::Join') throw new Error(`a resource with ${intrinsic} cannot be explained`);
  const [separator, parts] = argument as [string, unknown[]];
  return parts.map(flatten).join(separator);
};

export const explainWildcard = (scope: Construct, resource: string, reason: string): void =>
  Validations.of(scope).acknowledge({ id: `AwsSolutions-IAM5[Resource::${inOneLine(scope, resource)}]`, reason });

/** Explains each wildcard of the grants with the reason beside it; a wildcard without a reason stays reported. */
export const explainWildcards = (scope: Construct, grants: readonly Grant[]): void => {
  for (const { resources, reason } of grants)
    for (const resource of resources)
      if (reason !== undefined && resource.endsWith('*')) explainWildcard(scope, resource, reason);
};
