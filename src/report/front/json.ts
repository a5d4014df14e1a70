/** The front as `front --json` prints it. */
import type { Rank } from '../../decompose/method.ts';
import type { Interval } from '../../events/event.ts';
import type { Quality } from '../../stats/quality.ts';
import type { ConditionsRecord } from '../../store/observation.ts';
import { type Source, sourceOf } from './effective-front.ts';
import type { DeviceName, Figures, FrontLimits, FrontPoint, FrontReport, Judged } from './front.ts';
import { type Gain, gainOf, headlineDrop, recommended } from './gain.ts';
import { halfOf } from './half.ts';
import { imagesToTell } from './judged.ts';
import { unknownOf } from './known.ts';
import { type ObjectiveRecord, objectivesRecord } from './objectives-json.ts';
import { imagesPerSecond } from './throughput.ts';

export interface FrontRecord {
  readonly study: string;
  readonly device: DeviceName | null;
  readonly objectives: readonly string[];
  /** What trials are held to, as shares, milliseconds and times; empty without limits. Trials beyond them are left out. */
  readonly limits: FrontLimits;
  readonly dense: {
    readonly latencyMs: number;
    /** Null where the batch is not known. */
    readonly imagesPerSecond: number | null;
    readonly accuracy: number;
    readonly objectives: Readonly<Record<string, ObjectiveRecord>>;
  };
  /** What the headline says and `pick --max-drop` picks by: confirmed figures where there are any. */
  readonly gain: {
    /** A share: 0.01 is one point of accuracy. */
    readonly maxDrop: number;
    readonly kind: Gain['kind'];
    /** The trial that it is about; null where the dense model is alone. */
    readonly trial: number | null;
    readonly figures: Source | null;
    /** What the headline and a pick without a limit say to run; 0 is the dense model. */
    readonly recommended: number;
    /** Where the images cannot tell: about how many would. Null otherwise. */
    readonly imagesToTell: number | null;
  };
  /** Stored numbers that do not add up, a line each; the trials they belong to are left out. */
  readonly doubts: readonly string[];
  /** Trials on the front whose latency is not known, since other work slowed the machine, and others that are not confirmed. */
  readonly disturbed: number;
  readonly unconfirmed: number;
  /** Sorted by latency. */
  readonly points: readonly PointRecord[];
}

export interface PointRecord {
  readonly trial: number;
  readonly latencyMs: number;
  /** Images per call over its time; null where the batch is not known. */
  readonly imagesPerSecond: number | null;
  readonly speedup: number;
  readonly speedupCi: Interval;
  readonly accuracy: number;
  readonly accuracyCi: Interval;
  /** Accuracy of the dense model less this one: positive for a loss. */
  readonly drop: number;
  /** The same with its sign turned, as texts and tables say it, and its 95 % interval. */
  readonly change: number;
  readonly changeCi: Interval;
  /** By the names of the study: the same, and what else it minimises. */
  readonly objectives: Readonly<Record<string, ObjectiveRecord>>;
  readonly macs: number;
  readonly params: number;
  /** Whether the figures above are from the confirm phase. */
  readonly confirmed: boolean;
  /** `disturbed`: the latency and the speed-up above are not known. */
  readonly latencyQuality: Quality;
  readonly conditions: ConditionsRecord | null;
  /** What it is judged by: the change of accuracy from the images of both phases, where they can be taken together. */
  readonly judged: {
    readonly change: number;
    readonly changeCi: Interval;
    readonly images: number;
    readonly by: Judged['by'];
    readonly contradicted: boolean;
  };
  /** The figures of either phase; null for a trial that was not confirmed. */
  readonly search: Figures;
  readonly confirm: Figures | null;
  /** With its refined weights, which are then those at the top; null for a trial that was not refined. */
  readonly refined: Figures | null;
  /** The rank of a site that stays dense is null. */
  readonly configuration: Readonly<Record<string, { readonly method: string; readonly rank: Rank | null }>>;
}

export const frontJson = (report: FrontReport): string => JSON.stringify(frontRecord(report), null, 2);

export const frontRecord = (report: FrontReport): FrontRecord => ({
  study: report.study,
  device: report.device,
  objectives: report.objectives,
  limits: report.limits,
  dense: {
    latencyMs: report.dense.latencyMs,
    imagesPerSecond: imagesPerSecond(report.device, report.dense.latencyMs),
    accuracy: report.dense.accuracy,
    objectives: objectivesRecord(report.objectives, report.dense),
  },
  gain: gainRecord(report),
  doubts: report.doubts,
  ...unknownOf(report.best),
  points: report.points.map(point => ({
    trial: point.trial,
    latencyMs: point.latencyMs,
    imagesPerSecond: imagesPerSecond(report.device, point.latencyMs),
    speedup: point.speedup,
    speedupCi: point.speedupCi,
    accuracy: point.accuracy,
    accuracyCi: point.accuracyCi,
    drop: point.drop,
    change: signed(point.drop),
    changeCi: changeCi(point.drop, point.trial === 0 ? 0 : halfOf(point)),
    objectives: objectivesRecord(report.objectives, point),
    macs: point.macs,
    params: point.params,
    confirmed: point.confirmed,
    latencyQuality: point.latencyQuality,
    conditions: point.conditions,
    judged: judgedRecord(point),
    search: point.search,
    confirm: point.confirm,
    refined: point.refined,
    configuration: Object.fromEntries(
      Object.entries(point.configuration).map(([site, rung]) => [
        site,
        { method: rung.method, rank: rung.method === 'dense' ? null : rung.rank },
      ]),
    ),
  })),
});

/** Without a negative zero. */
const signed = (drop: number): number => (drop === 0 ? 0 : -drop);

const changeCi = (drop: number, halfWidth: number): Interval => [signed(drop + halfWidth), signed(drop - halfWidth)];

const judgedRecord = ({ judged: { drop, halfWidth, images, by, contradicted } }: FrontPoint) => ({
  change: signed(drop),
  changeCi: changeCi(drop, halfWidth),
  images,
  by,
  contradicted,
});

function gainRecord(report: FrontReport): FrontRecord['gain'] {
  const gain = gainOf(report);
  const point = 'point' in gain ? gain.point : null;
  return {
    maxDrop: headlineDrop,
    kind: gain.kind,
    trial: point?.trial ?? null,
    figures: sourceOf(point ? [point] : []),
    recommended: recommended(gain),
    imagesToTell: gain.kind === 'cannot-tell' ? imagesToTell(gain.point.judged, headlineDrop) : null,
  };
}
