/** Whether what is stored of a peak memory follows from its samples. */
import { memoryFigures } from '../../objectives/memory-figures.ts';
import type { StoredObservation } from '../../store/observation.ts';
import { compared, comparedLists, type Difference, rounding } from './disagreement.ts';
import type { RecountedFigures } from './recount-size.ts';

type Memory = Extract<StoredObservation, { kind: 'memory' }>;

/** @param isDense whose memory over itself is 1 by definition */
export function recountMemory(stored: Memory, isDense: boolean): RecountedFigures {
  const wrong = samplesProblem(stored);
  if (wrong) return { value: null, standardError: null, differences: [wrong] };
  const figures = memoryFigures(stored.candidateSamplesKib, stored.referenceSamplesKib);
  const value = isDense ? 1 : figures.ratio;
  const ofRatio = (): number => rounding * figures.ratio;
  return {
    value,
    standardError: figures.standardError,
    differences: [
      ...compared('memory ratio', stored.value, value),
      ...comparedLists('memory interval', stored.interval, figures.interval, ofRatio),
      ...comparedLists('memory standard error', [stored.standardError], [figures.standardError], ofRatio),
      ...compared('bytes of memory', stored.bytes, figures.bytes),
      ...compared('bytes of memory of the dense model', stored.referenceBytes, figures.referenceBytes),
    ],
  };
}

function samplesProblem({ candidateSamplesKib, referenceSamplesKib }: Memory): Difference | null {
  const figure = 'memory samples';
  if (candidateSamplesKib.length === 0 || referenceSamplesKib.length === 0)
    return { figure, stored: 'none', recounted: 'one per process' };
  const bad = [...candidateSamplesKib, ...referenceSamplesKib].find(kib => !(kib > 0 && Number.isFinite(kib)));
  return bad === undefined ? null : { figure, stored: bad, recounted: 'KiB above 0' };
}
