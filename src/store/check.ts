/** What callers promise about a result; a breach is a mistake of ours, not of the user. */
import { type Observation, shapes } from './observation.ts';
import { type Parts, partsOf } from './observation-parts.ts';
import { encodingOf } from './packing.ts';
import { shapeFault } from './shape.ts';
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

export function checkRemeasured({ observation, values, standardErrors }: Remeasured): void {
  checkObservations([observation]);
  if (values.length !== standardErrors.length || ![...values, ...standardErrors].every(Number.isFinite))
    throw new RangeError(`a trial measured again needs finite values and standard errors, not [${values}]`);
}

export function checkObservations(observations: readonly Observation[]): void {
  if (new Set(observations.map(({ kind }) => kind)).size !== observations.length) {
    throw new RangeError('a trial has at most one observation of each kind in each phase');
  }
  for (const observation of observations) checkObservation(observation);
}

function checkObservation(observation: Observation): void {
  const { kind, value, standardError, interval } = observation;
  const parts = partsOf(observation);
  const numbers = Object.values(parts.facts).filter(fact => typeof fact === 'number');
  if (![value, standardError, ...interval, ...numbers].every(Number.isFinite)) {
    throw new RangeError(`an observation of ${kind} must be finite`);
  }
  const fault = shapeFault(kind, parts.facts, encodings(parts)) ?? unequal(kind, parts);
  if (fault) throw new RangeError(`an observation of ${kind} cannot be kept: ${fault}`);
}

const encodings = ({ samples }: Parts) => new Map([...samples].map(([name, list]) => [name, encodingOf(list)]));

/** What is wrong with the lengths of the samples, which reading leaves to a recount; null where nothing is. */
function unequal(kind: string, { facts, samples }: Parts): string | null {
  const lengths = shapes.get(kind)?.lengths ?? 'free';
  if (lengths === 'free') return null;
  const counts = [...samples.values()].map(({ length }) => length);
  const expected = lengths === 'equal' ? (counts[0] ?? 0) : facts[lengths.fact];
  if (counts.every(count => count === expected)) return null;
  return `${expected} ${lengths === 'equal' ? 'samples' : lengths.fact} need as many of each list, not ${counts.join(', ')}`;
}
