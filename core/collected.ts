// What streams by, held at once or only counted.

/** All of it, in its order: for what is small, or is needed whole. */
export const collected = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

/** How many there are; none is held. */
export const counted = async (items: AsyncIterable<unknown>): Promise<number> => {
  const iterator = items[Symbol.asyncIterator]();
  let count = 0;
  while ((await iterator.next()).done !== true) count++;
  return count;
};
