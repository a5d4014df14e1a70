/** The life of a trial in memory. */
import { randomUUID } from 'node:crypto';
import type { Owner } from '../../host/process-identity.ts';
import { checkObservations, checkRemeasured, checkResult } from '../check.ts';
import { isLost, renewal } from '../lease.ts';
import type { FrontOf, FrontState, TrialQueue } from '../store.ts';
import type { CompleteResult, CompleteTrial, RunningTrial, Trial } from '../trial.ts';
import { copyOf, type MemoryContent, type Records } from './content.ts';

/** `release` puts the unfinished trials of this queue back. */
export function memoryQueue(
  content: MemoryContent,
  records: Records,
  { owner, now, leaseMs }: { readonly owner: Owner; readonly now: () => number; readonly leaseMs: number },
): TrialQueue & { release(): Promise<void> } {
  const { ofStudy, find, replace, studyOf, observe, requeue, finishedCount, wrote } = records;
  const mine = new Set<number>();
  const token = randomUUID();
  const held = (): RunningTrial[] =>
    [...mine].flatMap(id => {
      const trial = find(id);
      return trial.state === 'running' && content.leases.get(id)?.token === token ? [trial] : [];
    });
  const hold = (id: number, nowMs: number): void => {
    content.leases.set(id, { token, untilMs: nowMs + leaseMs });
  };
  const renewing = renewal(leaseMs, async () => {
    for (const { id } of held()) hold(id, now());
  });
  const taken = (trial: RunningTrial, nowMs: number): RunningTrial => {
    mine.add(trial.id);
    hold(trial.id, nowMs);
    renewing.start();
    wrote(trial.studyId);
    return trial;
  };

  return {
    begin: async (studyId, trial) => {
      studyOf(studyId);
      const others = ofStudy(studyId);
      const key = JSON.stringify(trial.configuration);
      if (others.some(({ configuration }) => JSON.stringify(configuration) === key)) return null;
      const time = now();
      const begun = copyOf({
        ...trial,
        id: content.trials.length + 1,
        studyId,
        number: others.length,
        requeues: 0,
        createdAtMs: time,
        startedAtMs: time,
        startedAfter: finishedCount(studyId),
        state: 'running' as const,
        owner,
      });
      content.trials.push(begun);
      return taken(begun, time);
    },
    claim: async studyId => {
      const waiting = ofStudy(studyId).find(trial => trial.state === 'waiting');
      if (!waiting) return null;
      const time = now();
      const claimed: RunningTrial = { ...waiting, state: 'running', startedAtMs: time, owner };
      replace(claimed);
      return taken(claimed, time);
    },
    finish: async (trialId, result, frontOf) => {
      const trial = find(trialId);
      checkResult(result, studyOf(trial.studyId).objectives.length);
      if (trial.state !== 'running' && trial.state !== 'waiting') {
        mine.delete(trialId);
        return null;
      }
      const time = now();
      const finishedSequence = finishedCount(trial.studyId) + 1;
      const { id, studyId, number } = trial;
      const base = {
        ...(trial.state === 'running' ? withoutOwner(trial) : trial),
        finishedAtMs: time,
        finishedSequence,
      };
      const front = result.state === 'complete' ? frontWith(content, records, trial, result, frontOf) : null;
      if (result.state === 'complete' && front) {
        const { correction, ...rest } = result;
        if (correction) content.corrections.set(id, correction.slice());
        replace(copyOf({ ...base, ...rest, observations: [], hypervolume: front.hypervolume, revisions: [] }));
        const allowed = new Set([...(content.fronts.get(studyId) ?? []), ...(result.feasible ? [number] : [])]);
        content.fronts.set(
          studyId,
          front.members.filter(member => allowed.has(member)),
        );
      } else if (result.state !== 'complete') replace(copyOf({ ...base, ...result, observations: [] }));
      observe(trialId, 'search', result.observations, time);
      content.leases.delete(trialId);
      mine.delete(trialId);
      wrote(studyId);
      return front;
    },
    confirm: async (trialId, observations) => {
      checkObservations(observations);
      const { studyId } = find(trialId);
      if (observations.length === 0) return;
      observe(trialId, 'confirm', observations, now());
      wrote(studyId);
    },
    refine: async (trialId, refinement, observations) => {
      checkObservations(observations);
      const { studyId } = find(trialId);
      content.refinements.set(trialId, { ...copyOf(refinement), storedAtMs: now() });
      content.observations.set(
        trialId,
        (content.observations.get(trialId) ?? []).filter(({ phase }) => phase !== 'refined'),
      );
      observe(trialId, 'refined', observations, now());
      wrote(studyId);
    },
    remeasure: async (trialId, again, frontOf) => {
      checkRemeasured(again);
      const trial = find(trialId);
      if (trial.state !== 'complete') throw new RangeError(`a trial that is ${trial.state} cannot be measured again`);
      const { studyId, values, standardErrors } = trial;
      const { observation, ...rest } = again;
      if (
        !(content.observations.get(trialId) ?? []).some(
          ({ kind, phase }) => kind === observation.kind && phase === 'search',
        )
      )
        throw new Error(`the trial has no ${observation.kind} that could be replaced`);
      const revision = { replacedAt: finishedCount(studyId) + 1, values, standardErrors };
      replace(copyOf({ ...trial, ...rest, revisions: [...trial.revisions, revision] }));
      observe(trialId, 'search', [observation], now());
      records.rejudge(studyId, each => each.feasible, frontOf);
      wrote(studyId);
    },
    requeueLost: async studyId => {
      const lost = ofStudy(studyId).filter(
        (trial): trial is RunningTrial =>
          trial.state === 'running' &&
          isLost({ owner: trial.owner, leaseUntilMs: content.leases.get(trial.id)?.untilMs ?? null }, owner, now()),
      );
      for (const trial of lost) requeue(trial, trial.requeues + 1);
      if (lost.length > 0) wrote(studyId);
      return lost.length;
    },
    release: async () => {
      await renewing.stop();
      for (const trial of held()) {
        requeue(trial, trial.requeues);
        wrote(trial.studyId);
      }
      mine.clear();
    },
  };
}

/** The front so far with this trial, if it is feasible. */
function frontWith(
  content: MemoryContent,
  { ofStudy }: Records,
  { studyId, number }: Trial,
  { feasible, values }: CompleteResult,
  frontOf: FrontOf,
): FrontState {
  const before = content.fronts.get(studyId) ?? [];
  const points = ofStudy(studyId)
    .filter((other): other is CompleteTrial => other.state === 'complete' && before.includes(other.number))
    .map(each => ({ number: each.number, values: each.values }));
  return frontOf(feasible ? [...points, { number, values }] : points);
}

function withoutOwner({ owner: _owner, state: _state, ...trial }: RunningTrial) {
  return trial;
}
