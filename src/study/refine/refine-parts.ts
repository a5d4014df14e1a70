/** What refining works with. */
import type { Emit } from '../../events/event.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { RefineBudget } from '../../train/refine/refine-loop.ts';
import type { Calibration } from '../build/calibration.ts';
import type { Plan } from '../build/plan.ts';
import type { OpenInstruments } from '../measure/instruments.ts';

export interface RefineParts {
  readonly store: Store;
  readonly study: Study;
  readonly plan: Plan;
  readonly calibration: Calibration;
  readonly instruments: OpenInstruments;
  readonly emit: Emit;
  readonly stop: AbortSignal;
  readonly budget: Pick<RefineBudget, 'epochs' | 'learningRate'>;
}
