/** Whether the sizes that are stored of a trial are those of the files that it is built in: they are counted, so they are exact. */
import type { StoredObservation } from '../../store/observation.ts';
import { compared, type Disagreement } from '../recount/disagreement.ts';

export interface SizesNow {
  readonly bytes: number;
  readonly referenceBytes: number;
}

export const sizeFacts = (trial: number, samples: readonly StoredObservation[], now: SizesNow): Disagreement[] =>
  samples.flatMap(stored =>
    stored.kind === 'size'
      ? [
          ...compared('bytes', stored.bytes, now.bytes, 0),
          ...compared('bytes of the dense model', stored.referenceBytes, now.referenceBytes, 0),
        ].map(each => ({ trial, phase: stored.phase, ...each }))
      : [],
  );
