// What an unlearning run carries from update to update beside the weights and the optimiser, and how it begins, is
// saved and resumes.
// Trap: whatever decides an update must be here, or a resumed run ends elsewhere.
import { z } from 'zod';
import type { Json } from '#core/canonical.ts';
import { RunManifest } from '#core/run.ts';
import { random, type Random } from '#engine/random.ts';
import { restoreRun } from '#engine/trainer.ts';
import type { ForgetOnlyContext, TrajectoryPoint } from './method.ts';
import { controlValues, measure, type ControlValues } from './stop-rule.ts';
import type { Updater } from './update.ts';

/** State of a loss by name. */
export type Carried = Record<string, number>;

/** What a run carries from update to update beside the weights and the optimiser. */
export interface RunProgress {
  update: number;
  stream: Random;
  controls: ControlValues;
  carried: Carried;
  trajectory: TrajectoryPoint[];
}

export const startRun = (context: ForgetOnlyContext, carried: Carried): RunProgress => {
  const controls = controlValues(context);
  const first = { ...measure(context, 0, NaN, controls), loss: 0 };
  return { update: 0, stream: random(`unlearn:${context.seed}`), controls, carried, trajectory: [first] };
};

export const Trajectory = z.array(RunManifest.shape.trajectory.element.required());

const Position = z.strictObject({
  stream: z.array(z.int()),
  controls: z.strictObject({
    values: z.array(z.number()),
    answers: z.array(z.number()),
    /** Absent in runs that an earlier version saved. */
    lowest: z.array(z.number()).optional(),
  }),
  /** Absent in runs that an earlier version saved. */
  carried: z.record(z.string(), z.number()).default({}),
  trajectory: Trajectory,
});

/** Where an earlier process of the same run stood; its weights and optimiser are put back. */
export const resumeRun = async (
  context: ForgetOnlyContext,
  { optimizer }: Updater,
): Promise<RunProgress | undefined> => {
  const state = await context.saves?.resume();
  if (!state) return undefined;
  const { stream: words, controls, carried, trajectory } = Position.parse(state.position);
  restoreRun(context.model, optimizer, state.tensors);
  const stream = random(`unlearn:${context.seed}`);
  stream.restore(words);
  const { lowest } = controls;
  const known = lowest ? { ...controls, lowest } : controlValues(context);
  return { update: state.update, stream, controls: known, carried, trajectory };
};

export const positionOf = ({
  stream,
  controls,
  carried,
  trajectory,
}: RunProgress): z.infer<typeof Position> & Json => ({
  stream: stream.state(),
  controls: { ...controls },
  carried: { ...carried },
  trajectory: trajectory.map((point) => ({ ...point })),
});
