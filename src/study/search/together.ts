/**
 * The trials of a study on a store that other machines may share. Alone, a search goes on as it does in a file, with the same proposals from the same
 * seed; once there are workers, it shares.
 */
import { latencyBudget } from '../../device/profile.ts';
import type { EndedBy } from '../../events/event.ts';
import type { QuietPatience } from '../measure/patience.ts';
import type { RunBudget } from '../measure/run-budget.ts';
import { disagreement } from '../work/agreement.ts';
import { type RunParts, searchTrials } from './search-trials.ts';
import { isAlone, openShared } from './shared.ts';
import { sharedTrials } from './shared-trials.ts';
import type { Sharing } from './sharing.ts';

/** How often a search that is alone looks whether it still is. */
const lookMs = 2000;

export async function searchTogether(
  parts: RunParts,
  { fleet, works, calibration, ladders }: Sharing,
  budget: RunBudget,
  patience: QuietPatience,
): Promise<EndedBy> {
  const { study, plan, instruments, emit } = parts;
  const note = (message: string): void => emit({ kind: 'warning', trial: null, message });
  if (works && (await isAlone(fleet, study))) {
    const company = new AbortController();
    const timer = setInterval(() => {
      isAlone(fleet, study).then(
        alone => {
          if (!alone) company.abort();
        },
        () => {},
      );
    }, lookMs).unref();
    const finish = AbortSignal.any([budget.finish, company.signal]);
    const endedBy = await searchTrials(parts, { ...budget, finish }, patience).finally(() => clearInterval(timer));
    if (endedBy !== 'interrupted' || !company.signal.aborted || budget.finish.aborted || budget.stop.aborted)
      return endedBy;
  }
  const shared = await openShared({ fleet, study, plan, calibration, works, note, finish: budget.finish });
  if (!shared) return 'interrupted';
  try {
    if (shared.roles.includes('latency')) {
      const { builder, reference, device } = instruments;
      const latency = latencyBudget(plan.hardware, study.seed);
      const why = await disagreement(
        { fleet, study, by: shared.by },
        { device, builder, reference, space: ladders, latency },
      );
      if (why !== null) {
        note(`No latency is measured here: ${why}. This device counts as another class.`);
        const roles = shared.roles.filter(role => role !== 'latency');
        return await sharedTrials({ ...parts, shared: { ...shared, roles } }, budget, patience);
      }
    }
    return await sharedTrials({ ...parts, shared }, budget, patience);
  } finally {
    await shared.seat?.leave();
  }
}
