/** The front as `front --json` prints it. */
import type { Rank } from '../decompose/method.ts';
import type { Interval } from './event.ts';
import type { FrontReport } from './front-report.ts';

export interface FrontRecord {
  readonly study: string;
  readonly objectives: readonly string[];
  readonly dense: { readonly latencyMs: number; readonly accuracy: number };
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
  readonly confirmed: boolean;
  /** The rank of a site that stays dense is null. */
  readonly configuration: Readonly<Record<string, { readonly method: string; readonly rank: Rank | null }>>;
}

export const frontJson = (report: FrontReport): string => JSON.stringify(frontRecord(report), null, 2);

export const frontRecord = ({ study, objectives, dense, points }: FrontReport): FrontRecord => ({
  study,
  objectives,
  dense: { latencyMs: dense.latencyMs, accuracy: dense.accuracy },
  points: points.map(point => ({
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
    configuration: Object.fromEntries(
      Object.entries(point.configuration).map(([site, rung]) => [
        site,
        { method: rung.method, rank: rung.method === 'dense' ? null : rung.rank },
      ]),
    ),
  })),
});
