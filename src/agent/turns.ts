/** One thing at a time on a device, in the order of asking: whatever else runs would be timed with it. */

export interface Turns {
  /**
   * Runs `work` when its turn has come; null when `signal` fired before that.
   *
   * @param moved told the place (1 is next) and how many wait, each time they change
   */
  take<T>(signal: AbortSignal, work: () => Promise<T>, moved?: (place: number, of: number) => void): Promise<T | null>;
}

interface Waiting {
  readonly begin: () => void;
  readonly moved: (place: number, of: number) => void;
}

export function takeTurns(): Turns {
  const waiting: Waiting[] = [];
  let busy = false;
  const tell = (): void => {
    for (const [i, { moved }] of waiting.entries()) moved(i + 1, waiting.length);
  };
  const next = (): void => {
    const first = waiting.shift();
    busy = first !== undefined;
    first?.begin();
    tell();
  };
  /** Whether the turn came. */
  const turn = (signal: AbortSignal, moved: Waiting['moved']): Promise<boolean> => {
    if (signal.aborted) return Promise.resolve(false);
    if (!busy) {
      busy = true;
      return Promise.resolve(true);
    }
    return new Promise(resolve => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(me), 1);
        tell();
        resolve(false);
      };
      const me: Waiting = {
        begin: () => {
          signal.removeEventListener('abort', leave);
          resolve(true);
        },
        moved,
      };
      signal.addEventListener('abort', leave, { once: true });
      waiting.push(me);
      tell();
    });
  };
  return {
    take: async (signal, work, moved = () => {}) => {
      if (!(await turn(signal, moved))) return null;
      try {
        return await work();
      } finally {
        next();
      }
    },
  };
}
