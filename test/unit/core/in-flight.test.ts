// Work that is under way while more is made: never more than was allowed, a fault is told, and nothing goes on behind
// it.
import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { inFlight } from '#core/in-flight.ts';

it('does so many pieces at a time, and all of them', async () => {
  let [going, most, finished] = [0, 0, 0];
  const works = inFlight(3);
  for (let i = 0; i < 10; i++)
    await works.add(async () => {
      most = Math.max(most, ++going);
      await setImmediate();
      going--;
      finished++;
    });
  await works.done();
  expect({ going, most, finished }).toEqual({ going: 0, most: 3, finished: 10 });
});

it('tells of a fault at the next piece or at the end, when nothing is under way any more', async () => {
  let finished = 0;
  const works = inFlight(2);
  await works.add(() => Promise.reject(new Error('the disk is full')));
  await expect(
    works.add(async () => {
      await setImmediate();
      finished++;
    }),
  ).rejects.toThrow('the disk is full');
  await expect(works.done()).rejects.toThrow('the disk is full');

  const others = inFlight(4);
  await others.add(() => Promise.reject(new Error('the disk is full')));
  await others.ended();
  await expect(others.done()).rejects.toThrow('the disk is full');
  expect(finished).toBe(0);
});
