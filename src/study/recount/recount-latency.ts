/** Whether what is stored of a latency follows from its samples. */

import { statisticOf } from '../../stats/latency-statistic.ts';
import { z95 } from '../../stats/normal.ts';
import { median } from '../../stats/robust.ts';
import type { StoredObservation } from '../../store/observation.ts';
import { compared, comparedLists, type Difference, rounding } from './disagreement.ts';
import { recountedRatio } from './latency-figures.ts';

type Latency = Extract<StoredObservation, { kind: 'latency' }>;

export interface LatencyQuestion {
  /** Of the measurement: that of the study and the number of the trial. */
  readonly seed: number;
  /** The dense model against itself: its ratio is 1 by definition. */
  readonly isDense: boolean;
  /** Whether bounds that take a bootstrap are recounted too. */
  readonly bounds: boolean;
}

export interface RecountedLatency {
  /** Null where there are no samples to recount it from. */
  readonly ratio: number | null;
  readonly standardError: number | null;
  readonly differences: readonly Difference[];
}

export function recountLatency(latency: Latency, { seed, isDense, bounds }: LatencyQuestion): RecountedLatency {
  const wrong = samplesProblem(latency);
  if (wrong) return { ratio: null, standardError: null, differences: [wrong] };
  const { statistic = 'median', referenceMedianMs: medianMs } = latency.conditions ?? {};
  const figures = recountedRatio(latency, seed, bounds);
  const ratio = isDense ? 1 : figures.ratio;
  const [low, high] = figures.interval ?? latency.interval;
  const standardError = (high - low) / (2 * z95);
  // An interval is some per cent wide: its width is as good as the ratio that it is about.
  const ofRatio = (): number => rounding * figures.ratio;
  return {
    ratio,
    standardError,
    differences: [
      ...compared('latency ratio', latency.value, ratio),
      ...(figures.interval
        ? comparedLists('latency interval', latency.interval, figures.interval, ofRatio)
        : aroundRatio(latency, figures.ratio)),
      ...comparedLists('latency standard error', [latency.standardError], [standardError], ofRatio),
      ...compared(
        'milliseconds of the candidate',
        latency.candidateMs,
        statisticOf(latency.candidateSamplesMs, statistic),
      ),
      ...compared(
        'milliseconds of the dense model',
        latency.referenceMs,
        statisticOf(latency.referenceSamplesMs, statistic),
      ),
      ...(medianMs === undefined
        ? []
        : compared('median of the dense model', medianMs, median(latency.referenceSamplesMs))),
      ...qualityProblem(latency),
      ...energyProblem(latency),
    ],
  };
}

/** Its readings are not kept: it is above 0, and where both models share one power, in the ratio of their times. */
function energyProblem({ energy, candidateMs, referenceMs }: Latency): Difference[] {
  if (!energy) return [];
  const { candidateJoules, referenceJoules, apart } = energy;
  const bad = [candidateJoules, referenceJoules].find(joules => !(joules > 0 && Number.isFinite(joules)));
  if (bad !== undefined) return [{ figure: 'energy', stored: bad, recounted: 'joules above 0' }];
  return apart ? [] : compared('energy', candidateJoules / referenceJoules, candidateMs / referenceMs);
}

function samplesProblem({ candidateSamplesMs: x, referenceSamplesMs: y, conditions }: Latency): Difference | null {
  const figure = 'latency samples';
  const pairs = conditions ? conditions.sessionPairs.reduce((sum, each) => sum + each, 0) : y.length;
  if (x.length !== y.length || x.length === 0 || pairs !== x.length)
    return { figure, stored: `${x.length} and ${y.length}`, recounted: `pairs, ${pairs} of them` };
  const orders = conditions?.candidateFirst?.length ?? null;
  if (conditions && orders !== null && orders !== conditions.sessionPairs.length)
    return { figure, stored: `${conditions.sessionPairs.length} sessions`, recounted: `the order of ${orders}` };
  const bad = [...x, ...y].find(ms => !(ms > 0 && Number.isFinite(ms)));
  return bad === undefined ? null : { figure, stored: bad, recounted: 'times above 0' };
}

/** Where no bootstrap is taken: an interval lies about its ratio, or no further off than it is wide. */
function aroundRatio({ interval: [low, high] }: Latency, ratio: number): Difference[] {
  const width = high - low;
  if (width >= 0 && ratio >= low - width && ratio <= high + width) return [];
  return [{ figure: 'latency interval', stored: `[${low}, ${high}]`, recounted: `about ${ratio}` }];
}

/** A measurement is good when nothing was seen in its way. */
function qualityProblem({ quality, conditions, warnings }: Latency): Difference[] {
  const causes = (conditions?.causes.length ?? 0) > 0;
  const warned = warnings.some(({ kind }) => kind === 'other-load');
  const right = quality === 'good' ? !causes && (conditions !== null || !warned) : causes || warned;
  return right ? [] : [{ figure: 'quality', stored: quality, recounted: quality === 'good' ? 'disturbed' : 'good' }];
}
