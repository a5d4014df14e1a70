/**
 * A probe for systems that do not tell how long a thread waited for a core: a thread that only reads the clock sees time jump
 * whenever it loses its core (the idea of jHiccup, Tene 2012).
 */

/** A step of the clock longer than this is no reading of it, but a core that was lost. */
const gapMs = 0.1;
/** Long enough to meet a slice of another process, short beside a session. */
const probeMs = 10;

/** The share of `forMs` that was lost in gaps; `now` in milliseconds. */
export function lostShare(now: () => number, forMs = probeMs): number {
  const start = now();
  let last = start;
  let lost = 0;
  while (last - start < forMs) {
    const at = now();
    if (at - last > gapMs) lost += at - last;
    last = at;
  }
  return lost / (last - start);
}
