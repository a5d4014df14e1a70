/** Whether a device is itself, from what it has measured. */

/** So many failures in a row are looked into. */
const failuresInARow = 3;

/** Off by so much at once, a dense model is no longer the one that was measured at the beginning; */
const atOnce = Math.log(2);
/** and by so much three times in a row. */
const inARow = Math.log(1.25);
const timesInARow = 3;

export interface Health {
  /** Told of every trial; says why the device is to be taken out, or null. */
  tell(sign: { readonly failed: string | null; readonly denseMs: number | null }): string | null;
}

/** @param usualMs what the dense model took on this device when it began; null where that is not known yet */
export function healthOf(usualMs: number | null): Health {
  let usual = usualMs;
  let failures = 0;
  let off = 0;
  return {
    tell: ({ failed, denseMs }) => {
      failures = failed === null ? 0 : failures + 1;
      if (failures >= failuresInARow) return `${failures} trials in a row failed here, the last one because: ${failed}`;
      if (denseMs === null) return null;
      usual ??= denseMs;
      const distance = Math.abs(Math.log(denseMs / usual));
      off = distance > inARow ? off + 1 : 0;
      if (distance > atOnce || off >= timesInARow)
        return `the dense model takes ${denseMs.toPrecision(3)} ms here now, and took ${usual.toPrecision(3)} ms before`;
      return null;
    },
  };
}
