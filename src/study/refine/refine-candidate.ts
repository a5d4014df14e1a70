/** A candidate trained towards the dense network on the calibration images of a study. */
import { factorisedSites } from '../../decompose/corrections/packing.ts';
import type { Assignment } from '../../decompose/method.ts';
import type { Attempt } from '../../errors/failure.ts';
import { type RefineBudget, type Refined, type RefineHooks, refineLoop } from '../../train/refine/refine-loop.ts';
import type { RefinerInfo } from '../../train/refine/refiner.ts';
import { startRefiner } from '../../train/refine/remote-refiner.ts';
import type { Calibration } from '../build/calibration.ts';
import type { Plan } from '../build/plan.ts';
import type { OpenInstruments } from '../measure/instruments.ts';

export interface RefineCandidateParts {
  readonly plan: Plan;
  readonly calibration: Pick<Calibration, 'images'>;
  readonly instruments: Pick<OpenInstruments, 'reference'>;
  readonly seed: number;
  /** Ends it at once; it then fails as interrupted. */
  readonly stop: AbortSignal;
}

/** Few images give few steps a pass: small batches take more of them. */
const batchSize = 16;

/**
 * @param path of the candidate's file
 * @throws UserError for networks that cannot be refined
 */
export async function refineCandidate(
  { plan, calibration: { images }, instruments, seed, stop }: RefineCandidateParts,
  assignment: Assignment,
  path: string,
  budget: RefineBudget,
  hooks: RefineHooks,
): Promise<Attempt<{ readonly refined: Refined; readonly info: RefinerInfo }>> {
  const { graph } = plan.loaded.model;
  const opened = await startRefiner({
    candidatePath: path,
    densePath: instruments.reference.path,
    inputs: graph.inputs
      .filter(({ name }) => !graph.initializers.has(name))
      .map(({ name, elementType, shape }) => ({
        name,
        type: elementType,
        shape: (shape ?? []).map(size => size ?? -1),
      })),
    taps: factorisedSites(plan.sites, assignment).map(({ output }) => output),
    images: images.inputs.source(images.positions, images.reading),
    batch: images.inputs.fixedBatch ?? Math.min(batchSize, images.batch),
    augment: true,
    seed,
    // In full precision on the CPU, whatever the host scores with.
    session: { provider: 'cpu', threads: plan.hardware.host.threads, graphOptimization: 'all' },
  });
  if (opened.state === 'failed') return opened;
  const refiner = opened.value;
  const abort = (): void => void refiner.close();
  stop.addEventListener('abort', abort);
  // It may have been aborted while the refiner was opened.
  if (stop.aborted) abort();
  try {
    const found = await refineLoop(refiner, budget, hooks);
    return found.state === 'failed'
      ? found
      : { state: 'complete', value: { refined: found.value, info: refiner.info } };
  } finally {
    stop.removeEventListener('abort', abort);
    await refiner.close();
  }
}
