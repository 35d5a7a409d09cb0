// A few places for many: never more at once, the first goes first, and a place comes back whatever its work came to.
import { expect, it } from '@jest/globals';
import { Places } from '#state-machine/places.ts';

const gate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
};

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

it('gives each place to the one that waits longest', async () => {
  const places = new Places(2);
  const gates = [gate(), gate(), gate(), gate()];
  const begun: number[] = [];
  const all = gates.map(({ opened }, i) => places.run(() => (begun.push(i), opened)));
  await settled();
  expect(begun).toEqual([0, 1]);
  gates[1]!.open();
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  for (const { open } of gates) open();
  await Promise.all(all);
  expect(begun).toEqual([0, 1, 2, 3]);
});

it('gets a place back from work that failed', async () => {
  const places = new Places(1);
  await expect(places.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(places.run(async () => 'done')).resolves.toBe('done');
});
