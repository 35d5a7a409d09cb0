// Rings when absolute times have passed by the injected clock. Trap: timers of the runtime overflow beyond 24.8 days
// and know nothing of a clock that is set or a machine that sleeps, so none runs longer than `pollMs`; whether it is
// time is always asked of the clock.
import type { Clock } from '#core/ports.ts';

export class Alarms {
  readonly #clock: Clock;
  readonly #ring: () => void;
  readonly #pollMs: number;
  readonly #watched = new Map<object, { at: number; fire: () => void }>();
  /** Nothing rings before; may be too early after an alarm was taken back. */
  #earliest = Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** `ring` is called when something may be due; it answers with `fireDue`. */
  constructor(clock: Clock, pollMs: number, ring: () => void) {
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.#ring = ring;
  }

  /** One alarm an owner, `at` in milliseconds since the epoch; undefined takes it back. */
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

  /** Takes all alarms back. */
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

  /** A clock that refuses to tell the time may hide that something is due: the turn that asks it again reports why. */
  #now(): number {
    try {
      return this.#clock.now().getTime();
    } catch {
      return Infinity;
    }
  }
}
