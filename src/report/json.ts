/** The front as `front --json` prints it. */
import type { Rank } from '../decompose/method.ts';
import { type Source, sourceOf } from './effective-front.ts';
import type { Interval } from './event.ts';
import type { Figures, FrontLimits, FrontReport } from './front-report.ts';
import { type Gain, gainOf, headlineDrop } from './gain.ts';

export interface FrontRecord {
  readonly study: string;
  readonly objectives: readonly string[];
  /** What trials are held to, as shares, milliseconds and times; empty without limits. Trials beyond them are left out. */
  readonly limits: FrontLimits;
  readonly dense: { readonly latencyMs: number; readonly accuracy: number };
  /** What the headline says and `pick --max-drop` picks by: confirmed figures where there are any. */
  readonly gain: {
    /** A share: 0.01 is one point of accuracy. */
    readonly maxDrop: number;
    readonly kind: Gain['kind'];
    /** The trial that it is about; null where the dense model is alone. */
    readonly trial: number | null;
    readonly figures: Source | null;
  };
  /** Stored numbers that do not add up, a line each; the trials they belong to are left out. */
  readonly doubts: readonly string[];
  /** Sorted by latency. */
  readonly points: readonly PointRecord[];
}

export interface PointRecord {
  readonly trial: number;
  readonly latencyMs: number;
  readonly speedup: number;
  readonly speedupCi: Interval;
  readonly accuracy: number;
  readonly accuracyCi: Interval;
  readonly drop: number;
  readonly macs: number;
  readonly params: number;
  /** Whether the figures above are from the confirm phase. */
  readonly confirmed: boolean;
  /** The figures of either phase; null for a trial that was not confirmed. */
  readonly search: Figures;
  readonly confirm: Figures | null;
  /** The rank of a site that stays dense is null. */
  readonly configuration: Readonly<Record<string, { readonly method: string; readonly rank: Rank | null }>>;
}

export const frontJson = (report: FrontReport): string => JSON.stringify(frontRecord(report), null, 2);

export const frontRecord = (report: FrontReport): FrontRecord => ({
  study: report.study,
  objectives: report.objectives,
  limits: report.limits,
  dense: { latencyMs: report.dense.latencyMs, accuracy: report.dense.accuracy },
  gain: gainRecord(report),
  doubts: report.doubts,
  points: report.points.map(point => ({
    trial: point.trial,
    latencyMs: point.latencyMs,
    speedup: point.speedup,
    speedupCi: point.speedupCi,
    accuracy: point.accuracy,
    accuracyCi: point.accuracyCi,
    drop: point.drop,
    macs: point.macs,
    params: point.params,
    confirmed: point.confirmed,
    search: point.search,
    confirm: point.confirm,
    configuration: Object.fromEntries(
      Object.entries(point.configuration).map(([site, rung]) => [
        site,
        { method: rung.method, rank: rung.method === 'dense' ? null : rung.rank },
      ]),
    ),
  })),
});

function gainRecord(report: FrontReport): FrontRecord['gain'] {
  const gain = gainOf(report);
  const point = gain.kind === 'dense-alone' ? null : gain.point;
  return {
    maxDrop: headlineDrop,
    kind: gain.kind,
    trial: point?.trial ?? null,
    figures: sourceOf(point ? [point] : []),
  };
}
