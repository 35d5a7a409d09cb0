// A workflow step: a zod schema for input and output, and the ports that it may use. `uses` determines three things:
// the type of what `run` receives, the ports that `handle` lets it touch, and the only rights that infra grants to the
// step's Lambda. Lambda and embedded mode call the same `handle`.
// Trap: a cast can widen the type of `ports` but grants no right, so it would work embedded and be denied on AWS. A
// port that is not declared is therefore refused in both.
import type { z } from 'zod';
import { QuittanceError } from './errors.ts';
import { faultsOf } from './field-faults.ts';
import type { Ports } from './ports.ts';

export interface Step {
  readonly name: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly uses: readonly (keyof Ports)[];
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
  run(input: z.output<I>, ports: Pick<Ports, U>): Promise<z.input<O>>;
}): Step => ({
  name: spec.name,
  input: spec.input,
  output: spec.output,
  uses: spec.uses,
  async handle(event, ports) {
    const parsed = spec.input.safeParse(event);
    if (!parsed.success) throw invalidEvent(spec.name, 'INVALID_INPUT', parsed.error);
    const result = spec.output.safeParse(await spec.run(parsed.data, declared(spec.name, ports, spec.uses)));
    if (!result.success) throw invalidEvent(spec.name, 'INTERNAL', result.error);
    return result.data;
  },
});

/**
 * The ports that a step declares; touching any other is an error with the port's name. A port is looked up when it is
 * first touched, because on AWS it is constructed then.
 */
const declared = <U extends keyof Ports>(step: string, ports: Pick<Ports, U>, uses: readonly U[]): Pick<Ports, U> => {
  const names: readonly (string | symbol)[] = uses;
  return new Proxy(ports, {
    get: (all, name): unknown => {
      if (typeof name === 'symbol' || names.includes(name)) return Reflect.get(all, name);
      throw new QuittanceError('INTERNAL', {
        message: `${step} touches the port '${name}', which it does not declare`,
        expected: names.join(', '),
        hint: "add it to the step's 'uses', which also gives its Lambda the right",
      });
    },
  });
};

const invalidEvent = (step: string, code: 'INVALID_INPUT' | 'INTERNAL', error: z.ZodError) =>
  new QuittanceError(code, {
    message: `${step}: ${code === 'INTERNAL' ? 'its result' : 'its input'} does not have the declared form`,
    // paths and rules only: zod's messages may quote the value
    got: error.issues.map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.code}`).join('; '),
    ...(code === 'INVALID_INPUT' && { fields: faultsOf(error) }),
  });
