/** The trials of a study that were stopped early, as a chart shows them. */
import type { StoppedTrial } from '../../report/chart/marks.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { observationsIn } from './phase-observations.ts';

/** Those whose latency and accuracy were seen, the accuracy on a part of the images. */
export async function stoppedTrials({ trials }: Pick<Store, 'trials'>, study: Study): Promise<StoppedTrial[]> {
  const stopped = await trials.list(study.id, { states: ['pruned'] });
  return stopped.flatMap(trial => {
    const seen = 'observations' in trial ? observationsIn(trial.observations, 'search') : null;
    const drop = seen?.accuracy.drop;
    return seen && drop !== undefined ? [{ trial: trial.number, speedup: 1 / seen.latency.value, drop }] : [];
  });
}
