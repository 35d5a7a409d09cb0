// Pieces of work of which some are under way while the next is made: writes that each wait for a disk.
// Trap: whoever cleans up after a fault must not meet a write that is still under way, so `ended` waits for all of
// them.

export interface InFlight {
  /** Begins a piece, and returns when there is room for another. Throws what a piece before it has thrown. */
  add(work: () => Promise<void>): Promise<void>;
  /** When every piece is done. Throws the first fault. */
  done(): Promise<void>;
  /** When none is under way, however they ended. */
  ended(): Promise<void>;
}

export const inFlight = (most: number): InFlight => {
  const going = new Set<Promise<void>>();
  let fault: { readonly error: unknown } | undefined;
  const throwAny = () => {
    if (fault) throw fault.error;
  };
  const ended = async () => {
    await Promise.all(going);
  };
  const begin = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      fault ??= { error };
    }
  };
  return {
    add: async (work) => {
      throwAny();
      const one: Promise<void> = begin(work).finally(() => going.delete(one));
      going.add(one);
      if (going.size >= most) await Promise.race(going);
    },
    done: async () => {
      await ended();
      throwAny();
    },
    ended,
  };
};
