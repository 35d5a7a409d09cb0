// Two ways in which a write can fail: before it happened, and after it happened with the answer lost. One write of a
// run is armed with one of them, so that a test can go through all of them. Trap: the error has the name that a
// Lambda's death is reported under, because the workflows retry by that name.

export type FaultMode = 'before' | 'after';

export class Faults {
  /** Every write so far, as `port.method#n`, in order. */
  readonly writes: string[] = [];
  /** What the fake was asked to do that no correct program does. */
  readonly complaints: string[] = [];
  fired = false;
  #armed: { write: string; mode: FaultMode } | undefined;

  arm(write: string, mode: FaultMode) {
    this.#armed = { write, mode };
  }

  complain(what: string) {
    this.complaints.push(what);
  }

  /** The port with its writes counted and, where armed, failing once. */
  guard<P extends object>(name: string, port: P, writes: readonly (keyof P & string)[]): P {
    return new Proxy(port, {
      get: (target, property, receiver) => {
        const method: unknown = Reflect.get(target, property, receiver);
        if (typeof method !== 'function' || !(writes as readonly unknown[]).includes(property)) return method;
        return (...args: unknown[]) =>
          this.#run(`${name}.${String(property)}`, async () => (await method.apply(target, args)) as unknown);
      },
    });
  }

  async #run(method: string, write: () => Promise<unknown>): Promise<unknown> {
    const call = `${method}#${this.writes.filter((other) => other.startsWith(`${method}#`)).length + 1}`;
    this.writes.push(call);
    const mode = this.#armed?.write === call && !this.fired ? this.#armed.mode : undefined;
    if (mode === 'before') this.#fail(call, mode);
    const result = await write();
    if (mode === 'after') this.#fail(call, mode);
    return result;
  }

  #fail(call: string, mode: FaultMode): never {
    this.fired = true;
    throw Object.assign(new Error(`injected ${mode} ${call}`), { name: 'Lambda.Unknown' });
  }
}
