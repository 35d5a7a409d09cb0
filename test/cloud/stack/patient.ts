// The time limits of a deployment, made longer than any machine needs: an emulator runs all functions and state
// machines on the tests' own cores, and how busy those are says nothing about the deployment. Nothing else may differ;
// the limits that are really deployed are asserted on the template, in test/infra.
// Trap: Lambda takes no limit above 900 seconds, Step Functions none above 99,999,999; and a state's limit must stay
// above its function's, or the function would still run while it is tried again.

const TIMES = 60;
const LAMBDA_MOST = 900;
const STATES_MOST = 99_999_999;

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The resource as it is, but for the time limit of a function. */
export const patientResource = <R extends Resource>(resource: R): R =>
  resource.Type === 'AWS::Lambda::Function'
    ? { ...resource, Properties: { ...resource.Properties, Timeout: LAMBDA_MOST } }
    : resource;

/** The definition of a state machine as it is, but for the time limits of its states and of the whole. */
export const patientDefinition = (definition: string): string =>
  definition.replaceAll(
    /("(?:TimeoutSeconds|HeartbeatSeconds)": *)(\d+)/g,
    (_, name: string, seconds: string) => `${name}${Math.min(TIMES * Number(seconds), STATES_MOST)}`,
  );
