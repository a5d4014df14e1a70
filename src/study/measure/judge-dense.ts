/** Whether the dense model is fed rightly, asked before anything long is begun. */
import { UserError } from '../../errors/user-error.ts';
import type { OpenScorer } from '../../evaluate/open.ts';
import { scoreTimeoutMs } from './run-budget.ts';

/**
 * @param accept whether to go on with a warning
 * @throws UserError that says what looks wrong with the dense model on these images
 */
export async function judgeDense(scorer: OpenScorer, accept: boolean, warn: (message: string) => void): Promise<void> {
  const suspicion = await scorer.checkDense(scoreTimeoutMs);
  if (suspicion === null) return;
  if (!accept) throw new UserError(suspicion, 'To go on all the same, add --accept-dense.');
  warn(suspicion);
}
