/**
 * The trials of a study on a store that other machines may share. Alone, a search goes on as it does in a file, with the same proposals from the same
 * seed; once there are workers, it shares.
 */
import type { EndedBy } from '../../events/event.ts';
import type { QuietPatience } from '../measure/patience.ts';
import type { RunBudget } from '../measure/run-budget.ts';
import { type RunParts, searchTrials } from './search-trials.ts';
import { isAlone, openShared } from './shared.ts';
import { sharedTrials } from './shared-trials.ts';
import type { Sharing } from './sharing.ts';

/** How often a search that is alone looks whether it still is. */
const lookMs = 2000;

export async function searchTogether(
  parts: RunParts,
  { fleet, works, calibration }: Sharing,
  budget: RunBudget,
  patience: QuietPatience,
): Promise<EndedBy> {
  const { study, plan, emit } = parts;
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
    return await sharedTrials({ ...parts, shared }, budget, patience);
  } finally {
    await shared.seat?.leave();
  }
}
