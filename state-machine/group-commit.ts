// Group commit: everything asked for within one turn of the event loop is done together and stored in one transaction;
// answers are given after it. With a transaction and an fsync for each request, fifty executions would wait for fifty
// fsyncs. A commit keeps the thread waiting for the disk; so, while many ask, the next one begins only after a pause in
// which the others get on and come to ask, too. Whoever asks alone never waits.

interface Request {
  /** Does the work and returns a function that gives the answer after the commit. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** Of the time that a turn took. */
const PAUSE = 2;
const LONGEST_PAUSE_MS = 20;

export class GroupCommit {
  readonly #commit: () => void;
  readonly #before: () => void;
  readonly #failed: (error: unknown) => void;
  #requests: Request[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #pause: NodeJS.Timeout | undefined;
  #stopped: Error | undefined;
  /** When the next turn may begin, on the clock of `performance`. */
  #notBefore = 0;

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
    if (this.#stopped !== undefined || this.#immediate !== undefined || this.#pause !== undefined) return;
    const pause = this.#notBefore - performance.now();
    if (pause < 1) this.#immediate = setImmediate(() => this.#flush());
    else this.#pause = setTimeout(() => this.#flush(), pause);
  }

  #flush(): void {
    this.#disarm();
    const requests = this.#requests;
    this.#requests = [];
    const began = performance.now();
    try {
      this.#before();
      const answers = requests.map(attempt);
      this.#commit();
      for (const answer of answers) answer();
    } catch (error) {
      for (const { reject } of requests) reject(error);
      this.#failed(error);
    }
    const ended = performance.now();
    if (requests.length > 1) this.#notBefore = ended + Math.min(PAUSE * (ended - began), LONGEST_PAUSE_MS);
  }

  #disarm(): void {
    clearImmediate(this.#immediate);
    clearTimeout(this.#pause);
    this.#immediate = this.#pause = undefined;
  }

  /** Refuses all waiting and future work with `reason`, until `restart`. */
  stop(reason: Error): void {
    this.#stopped = reason;
    this.#disarm();
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
