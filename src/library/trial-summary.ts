/** A stored trial as a listing gives it: plain data, without samples. */
import type { Assignment } from '../decompose/method.ts';
import type { FailureReason } from '../errors/failure.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import type { Trial, TrialState } from '../store/trial.ts';

/** One objective of a trial; every value is minimised. */
export interface ObjectiveValue {
  /** As the study names it: `latency` is the ratio to the dense model, `top1` and `agreement` the share of images that is wrong. */
  readonly objective: string;
  readonly value: number;
  readonly standardError: number;
}

export interface TrialSummary {
  /** 0 is the dense model. */
  readonly trial: number;
  /** `pruned`: stopped early, since it would hardly have entered the front. */
  readonly state: TrialState;
  /** Who proposed it; `dense` for the dense model. */
  readonly strategy: string;
  readonly onFront: boolean;
  /** By name of the site. */
  readonly configuration: Assignment;
  /** What was seen of it; empty before anything was. */
  readonly objectives: readonly ObjectiveValue[];
  /** Of the whole candidate, batch 1; null unless it is complete. */
  readonly cost: { readonly macs: number; readonly params: number } | null;
  /** Null unless it failed. */
  readonly failure: { readonly reason: FailureReason; readonly detail: string } | null;
}

/** All trials of a study, by number. */
export async function summariesOf(store: Store, study: Study): Promise<TrialSummary[]> {
  const front = new Set((await store.trials.front(study.id)).map(({ number }) => number));
  return (await store.trials.list(study.id)).map(trial => summaryOf(trial, study, front.has(trial.number)));
}

const summaryOf = (trial: Trial, study: Study, onFront: boolean): TrialSummary => ({
  trial: trial.number,
  state: trial.state,
  strategy: trial.strategy,
  onFront,
  configuration: trial.assignment,
  objectives: objectivesOf(trial, study),
  cost: trial.state === 'complete' ? { macs: trial.macs, params: trial.params } : null,
  failure: trial.state === 'failed' ? { reason: trial.reason, detail: trial.detail } : null,
});

function objectivesOf(trial: Trial, { objectives }: Study): ObjectiveValue[] {
  if (trial.state !== 'complete' && trial.state !== 'pruned') return [];
  const { values, standardErrors } = trial;
  return objectives.flatMap((objective, place) => {
    const [value, standardError] = [values[place], standardErrors[place]];
    return value === undefined || standardError === undefined ? [] : [{ objective, value, standardError }];
  });
}
