// A few places for work that many ask for: who finds none waits until one is given up, and the first goes first.
export class Places {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift(); // the place goes straight to it
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
