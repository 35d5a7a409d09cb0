// What something took. CPU time is of every thread of the process: on a busy machine the number that can be compared.

export interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Starts; returns what says how long it was. */
export const stopwatch = (): (() => Taken) => {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
};
