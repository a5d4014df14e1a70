/** Whether what is stored of a size follows from its bytes. */
import type { StoredObservation } from '../../store/observation.ts';
import { compared, comparedLists, type Difference } from './disagreement.ts';

type Size = Extract<StoredObservation, { kind: 'size' }>;

export interface RecountedFigures {
  /** Null where it cannot be recounted. */
  readonly value: number | null;
  readonly standardError: number | null;
  readonly differences: readonly Difference[];
}

const exact = 1e-12;

/**
 * @param dense the dense model's of the same phase: all candidates are measured against the same file
 * @param isDense whose size over itself is 1
 */
export function recountSize(stored: Size, dense: Size | null, isDense: boolean): RecountedFigures {
  const { bytes, referenceBytes } = stored;
  const wrong = [bytes, referenceBytes].find(each => !(Number.isSafeInteger(each) && each > 0));
  if (wrong !== undefined)
    return {
      value: null,
      standardError: null,
      differences: [{ figure: 'bytes', stored: wrong, recounted: 'a number of bytes' }],
    };
  const value = bytes / referenceBytes;
  return {
    value,
    standardError: 0,
    differences: [
      ...compared('size ratio', stored.value, value, exact),
      ...comparedLists('size interval', stored.interval, [value, value], () => exact),
      ...compared('size standard error', stored.standardError, 0),
      ...(isDense ? compared('bytes', bytes, referenceBytes, 0) : []),
      ...(dense ? compared('bytes of the dense model', referenceBytes, dense.bytes, 0) : []),
    ],
  };
}
