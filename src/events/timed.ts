/** The one place where events get their time, on the way from whoever emits them to whoever listens. */
import type { Emit, StudyEvent } from './event.ts';
import { stageSieve } from './stage.ts';

/**
 * The inside of a study emits what happens; `listener` gets it with the time. Of stages it gets a few events only, see `stageSieve`.
 *
 * @param now milliseconds since 1970; where that clock is set back, the events of one run still do not go back
 */
export function timed(listener: (event: StudyEvent) => void, now: () => number): Emit {
  const passes = stageSieve();
  let latestMs = Number.NEGATIVE_INFINITY;
  return happening => {
    latestMs = Math.max(latestMs, now());
    if (happening.kind !== 'stage' || passes(happening, latestMs)) listener({ ...happening, atMs: latestMs });
  };
}
