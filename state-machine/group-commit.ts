// Group commit: everything asked for within one turn of the event loop is done together and stored in one transaction;
// answers are given after it. With a transaction and an fsync for each request, fifty executions would wait for fifty
// fsyncs.

interface Request {
  /** Does the work and returns a function that gives the answer after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  readonly #commit: () => void;
  readonly #before: () => void;
  readonly #failed: (error: unknown) => void;
  #requests: Request[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #stopped: Error | undefined;

  /** `before` runs before a turn's work, `commit` stores it, `failed` is called for a turn in which either threw. */
  constructor(before: () => void, commit: () => void, failed: (error: unknown) => void) {
    this.#before = before;
    this.#commit = commit;
    this.#failed = failed;
  }

  get stopped(): Error | undefined {
    return this.#stopped;
  }

  /**
   * Runs `work` in the next turn; resolves with its value once the turn is stored. `work` may throw only before it
   * changes anything.
   */
  turn<T>(work: () => T): Promise<T> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    return new Promise((resolve, reject) => {
      const run = () => {
        const value = work();
        return () => resolve(value);
      };
      this.#requests.push({ run, reject });
      this.arm();
    });
  }

  /** Arranges the next turn. */
  arm(): void {
    if (this.#stopped === undefined) this.#immediate ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#immediate = undefined;
    const requests = this.#requests;
    this.#requests = [];
    try {
      this.#before();
      const answers = requests.map(attempt);
      this.#commit();
      for (const answer of answers) answer();
    } catch (error) {
      for (const { reject } of requests) reject(error);
      this.#failed(error);
    }
  }

  /** Refuses all waiting and future work with `reason`, until `restart`. */
  stop(reason: Error): void {
    this.#stopped = reason;
    clearImmediate(this.#immediate);
    this.#immediate = undefined;
    const requests = this.#requests;
    this.#requests = [];
    for (const { reject } of requests) reject(reason);
  }

  restart(): void {
    this.#stopped = undefined;
  }
}

const attempt = ({ run, reject }: Request): (() => void) => {
  try {
    return run();
  } catch (error) {
    return () => reject(error);
  }
};
