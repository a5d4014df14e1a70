/** What callers promise about a result; a breach is a mistake of ours, not of the user. */
import type { Observation } from './observation.ts';
import type { Remeasured, TrialResult } from './trial.ts';

/** Throws a RangeError when `result` cannot be one of a study with `objectives` objectives. */
export function checkResult(result: TrialResult, objectives: number): void {
  checkObservations(result.observations);
  if (result.state === 'failed') return;
  const nothingSeen = result.state === 'pruned' && result.values.length === 0 && result.standardErrors.length === 0;
  for (const list of nothingSeen ? [] : [result.values, result.standardErrors]) {
    if (list.length !== objectives || !list.every(Number.isFinite)) {
      throw new RangeError(
        `a ${result.state} trial needs ${objectives} finite values and standard errors, not [${list}]`,
      );
    }
  }
}

export function checkRemeasured({ latency, values, standardErrors }: Remeasured): void {
  checkObservations([latency]);
  if (values.length !== standardErrors.length || ![...values, ...standardErrors].every(Number.isFinite))
    throw new RangeError(`a trial measured again needs finite values and standard errors, not [${values}]`);
}

export function checkObservations(observations: readonly Observation[]): void {
  if (new Set(observations.map(({ kind }) => kind)).size !== observations.length) {
    throw new RangeError('a trial has at most one observation of each kind in each phase');
  }
  for (const observation of observations) {
    if (![observation.value, observation.standardError, ...observation.interval].every(Number.isFinite)) {
      throw new RangeError(`an observation of ${observation.kind} must be finite`);
    }
    if (observation.kind === 'accuracy') {
      const { images, correct, predictions } = observation;
      const counts = [correct, predictions, observation.places ?? correct].map(({ length }) => length);
      if (counts.some(count => count !== images)) {
        throw new RangeError(`${images} images need as many answers and places, not ${counts.join(', ')}`);
      }
    } else if (
      observation.kind === 'latency' &&
      observation.candidateSamplesMs.length !== observation.referenceSamplesMs.length
    ) {
      throw new RangeError('the samples of candidate and dense model come in pairs');
    }
  }
}
