/** What stopped a training, in a sentence, and how it is gone on with. */
import { existsSync } from 'node:fs';
import type { Attempt } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import type { StepReport } from '../runner/runner.ts';
import type { TrainRequest } from './request.ts';

/** The state of a failed command is lost with the process, and the training goes on from its last checkpoint. */
export function taken<T>(attempt: Attempt<T>): T {
  if (attempt.state === 'complete') return attempt.value;
  const again = 'run the same command again, without --restart, to go on from the last checkpoint';
  throw new UserError(
    `The training was stopped: ${attempt.detail} (${attempt.reason}).`,
    attempt.reason === 'out-of-memory'
      ? `Free some memory and ${again}; or give --restart with a smaller --batch or a larger --accumulate.`
      : `${again[0]?.toUpperCase()}${again.slice(1)}.`,
  );
}

/**
 * Carries out `write`, and where it finds no room says from where the training goes on.
 * @param savedStep of the last checkpoint; null where there is none
 */
export function keeping<T>(
  { out, restart }: Pick<TrainRequest, 'out' | 'restart'>,
  savedStep: number | null,
  write: () => T,
): T {
  try {
    return write();
  } catch (error) {
    // What the system refused is told with its reason.
    if (!(error instanceof UserError) || error.cause === undefined) throw error;
    const room = 'Free some space, or see that the folder can be written to, and run the same command again';
    // A network without a checkpoint would be taken for somebody else's.
    const anew = existsSync(out) && !restart ? ' with --restart' : '';
    const wayOut =
      savedStep === null
        ? `${room}${anew}: it starts from the beginning.`
        : `${room}${restart ? ' without --restart' : ''}: it goes on from step ${savedStep}.`;
    throw new UserError(error.problem, wayOut, { cause: error.cause });
  }
}

const places = {
  loss: 'the loss',
  gradient: 'the gradient of the weight',
  weight: 'the weight',
  statistic: 'the running statistic',
} as const;

/** @param savedStep of the last checkpoint; null where there is none */
export function notFinite(
  { step, metrics }: StepReport,
  epoch: number,
  learningRate: number,
  savedStep: number | null,
): UserError {
  const { in: where, name } = metrics.notFinite ?? { in: 'loss' as const, name: '' };
  const what = where === 'loss' ? `${places.loss} (of the scores "${name}")` : `${places[where]} "${name}"`;
  return new UserError(
    `The training diverged at step ${step} (epoch ${epoch + 1}): ${what} is NaN or infinite. The step was not taken${savedStep === null ? '; there is no checkpoint yet' : `, and the checkpoint of step ${savedStep} stays`}.`,
    `Lower --lr (it was ${learningRate.toPrecision(3)} there), raise --warm-up, or give --clip-norm 1${savedStep === null ? '' : ', with another --out, or --restart in the place of the old training'}.`,
  );
}
