// AdamW by libtensorflow's ResourceApplyAdam, one pass over the parameter. It adds epsilon before the correction of the
// second moment, so it is given epsilon·√(1 − β₂ᵗ), which makes the result PyTorch's; the decoupled decay is applied
// before it. The moments and a working copy of the parameter are resource variables.
// Trap: a resource variable shares the buffer of the tensor assigned to it; Adam writes in place only after that tensor
// is disposed.
import tf from '@tensorflow/tfjs-core';
import type { AdamWOptions, Optimizer } from './backend.ts';
import { momentsFrom, momentsState, type AdamMoments } from './adam-moments.ts';
import type { NodeBackend } from './node-backend.ts';

/** Id of a variable inside libtensorflow. */
type Resource = number;

export const resourceAdamW = (backend: NodeBackend, options: Required<AdamWOptions>): Optimizer => {
  const resource = resources(backend);
  const work = new Map<string, Resource>(); // takes the parameter during an update
  // a restored moment is an array until its shape is known
  let moments: AdamMoments<Resource | Float32Array> = { updates: 0, slots: new Map() };
  const dispose = () => {
    const held = [...work.values(), ...[...moments.slots.values()].flatMap(({ m, v }) => [m, v])];
    for (const id of held) if (typeof id === 'number') resource.destroy(id);
    work.clear();
    moments.slots.clear();
  };
  const slotOf = (name: string, shape: number[]) => {
    const { m, v } = moments.slots.get(name) ?? {};
    const slot = { m: resource.holding(m, shape), v: resource.holding(v, shape) };
    moments.slots.set(name, slot);
    return slot;
  };
  return {
    update: (parameters, gradients, lr) =>
      tf.tidy(() => {
        const scalars = scalarsOf(options, ++moments.updates, lr);
        const keep = tf.scalar(1 - lr * options.weightDecay);
        for (const [name, gradient] of gradients) {
          const parameter = parameters.get(name)!;
          const { m, v } = slotOf(name, gradient.shape);
          const p = work.get(name) ?? resource.make(gradient.shape);
          work.set(name, p);
          resource.take(p, tf.mul(parameter, keep));
          resource.adam([p, m, v], [...scalars, gradient]);
          parameter.assign(resource.read(p));
        }
      }),
    state: () =>
      momentsState(moments, (held) =>
        typeof held === 'number' ? Float32Array.from(tf.tidy(() => resource.read(held).dataSync())) : held.slice(),
      ),
    restore(state) {
      dispose();
      moments = momentsFrom(state, (values) => values.slice());
    },
    dispose,
  };
};

/** What ResourceApplyAdam takes beside variables and gradient; t counts from 1. */
const scalarsOf = ({ beta1, beta2, eps }: Required<AdamWOptions>, t: number, lr: number): tf.Tensor[] =>
  [beta1 ** t, beta2 ** t, lr, beta1, beta2, eps * Math.sqrt(1 - beta2 ** t)].map((value) => tf.scalar(value));

const resources = (backend: NodeBackend) => {
  const { binding } = backend;
  const float = (name: string) => ({ name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT });
  const run = (name: string, type: string, variables: Resource[], tensors: tf.Tensor[], outputs: number) =>
    binding.executeOp(name, [float(type)], [...variables, ...backend.getInputTensorIds(tensors)], outputs);
  const make = (shape: number[]): Resource => {
    const attributes = [
      float('dtype'),
      { name: 'shape', type: binding.TF_ATTR_SHAPE, value: shape },
      { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `quittance-${++made}` },
    ];
    return binding.executeOp('VarHandleOp', attributes, [], 1)[0]!.id;
  };
  /** Assigns the tensor to the variable, which takes over its buffer. */
  const take = (variable: Resource, value: tf.Tensor) => {
    run('AssignVariableOp', 'dtype', [variable], [value], 0);
    value.dispose();
  };
  return {
    make,
    take,
    read: (variable: Resource) => backend.createOutputTensor(run('ReadVariableOp', 'dtype', [variable], [], 1)[0]!),
    adam: (variables: [Resource, Resource, Resource], tensors: tf.Tensor[]) =>
      void run('ResourceApplyAdam', 'T', variables, tensors, 0),
    /** The variable itself, or a new one with the given values, or with zeros where there are none. */
    holding(held: Resource | Float32Array | undefined, shape: number[]): Resource {
      if (typeof held === 'number') return held;
      const variable = make(shape);
      take(variable, held ? tf.tensor(held, shape) : tf.zeros(shape));
      return variable;
    },
    destroy(variable: Resource) {
      binding.executeOp('DestroyResourceOp', [], [variable], 0);
      binding.deleteTensor(variable);
    },
  };
};

let made = 0;
