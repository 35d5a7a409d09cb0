// A workflow step: a zod schema for input and output, and the ports that it may use. `uses` determines three things:
// the type of what `run` receives, the ports that `handle` lets it touch, and the only rights that infra grants to the
// step's Lambda. Lambda and embedded mode call the same `handle`.
// Trap: a cast can widen the type of `ports` but grants no right, so it would work embedded and be denied on AWS. A
// port that is not declared is therefore refused in both, and so is the log's key to a step that does not sign with it.
import type { z } from 'zod';
import { QuittanceError } from './errors.ts';
import { faultsOf } from './field-faults.ts';
import { LOG_KEY } from './ledger/log-keys.ts';
import type { Ports, Signer } from './ports.ts';

export interface Step {
  readonly name: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly uses: readonly (keyof Ports)[];
  /**
   * Whether it signs with the log's key as well as with the service's: a step that appends to the log does, and one
   * whose statement the log vouches for. Any other has no right to that key.
   */
  readonly signsAsLog: boolean;
  /**
   * Rejects a malformed event (INVALID_INPUT) before `run` sees it, and a malformed result (INTERNAL) before the
   * workflow does.
   */
  handle(event: unknown, ports: Ports): Promise<unknown>;
}

export const defineStep = <I extends z.ZodType, O extends z.ZodType, const U extends keyof Ports>(spec: {
  name: string;
  input: I;
  output: O;
  uses: readonly U[];
  /** By default only of a step that appends to the log. */
  signsAsLog?: true;
  run(input: z.output<I>, ports: Pick<Ports, U>): Promise<z.input<O>>;
}): Step => {
  const uses: readonly (keyof Ports)[] = spec.uses;
  const signsAsLog = spec.signsAsLog ?? uses.includes('logHead');
  return {
    name: spec.name,
    input: spec.input,
    output: spec.output,
    uses,
    signsAsLog,
    async handle(event, ports) {
      const parsed = spec.input.safeParse(event);
      if (!parsed.success) throw invalidEvent(spec.name, 'INVALID_INPUT', parsed.error);
      const own: Pick<Ports, U> = declared({ name: spec.name, uses, signsAsLog }, ports);
      const result = spec.output.safeParse(await spec.run(parsed.data, own));
      if (!result.success) throw invalidEvent(spec.name, 'INTERNAL', result.error);
      return result.data;
    },
  };
};

/**
 * The ports that a step declares; touching any other is an error with the port's name. A port is looked up when it is
 * first touched, because on AWS it is constructed then.
 */
const declared = (step: Pick<Step, 'name' | 'uses' | 'signsAsLog'>, ports: Ports): Ports => {
  const names: readonly (string | symbol)[] = step.uses;
  return new Proxy(ports, {
    get: (all, name): unknown => {
      if (typeof name !== 'symbol' && !names.includes(name))
        throw new QuittanceError('INTERNAL', {
          message: `${step.name} touches the port '${name}', which it does not declare`,
          expected: names.join(', '),
          hint: "add it to the step's 'uses', which also gives its Lambda the right",
        });
      return name === 'signer' && !step.signsAsLog ? notAsLog(step.name, all.signer) : Reflect.get(all, name);
    },
  });
};

const notAsLog = (step: string, signer: Signer): Signer => ({
  publicKey: (keyName) => signer.publicKey(keyName),
  former: async (keyName) => (await signer.former?.(keyName)) ?? [],
  sign: async (keyName, message) => {
    if (keyName !== LOG_KEY) return signer.sign(keyName, message);
    throw new QuittanceError('INTERNAL', {
      message: `${step} signs with the log's key, which it does not declare`,
      hint: "say 'signsAsLog' of the step, which also gives its Lambda the right",
    });
  },
});

const invalidEvent = (step: string, code: 'INVALID_INPUT' | 'INTERNAL', error: z.ZodError) =>
  new QuittanceError(code, {
    message: `${step}: ${code === 'INTERNAL' ? 'its result' : 'its input'} does not have the declared form`,
    // paths and rules only: zod's messages may quote the value
    expected: faultsOf(error)
      .map(({ field, rule }) => `${field}: ${rule}`)
      .join('; '),
    ...(code === 'INVALID_INPUT' && { fields: faultsOf(error) }),
  });
