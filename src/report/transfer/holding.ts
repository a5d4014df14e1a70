/**
 * How much of a front holds on another device.
 *
 *   r_i, s_i   latency over that of the dense model, of member i there (where it was searched) and here; the dense model has 1 and 1
 *   tau        Kendall's tau-b of r and s, the dense model among them: whether who is faster there is faster here
 *   V(F)       hypervolume of a front in (ratio, error), error = 1 - A + drop with the accuracy A of the dense model here, against the
 *              point that all studies take it against; V_0 that of the dense model alone
 *
 *   loss = V(own) - V(transferred),   kept = (V(transferred) - V_0) / (V(own) - V_0)
 */
import type { Interval } from '../../events/event.ts';
import { referencePoint } from '../../objectives/objectives.ts';
import { seededRng } from '../../random/rng.ts';
import { bootstrapInterval, drawn } from '../../stats/bootstrap.ts';
import { kendallTau } from '../../stats/kendall.ts';
import { hypervolume } from '../../tuner/pareto/hypervolume.ts';
import type { DeviceStudy } from '../compare/device-study.ts';
import type { FrontPoint, FrontReport } from '../front/front.ts';
import { fasterBeyondNoise } from '../front/judge.ts';

/** What to do with a member here. */
export type Verdict = 'keep' | 'beaten' | 'no-faster' | 'slower' | 'not-known' | 'not-measured';

export interface Member {
  readonly there: FrontPoint;
  /** Null where it could not be timed here, or was not yet. */
  readonly here: FrontPoint | null;
  readonly verdict: Verdict;
}

export interface Holding {
  /** The fastest there first. */
  readonly members: readonly Member[];
  /** Null where a device ties them all. */
  readonly tau: number | null;
  /** 95 %, by the bootstrap over members; null where it has nothing to say. */
  readonly tauInterval: Interval | null;
  /** Members that both know, the dense model among them: what tau is of. */
  readonly ranked: number;
  /** Against the device's own front; null without a study of it, and while no member is known here. */
  readonly volume: Volume | null;
}

export interface Volume {
  readonly own: number;
  readonly transferred: number;
  readonly dense: number;
  /** Positive where the own front is better. */
  readonly loss: number;
  /** Share of what the own front adds to the dense model; null where it adds nothing. */
  readonly kept: number | null;
}

/** Fewer than these order nothing worth an interval. */
const fewestForInterval = 4;

export function holding(there: FrontReport, here: FrontReport, own: FrontReport | null): Holding {
  const members = there.best
    .filter(({ trial }) => trial !== 0)
    .map((point): Member => {
      const found = findIn(here, point);
      return { there: point, here: found, verdict: verdictOf(found) };
    })
    .sort((a, b) => b.there.speedup - a.there.speedup);
  const pairs = members.flatMap(({ there: a, here: b }) =>
    b && a.latencyQuality === 'good' && b.latencyQuality === 'good' ? [[1 / a.speedup, 1 / b.speedup] as const] : [],
  );
  const [x, y] = [
    [1, ...pairs.map(([ratio]) => ratio)],
    [1, ...pairs.map(([, ratio]) => ratio)],
  ];
  return {
    members,
    tau: kendallTau(x, y),
    tauInterval:
      x.length < fewestForInterval
        ? null
        : bootstrapInterval(x.length, counts => kendallTau(drawn(x, counts), drawn(y, counts)), { rng: seededRng(1) }),
    ranked: x.length,
    volume: own && pairs.length > 0 ? volumeOf(members, here, own) : null,
  };
}

/** By the same configuration, in the figures that are confirmed where there are any. */
function findIn({ best, points, dominated }: FrontReport, wanted: FrontPoint): FrontPoint | null {
  const key = keyOf(wanted);
  return [...best, ...points, ...dominated].find(point => point.trial !== 0 && keyOf(point) === key) ?? null;
}

const keyOf = ({ configuration }: FrontPoint): string =>
  JSON.stringify(Object.entries(configuration).sort(([a], [b]) => (a < b ? -1 : 1)));

function verdictOf(here: FrontPoint | null): Verdict {
  if (!here) return 'not-measured';
  if (here.latencyQuality !== 'good') return 'not-known';
  if (here.speedupCi[1] < 1) return 'slower';
  if (!fasterBeyondNoise(here)) return 'no-faster';
  return here.dominatedBy === null ? 'keep' : 'beaten';
}

function volumeOf(members: readonly Member[], here: FrontReport, own: FrontReport): Volume {
  const reference = referencePoint(['latency', 'top1']);
  const denseError = 1 - (here.best.find(({ trial }) => trial === 0) ?? here.dense).accuracy;
  const place = ({ speedup, judged }: FrontPoint): [number, number] => [1 / speedup, denseError + judged.drop];
  const of = (points: readonly FrontPoint[]): number =>
    hypervolume(
      [
        [1, denseError],
        ...points.filter(({ trial, latencyQuality }) => trial !== 0 && latencyQuality === 'good').map(place),
      ],
      reference,
    );
  const transferred = of(members.flatMap(({ here: found }) => found ?? []));
  const [mine, dense] = [of(own.best), of([])];
  return {
    own: mine,
    transferred,
    dense,
    loss: mine - transferred,
    kept: mine > dense ? (transferred - dense) / (mine - dense) : null,
  };
}

/** A report of one transfer, with whose studies it is of. */
export interface TransferReport extends Holding {
  readonly from: DeviceStudy;
  readonly to: DeviceStudy;
  readonly own: DeviceStudy | null;
  /** What else differs between the studies, a sentence each. */
  readonly notes: readonly string[];
}
