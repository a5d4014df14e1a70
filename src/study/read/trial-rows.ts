/** All trials of a stored study, as lists want them. */
import { rungLabel } from '../../decompose/ranks.ts';
import type { PhaseFigures, TrialRow } from '../../report/trials/trial-row.ts';
import type { ObservationSummary, Phase } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';

/** By number, as their figures are stored. */
export async function trialRows({ trials }: Pick<Store, 'trials'>, study: Study): Promise<TrialRow[]> {
  const front = new Set((await trials.front(study.id)).map(({ number }) => number));
  return (await trials.list(study.id)).map(trial => rowOf(trial, front.has(trial.number)));
}

function rowOf(trial: Trial, front: boolean): TrialRow {
  const observations = 'observations' in trial ? trial.observations : [];
  const complete = trial.state === 'complete' ? trial : null;
  return {
    trial: trial.number,
    state: trial.state,
    front,
    feasible: complete?.feasible ?? null,
    strategy: trial.strategy,
    started: new Date(trial.startedAtMs).toISOString(),
    seconds: 'finishedAtMs' in trial ? (trial.finishedAtMs - trial.startedAtMs) / 1000 : null,
    search: phaseOf(observations, 'search', trial.number === 0),
    confirm: phaseOf(observations, 'confirm', trial.number === 0),
    refined: phaseOf(observations, 'refined', trial.number === 0).accuracy,
    bytes: Object.fromEntries(observations.flatMap(each => ('bytes' in each ? [[each.kind, each.bytes]] : []))),
    macs: complete?.macs ?? null,
    params: complete?.params ?? null,
    reason: reasonOf(trial),
    sites: Object.fromEntries(Object.entries(trial.assignment).map(([site, rung]) => [site, rungLabel(rung)])),
  };
}

const reasonOf = (trial: Trial): string =>
  trial.state === 'failed'
    ? `${trial.reason}: ${trial.detail}`
    : trial.state === 'pruned'
      ? trial.detail.replace(/^given up/, 'stopped')
      : '';

function phaseOf(observations: readonly ObservationSummary[], phase: Phase, isDense: boolean): PhaseFigures {
  const latency = observations.find(each => each.phase === phase && each.kind === 'latency');
  const accuracy = observations.find(each => each.phase === phase && each.kind === 'accuracy');
  return {
    latency:
      latency?.kind === 'latency'
        ? {
            latencyMs: latency.candidateMs,
            speedup: 1 / latency.value,
            speedupCi: [1 / latency.interval[1], 1 / latency.interval[0]],
            quality: latency.quality,
          }
        : null,
    accuracy:
      accuracy?.kind === 'accuracy'
        ? {
            accuracy: accuracy.value,
            drop: isDense ? null : (accuracy.drop ?? null),
            dropStandardError: isDense ? null : (accuracy.dropStandardError ?? null),
            images: accuracy.images,
          }
        : null,
  };
}
