// Calls back when absolute times have passed by the injected clock. Trap: the runtime's timers overflow beyond 24.8
// days, and do not notice a clock that is set or a machine that sleeps. So no timer runs longer than `pollMs`, and the
// clock alone decides whether an alarm is due.
import type { Clock } from '#core/ports.ts';

export class Alarms {
  readonly #clock: Clock;
  readonly #ring: () => void;
  readonly #pollMs: number;
  readonly #watched = new Map<object, { at: number; fire: () => void }>();
  /** No alarm is due before this time; it may be too early after an alarm was cancelled. */
  #earliest = Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** `ring` is called when an alarm may be due; it must then call `fireDue`. */
  constructor(clock: Clock, pollMs: number, ring: () => void) {
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.#ring = ring;
  }

  /** One alarm for each owner, `at` in milliseconds since the epoch; undefined cancels it. */
  set(owner: object, at: number | undefined, fire: () => void): void {
    if (at === undefined) {
      this.#watched.delete(owner);
      return;
    }
    this.#watched.set(owner, { at, fire });
    if (at >= this.#earliest) return;
    this.#earliest = at;
    this.#arm();
  }

  fireDue(now: number): void {
    const due = [...this.#watched].filter(([, { at }]) => at <= now);
    for (const [owner, alarm] of due)
      if (this.#watched.get(owner) === alarm && this.#watched.delete(owner)) alarm.fire();
    this.#earliest = [...this.#watched.values()].reduce((least, { at }) => Math.min(least, at), Infinity);
    this.#arm();
  }

  /** Cancels all alarms. */
  clear(): void {
    this.#watched.clear();
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    if (this.#watched.size === 0) {
      this.#earliest = Infinity;
      return;
    }
    const wait = Math.max(0, Math.min(this.#earliest - this.#now(), this.#pollMs));
    this.#timer = setTimeout(() => {
      if (this.#now() < this.#earliest) this.#arm();
      else this.#ring();
    }, wait);
  }

  /** Where the clock refuses to tell the time, the next turn must run to report why, so an alarm counts as due. */
  #now(): number {
    try {
      return this.#clock.now().getTime();
    } catch {
      return Infinity;
    }
  }
}
