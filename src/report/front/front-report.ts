/** From what was measured of the trials of a study to the front that is reported. Notation as in `front.ts`. */

import { metricOf } from '../../metric/metric.ts';
import { shareInterval } from '../../stats/marks.ts';
import type {
  DenseMeasurement,
  Figures,
  FrontInput,
  FrontPoint,
  FrontReport,
  Judged,
  Measurement,
  TrialInput,
} from './front.ts';
import { judgedChanges } from './judged.ts';
import { beatenBy } from './standing.ts';

export function frontReport(input: FrontInput): FrontReport {
  const { study, objectives, dense } = input;
  const any = input.trials.some(trial => isConfirmed(trial, dense) || trial.refined);
  const judged = judgedChanges(input.trials, {
    search: dense.search.images,
    confirm: (dense.confirm ?? dense.search).images,
  });
  const search = frontBy({ ...input, confirmed: false }, judged);
  const best = any ? bestFront(input, search, judged) : search;
  const confirmed = input.confirmed && any;
  const { all, members } = confirmed ? best : search;
  return {
    study,
    device: input.device ?? null,
    limits: input.limits ?? {},
    objectives,
    tried: input.tried ?? true,
    confirmed,
    dense: all.find(({ trial }) => trial === 0) ?? densePoint(input),
    searchImages: dense.search.images,
    confirmImages: dense.confirm?.images ?? null,
    points: members,
    dominated: all.filter(point => !members.includes(point)),
    best: best.members,
    doubts: input.doubts ?? [],
  };
}

interface Front {
  readonly all: readonly FrontPoint[];
  readonly members: readonly FrontPoint[];
}

/** Once a trial is confirmed: all that are, and of the others those that the search would have on its front. */
function bestFront(input: FrontInput, search: Front, judged: ReadonlyMap<number, Judged>): Front {
  const candidates = new Set(search.members.map(({ trial }) => trial));
  const trials = input.trials.filter(
    trial => isConfirmed(trial, input.dense) || trial.refined || candidates.has(trial.trial),
  );
  return frontBy({ ...input, confirmed: true, trials }, judged);
}

function frontBy(input: FrontInput, judged: ReadonlyMap<number, Judged>): Front {
  const points = [densePoint(input), ...input.trials.map(trial => pointOf(trial, input, judged))].sort(byLatency);
  const beaten = beatenBy(points, input.confirmed ? point => point.judged.drop : point => point.drop);
  const all = points.map((point, index) => ({ ...point, dominatedBy: beaten[index] ?? null }));
  return { all, members: all.filter(point => point.trial === 0 || point.dominatedBy === null) };
}

/** A disturbed latency of the confirm phase is kept, and confirms nothing. */
const isConfirmed = ({ confirm }: TrialInput, dense: FrontInput['dense']): boolean =>
  dense.confirm !== null && confirm?.latencyQuality === 'good';

/** By latency; where that is equal by what is lost, the least first, then by trial. */
const byLatency = (a: FrontPoint, b: FrontPoint): number =>
  a.latencyMs - b.latencyMs || a.drop - b.drop || a.trial - b.trial;

function densePoint({ dense, objectives, confirmed }: FrontInput): FrontPoint {
  // Agreement compares with the dense model, which agrees with itself by definition and not by sampling.
  const exact = objectives.includes('agreement') || objectives.includes('fidelity');
  const { counts } = metricOf(objectives);
  const figures = ({
    latencyMs,
    latencyQuality,
    accuracy,
    accuracyStandardError = 0,
    images,
    further = [],
  }: DenseMeasurement): Figures => ({
    latencyMs,
    latencyQuality,
    conditions: null,
    speedup: 1,
    speedupCi: [1, 1],
    accuracy,
    accuracyCi: exact ? [accuracy, accuracy] : shareInterval(accuracy, accuracyStandardError, images, !counts),
    drop: 0,
    dropStandardError: 0,
    images,
    further,
  });
  const search = figures(dense.search);
  const confirm = dense.confirm && figures(dense.confirm);
  const reported = (confirmed && confirm) || search;
  return {
    ...reported,
    trial: 0,
    macs: dense.macs,
    params: dense.params,
    confirmed: reported === confirm,
    configuration: {},
    dominatedBy: null,
    judged: {
      drop: 0,
      halfWidth: 0,
      images: reported.images,
      deviation: 0,
      by: reported === confirm ? 'confirm' : 'search',
      contradicted: false,
    },
    search,
    confirm,
    refined: null,
    isRefined: false,
  };
}

function pointOf(trial: TrialInput, input: FrontInput, judged: ReadonlyMap<number, Judged>): FrontPoint {
  const { dense, confirmed } = input;
  const { macs, params, configuration } = trial;
  const search = figuresOf(trial.search, dense.search);
  const confirm = trial.confirm && dense.confirm && figuresOf(trial.confirm, dense.confirm);
  // Where both latencies are disturbed, the longer run on untouched images is the better one.
  const preferred = confirm && (confirm.latencyQuality === 'good' || search.latencyQuality === 'disturbed');
  const refined = (trial.refined && dense.confirm && figuresOf(trial.refined, dense.confirm)) || null;
  const isRefined = confirmed && refined !== null;
  const measured = confirmed && preferred ? confirm : search;
  const reported = isRefined ? refined : measured;
  const found = judged.get(trial.trial);
  if (!found) throw new Error(`trial ${trial.trial} is not judged`);
  return {
    ...reported,
    // One dense model is shown, so that milliseconds of both phases can be compared.
    latencyMs: ((confirmed && dense.confirm) || dense.search).latencyMs / reported.speedup,
    trial: trial.trial,
    macs,
    params,
    confirmed: measured === confirm && measured.latencyQuality === 'good',
    configuration,
    dominatedBy: null,
    judged: found,
    search,
    confirm,
    refined,
    isRefined,
  };
}

/** @param dense its `images` are those that the candidate was scored on */
export function figuresOf(seen: Measurement, dense: DenseMeasurement): Figures {
  const [low, high] = seen.interval;
  return {
    latencyMs: dense.latencyMs * seen.ratio,
    latencyQuality: seen.latencyQuality,
    conditions: seen.conditions,
    speedup: 1 / seen.ratio,
    speedupCi: [1 / high, 1 / low],
    accuracy: seen.accuracy,
    accuracyCi: shareInterval(seen.accuracy, seen.accuracyStandardError ?? 0, dense.images, seen.graded ?? false),
    drop: seen.drop,
    dropStandardError: seen.dropStandardError,
    ...(seen.graded ? { graded: true } : {}),
    images: dense.images,
    further: seen.further ?? [],
  };
}
