/** What cannot be scored, said so that the user knows what to do. */
import type { Attempt } from '../errors/failure.ts';
import { UserError } from '../errors/user-error.ts';

/** The value, or a UserError that says why the model cannot be scored. */
export function usable<T>(model: string, attempt: Attempt<T>): T {
  if (attempt.state === 'complete') return attempt.value;
  throw notUsable(model, attempt.detail, attempt.reason);
}

export function notUsable(model: string, detail: string, reason?: string): UserError {
  if (reason === 'unreachable')
    return new UserError(
      `Cannot score "${model}" on the device: ${detail}.`,
      'Start the agent there; "rankfront doctor --hardware" with this profile says what is wrong.',
    );
  const wayOut =
    reason === 'not-finite'
      ? 'Check its weights, or the normalisation of the images.'
      : detail.startsWith('the runtime cannot')
        ? 'Check that onnxruntime runs it: rankfront profile.'
        : 'Give a network with one input N x 3 x H x W, or ready inputs (npz:FILE). Where it gives no class scores, add --metric fidelity.';
  return new UserError(`Cannot score "${model}": ${detail}.`, wayOut);
}

/** @throws UserError that says what is wrong with the metric */
export function usableMetric<T>(path: string, attempt: Attempt<T>): T {
  if (attempt.state === 'complete') return attempt.value;
  throw new UserError(
    `Cannot judge by "${path}": ${attempt.detail}.`,
    'Mend the metric; docs/metrics.md says what it has to give.',
  );
}
