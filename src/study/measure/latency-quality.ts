/** Whether the speed-up of a stored trial is known. */
import { confirmCommand } from '../../report/front/known.ts';
import type { Quality } from '../../stats/quality.ts';
import type { Phase } from '../../store/observation.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';

/** Good where either phase has a good latency: that one is shown. */
export const latencyQualityOf = ({ observations }: Pick<CompleteTrial, 'observations'>): Quality =>
  observations.some(each => each.kind === 'latency' && each.quality === 'good') ? 'good' : 'disturbed';

/** Whether its latency of a phase is known to be off by more than its samples tell. */
export const isDisturbedIn = (phase: Phase, { observations }: Pick<CompleteTrial, 'observations'>): boolean =>
  observations.some(each => each.phase === phase && each.kind === 'latency' && each.quality === 'disturbed');

/** Said to whoever takes the model of a trial; null where there is nothing to say, as of the dense model. */
export const disturbedNote = (trial: CompleteTrial, study: Study): string | null =>
  trial.number === 0 || latencyQualityOf(trial) === 'good'
    ? null
    : `The speed-up of trial ${trial.number} is not known: other work slowed the machine while it was timed. "${confirmCommand(study.name)} --trial ${trial.number}" measures it again.`;
