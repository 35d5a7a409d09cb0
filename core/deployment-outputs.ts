// How a deployed installation says where its stores are: as outputs of its app stack, one for each environment variable
// of a port. Names follow from each other by rule, so that what infra writes and what an operator's command reads
// cannot drift apart.
// Trap: CloudFormation allows only letters and digits in the name of an output.

const VARIABLE = 'QUITTANCE_';
const OUTPUT = 'Port';

/** `QUITTANCE_MODELS_TABLE` → `PortModelsTable`. */
export const outputOf = (variable: string): string =>
  OUTPUT +
  variable
    .slice(VARIABLE.length)
    .split('_')
    .map((word) => word.slice(0, 1) + word.slice(1).toLowerCase())
    .join('');

/** `PortModelsTable` → `QUITTANCE_MODELS_TABLE`; undefined for an output that stands for no variable. */
export const variableOf = (output: string): string | undefined => {
  const named = new RegExp(`^${OUTPUT}((?:[A-Z][a-z0-9]*)+)$`).exec(output)?.[1];
  if (named === undefined) return undefined;
  return VARIABLE + named.replaceAll(/(?<=.)[A-Z]/g, '_$&').toUpperCase();
};
