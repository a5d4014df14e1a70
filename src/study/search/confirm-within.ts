/** Confirming apart from a search, within a time of its own. */
import { latencyBudget } from '../../device/profile.ts';
import type { Plan } from '../build/plan.ts';
import { confirmBudget } from '../measure/confirm-budget.ts';
import { patienceOf, waitShare } from '../measure/patience.ts';
import { scoreTimeoutMs } from '../measure/run-budget.ts';
import { type ConfirmEnd, type ConfirmParts, confirmFront } from './confirm.ts';

type Parts = Omit<ConfirmParts, 'latency' | 'patience' | 'timeoutMs' | 'timeLeft'>;

/** As `confirmFront`, in the budgets of the study; none waits longer for a quiet machine than its share of the time left. */
export function confirmWithin(
  parts: Parts & { readonly plan: Pick<Plan, 'hardware'> },
  leftMs: () => number,
): Promise<ConfirmEnd> {
  const { plan, ...rest } = parts;
  const latency = confirmBudget(latencyBudget(plan.hardware, rest.study.seed));
  return confirmFront({
    ...rest,
    latency,
    patience: patienceOf(latency.waitMs ?? 0, () => leftMs() * waitShare),
    timeoutMs: scoreTimeoutMs,
    timeLeft: () => leftMs() > 0,
  });
}
