// The state of AdamW as named arrays, in one form for every backend, so that a run saved on one can be resumed on
// another.
import { QuittanceError } from '#core/errors.ts';

/** First and second moments by parameter, held as T. */
export interface AdamMoments<T> {
  updates: number;
  slots: Map<string, { m: T; v: T }>;
}

export const momentsState = <T>({ updates, slots }: AdamMoments<T>, read: (held: T) => Float32Array) =>
  new Map<string, Float32Array>([
    ['updates', Float32Array.of(updates)],
    ...[...slots].flatMap(([name, { m, v }]): [string, Float32Array][] => [
      [`m:${name}`, read(m)],
      [`v:${name}`, read(v)],
    ]),
  ]);

/** STORE_CORRUPT where one moment of a pair is missing. */
export const momentsFrom = <T>(
  state: ReadonlyMap<string, Float32Array>,
  hold: (values: Float32Array, name: string) => T,
): AdamMoments<T> => {
  const slots = new Map<string, { m: T; v: T }>();
  for (const [key, m] of state) {
    if (!key.startsWith('m:')) continue;
    const name = key.slice(2);
    const v = state.get(`v:${name}`);
    if (v?.length !== m.length) throw corrupt(`v:${name}`);
    slots.set(name, { m: hold(m, name), v: hold(v, name) });
  }
  const [updates] = state.get('updates') ?? [];
  if (updates === undefined) throw corrupt('updates');
  return { updates, slots };
};

const corrupt = (key: string) =>
  new QuittanceError('STORE_CORRUPT', {
    message: `the saved state of the optimiser lacks '${key}'`,
    hint: 'start the run again',
  });
