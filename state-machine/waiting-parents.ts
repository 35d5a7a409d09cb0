// Which threads wait for an execution to end: the task that started it, or the item of a distributed Map that it is.
import type { Execution, Thread } from './execution.ts';

export interface Parent {
  readonly execution: Execution;
  readonly thread: Thread;
}

export class WaitingParents {
  readonly #byChild = new Map<string, readonly Parent[]>();

  add(child: string, parent: Parent): void {
    this.#byChild.set(child, [...(this.#byChild.get(child) ?? []), parent]);
  }

  /** The thread no longer waits; returns whether others still do. */
  remove(child: string, thread: Thread): boolean {
    const others = (this.#byChild.get(child) ?? []).filter((parent) => parent.thread !== thread);
    this.#byChild.set(child, others);
    return others.length > 0;
  }

  clear(): void {
    this.#byChild.clear();
  }

  /** All that waited for an execution that has ended; forgotten here. */
  take(child: string): readonly Parent[] {
    const parents = this.#byChild.get(child) ?? [];
    this.#byChild.delete(child);
    return parents;
  }
}
