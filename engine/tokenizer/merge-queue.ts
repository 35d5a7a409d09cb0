// The merges that could be made of one piece, lowest rank first and leftmost of equals: a binary heap of one number an
// entry, rank · 2²⁷ + position, which is exact up to 2⁵³: 67 million merges of a piece of 134 million characters.

const POSITIONS = 2 ** 27;

export class MergeQueue {
  readonly #heap: number[] = [];

  push(rank: number, position: number): void {
    const heap = this.#heap;
    const key = rank * POSITIONS + position;
    let at = heap.length;
    heap.push(key);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! <= key) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = key;
  }

  pop(): { rank: number; position: number } | undefined {
    const heap = this.#heap;
    const [top] = heap;
    const last = heap.pop();
    if (top === undefined || last === undefined) return undefined;
    if (heap.length > 0) this.#sink(last);
    const position = top % POSITIONS;
    return { rank: (top - position) / POSITIONS, position };
  }

  /** Puts a key in the place of the top and lets it sink to its own. */
  #sink(key: number): void {
    const heap = this.#heap;
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child += 1;
      if (heap[child]! >= key) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = key;
  }
}
