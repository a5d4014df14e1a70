/** The limits of a run, kept and applied as soon as its study is open: a run may be killed before its first proposal, or have none to make. */
import type { Emit } from '../../events/event.ts';
import { frontFor } from '../../objectives/front.ts';
import type { Limits } from '../../objectives/limit.ts';
import { constraintsOf, hasLimits, keepsTo, sameLimits } from '../../objectives/limits.ts';
import { referencePoint } from '../../objectives/objectives.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Setup } from './setup.ts';
import { denseFigures, keptAsLatest, storedSetup } from './stored-setup.ts';

export interface RememberParts {
  readonly store: Store;
  readonly study: Study;
  /** For a study without any proposal yet. */
  readonly strategy: string;
  readonly ladderLengths: readonly number[];
  readonly emit: Emit;
}

/** Everything that the latest setup says besides its limits stays. Trials are judged where the dense model is measured. */
export async function rememberLimits(parts: RememberParts, limits: Limits): Promise<void> {
  const { store, study, strategy, ladderLengths, emit } = parts;
  const latest = await storedSetup(store, study);
  const before = latest?.limits ?? {};
  const measured = (await store.trials.get(study.id, 0))?.state === 'complete';
  const constraints = measured ? constraintsOf(study.objectives, limits, await denseFigures(store, study)) : [];
  if (!sameLimits(limits, before)) {
    const options = { seed: study.seed, reference: referencePoint(study.objectives) };
    const problem = { ladderLengths, objectives: study.objectives.length };
    const setup: Setup = latest ?? { strategy, problem, options, limits };
    await keptAsLatest(store, study, { ...setup, problem: { ...setup.problem, constraints }, limits });
  }
  if (measured) await store.tuning.judge(study.id, values => keepsTo(constraints, values), frontFor(study.objectives));
  if (hasLimits(limits) || hasLimits(before)) emit({ kind: 'limits', ...limits, resumed: false });
}
