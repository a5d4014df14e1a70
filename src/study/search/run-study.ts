/** An open study from its first or next trial to a confirmed front. */
import type { LatencyBudget } from '../../device/device.ts';
import { latencyBudget } from '../../device/profile.ts';
import type { EndedBy } from '../../events/event.ts';
import { constraintsOf } from '../../objectives/limits.ts';
import { spaceSize } from '../../space/configuration.ts';
import { confirmBudget } from '../measure/confirm-budget.ts';
import { patienceOf, type QuietPatience, waitShare } from '../measure/patience.ts';
import { interrupted, leftMs, type RunBudget, scoreTimeoutMs, timeLeft } from '../measure/run-budget.ts';
import { denseFigures, latestLimits } from '../propose/stored-setup.ts';
import { trialCounts } from '../read/counts.ts';
import { confirmFront } from './confirm.ts';
import { disturbedTrials, remeasureDisturbed } from './remeasure.ts';
import { type RunParts, searchTrials } from './search-trials.ts';
import { timedHere } from './shared.ts';
import { searchTogether } from './together.ts';

export async function runStudy(parts: RunParts, budget: RunBudget): Promise<EndedBy> {
  const { store, study, plan, emit } = parts;
  const { sharing } = parts;
  await store.queue.requeueLost(study.id);
  const { complete, failed, pruned } = await trialCounts(store, study);
  const dense = await store.trials.get(study.id, 0);
  emit({
    kind: 'study-started',
    study: study.name,
    trialsPlanned: Number.isFinite(budget.trials) ? budget.trials : null,
    timeMs: budget.timeMs,
    sites: plan.space.sites.length,
    spaceSize: spaceSize(plan.space).toPrecision(3),
    resumedFrom: complete + failed + pruned - (dense && 'finishedSequence' in dense ? 1 : 0),
  });
  await parts.rememberLimits?.();
  await store.studies.setState(study.id, 'searching');
  const latency = latencyBudget(plan.hardware, study.seed);
  const patient = (): QuietPatience => patienceOf(latency.waitMs ?? 0, () => leftMs(budget) * waitShare);
  let endedBy = await (sharing
    ? searchTogether(parts, sharing, budget, patient())
    : searchTrials(parts, budget, patient()));
  const timesHere = !sharing || (await timedHere(parts, sharing));
  // Before the end it is worth waiting once more, even if that was in vain before.
  const patience = patient();
  if (endedBy !== 'interrupted' && timesHere) await putRight(parts, budget, latency, patience);
  if (endedBy !== 'interrupted' && !timesHere) {
    const message =
      'The front is not confirmed, since no device is measured on from here: run "rankfront confirm" where one is.';
    emit({ kind: 'warning', trial: null, message });
  } else if (endedBy !== 'interrupted') {
    await store.studies.setState(study.id, 'confirming');
    await confirmFront({
      ...parts,
      latency: confirmBudget(latency),
      patience,
      timeoutMs: scoreTimeoutMs,
      ...budget,
      timeLeft: () => timeLeft(budget),
    });
    if (interrupted(budget)) endedBy = 'interrupted';
  }
  const measured = (await store.trials.get(study.id, 0))?.state === 'complete';
  await store.studies.setState(study.id, measured && endedBy !== 'interrupted' ? 'complete' : 'stopped');
  await tellEnd(parts, endedBy, performance.now() - budget.startedMs);
  return endedBy;
}

/** Latencies of the search that were disturbed, measured again before the end; what is left is told with the way to go on. */
async function putRight(
  { store, study, instruments, emit }: RunParts,
  budget: RunBudget,
  latency: LatencyBudget,
  patience: QuietPatience,
): Promise<void> {
  if ((await store.trials.get(study.id, 0))?.state !== 'complete') return;
  const parts = { store, study, instruments, latency, patience, emit };
  const constraints = constraintsOf(
    study.objectives,
    await latestLimits(store, study),
    await denseFigures(store, study),
  );
  const goOn = (): boolean => !interrupted(budget) && timeLeft(budget);
  await remeasureDisturbed({ ...parts, constraints }, 'all', goOn);
  const left = await disturbedTrials({ store, study }, 'all');
  if (left.length === 0 || interrupted(budget)) return;
  const onFront = (await disturbedTrials({ store, study }, 'front')).length;
  const count = left.length === 1 ? 'The latency of one trial is' : `The latencies of ${left.length} trials are`;
  const message = `${count} disturbed (${onFront} on the front): the machine was busy. Run the same command again when it is quiet; only these are measured again.`;
  emit({ kind: 'warning', trial: null, message });
}

async function tellEnd({ store, study, emit }: RunParts, endedBy: EndedBy, wallMs: number): Promise<void> {
  const { complete, pruned, failed } = await trialCounts(store, study);
  emit({
    kind: 'study-finished',
    study: study.name,
    complete,
    pruned,
    failed,
    frontSize: (await store.trials.front(study.id)).length,
    wallMs,
    endedBy,
  });
}
