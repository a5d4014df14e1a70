/**
 * The loop of a refinement: one pass over the images after the other, with a learning rate that falls to zero, until the images held back
 * gain nothing more or the time is over. The weights that were best on the images held back are taken, or none.
 */
import { type Attempt, complete } from '../../errors/failure.ts';
import type { HeldBackLoss, Refiner } from './refiner.ts';

export interface RefineBudget {
  /** Passes over the images, at most. */
  readonly epochs: number;
  readonly timeMs: number;
  /** The largest learning rate, as a share of the size of a weight. */
  readonly learningRate: number;
}

export interface RefinedEpoch {
  readonly epoch: number;
  readonly epochs: number;
  readonly trainLoss: number;
  readonly heldBack: HeldBackLoss;
  readonly best: boolean;
  readonly wallMs: number;
}

export interface RefineHooks {
  readonly begin: (before: HeldBackLoss) => void;
  readonly epoch: (report: RefinedEpoch) => void;
  /** Ends it after the current pass; nothing comes of it then. */
  readonly interrupted: () => boolean;
}

export type Refined = {
  readonly before: HeldBackLoss;
  /** The best that was seen; `before` where nothing was better. */
  readonly after: HeldBackLoss;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly steps: number;
  /** The largest learning rate, after what was taken back. */
  readonly learningRate: number;
  readonly wallMs: number;
} & (
  | { readonly state: 'better'; readonly weights: ReadonlyMap<string, Float32Array> }
  /** Why the candidate stays as it was. */
  | { readonly state: 'no-better'; readonly why: string }
  | { readonly state: 'interrupted' }
);

/** Passes without a gain after which there is hardly one to come. */
const patience = 6;
/** A first pass that makes it worse went too far: it goes back, with smaller steps, so many times at most. */
const lowering = 4;
const mostLowered = 3;
/** So many standard errors of the paired difference must lie between before and after. */
const sureErrors = 2;
/** Steps over which the learning rate rises. */
const warmUpSteps = 10;

export async function refineLoop(
  refiner: Refiner,
  budget: RefineBudget,
  { begin, epoch: tell, interrupted }: RefineHooks,
): Promise<Attempt<Refined>> {
  const startedMs = performance.now();
  const first = await refiner.score();
  if (first.state === 'failed') return first;
  const before = first.value;
  begin(before);
  let after = before;
  let best = 0;
  let done = 0;
  let steps = 0;
  let planned = budget.epochs;
  let peak = budget.learningRate;
  let lowered = 0;
  let since = 0;
  const ended = (): boolean =>
    done >= planned || done - best >= patience || performance.now() - startedMs >= budget.timeMs;
  while (!ended()) {
    const rates = learningRates(peak, { done, planned, steps: steps - since }, refiner.info.stepsPerEpoch);
    const report = await refiner.epoch(rates);
    if (report.state === 'failed') return report;
    if (interrupted()) return complete({ state: 'interrupted', ...outcome() });
    steps += report.value.steps;
    done++;
    if (report.value.notFinite && lowered === mostLowered) break;
    const scored = await refiner.score();
    if (scored.state === 'failed') return scored;
    const astray = report.value.notFinite || (best === 0 && !(scored.value.loss <= before.loss));
    if (astray && lowered < mostLowered) {
      const back = await refiner.restore();
      if (back.state === 'failed') return back;
      peak /= lowering;
      lowered++;
      since = steps;
    }
    const isBest = scored.value.loss < after.loss;
    if (isBest) {
      after = scored.value;
      best = done;
      const kept = await refiner.keep();
      if (kept.state === 'failed') return kept;
    }
    // So many passes as fit into the time: the learning rate falls to zero at its end.
    const wallMs = performance.now() - startedMs;
    planned = Math.min(budget.epochs, Math.max(done, Math.floor((budget.timeMs / wallMs) * done)));
    tell({ epoch: done, epochs: planned, trainLoss: report.value.loss, heldBack: scored.value, best: isBest, wallMs });
    if (interrupted()) return complete({ state: 'interrupted', ...outcome() });
  }
  const why = whyNoBetter(before, after, done);
  if (why !== null) return complete({ state: 'no-better', why, ...outcome() });
  const weights = await refiner.kept();
  return weights.state === 'failed' ? weights : complete({ state: 'better', weights: weights.value, ...outcome() });

  function outcome() {
    return {
      before,
      after,
      epochs: done,
      bestEpoch: best,
      steps,
      learningRate: peak,
      wallMs: performance.now() - startedMs,
    };
  }
}

interface Place {
  readonly done: number;
  readonly planned: number;
  readonly steps: number;
}

/** Half a cosine from the peak to zero over the passes that are planned (Loshchilov and Hutter 2017), after a short rise. */
function learningRates(peak: number, { done, planned, steps }: Place, perEpoch: number): number[] {
  return Array.from({ length: perEpoch }, (_, i) => {
    const share = Math.min(1, (done + i / perEpoch) / Math.max(1, planned));
    const rise = Math.min(1, (steps + i + 1) / warmUpSteps);
    return peak * rise * 0.5 * (1 + Math.cos(Math.PI * share));
  });
}

/** Null where the images held back are matched better, beyond what chance explains. */
export function whyNoBetter(before: HeldBackLoss, after: HeldBackLoss, epochs: number): string | null {
  if (epochs === 0) return 'there was no time for one pass over the images';
  if (!(after.loss < before.loss)) return 'the images held back were matched no better than before';
  const gains = before.batches.map((loss, i) => loss - (after.batches[i] ?? Number.NaN));
  const mean = gains.reduce((sum, each) => sum + each, 0) / gains.length;
  if (gains.length < 2) return mean > 0.05 * before.loss ? null : 'the images held back are too few to tell a gain';
  const variance = gains.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (gains.length - 1);
  return mean > sureErrors * Math.sqrt(variance / gains.length)
    ? null
    : 'the images held back were matched no better than chance explains';
}
