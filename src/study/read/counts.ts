/** How many trials a study has in each state, counted by the store. */
import type { Store } from '../../store/store.ts';
import type { Study, StudySummary } from '../../store/study.ts';

export type TrialCounts = StudySummary['trials'];

export async function trialCounts({ studies }: Pick<Store, 'studies'>, { name }: Study): Promise<TrialCounts> {
  const found = (await studies.list()).find(each => each.name === name);
  return found?.trials ?? { waiting: 0, running: 0, complete: 0, failed: 0, pruned: 0 };
}

/** Of every state, the dense model counted. */
export const trialsIn = (counts: TrialCounts): number => Object.values(counts).reduce((sum, each) => sum + each, 0);
