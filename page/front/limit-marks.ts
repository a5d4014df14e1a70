/** Limits as lines of the chart: those of the sliders, and those that the study held its trials to. */
import { limitWords } from '../../src/report/change.ts';
import type { FrontReport } from '../../src/report/front/front.ts';
import type { PickLimits } from '../../src/report/front/pick-rule.ts';

interface Mark {
  readonly axis: string;
  readonly at: number;
  readonly words: string;
}

/** In the units of the axes. A drop is a line on the axis of accuracy: so far below the dense model. */
export function frontMarks(limits: PickLimits, { dense, limits: own }: FrontReport): readonly Mark[] {
  const marks: Mark[] = [];
  const add = (axis: string, at: number | undefined, words: string): void => {
    if (at !== undefined && Number.isFinite(at)) marks.push({ axis, at, words });
  };
  const lost = (drop: number | undefined, whose: string): void => {
    if (drop !== undefined) add('accuracy', 100 * (dense.accuracy - drop), `${limitWords(drop)} lost${whose}`);
  };
  lost(limits.drop, '');
  lost(own.maxDrop, ', limit of the study');
  add('latency', limits.latencyMs, 'your limit');
  add('latency', own.maxLatencyMs, 'limit of the study');
  add('speedup', own.minSpeedup, 'limit of the study');
  add('size', limits.sizeBytes === undefined ? undefined : limits.sizeBytes / 1e6, 'your limit');
  add('memory', limits.memoryBytes === undefined ? undefined : limits.memoryBytes / 1e6, 'your limit');
  return marks;
}
