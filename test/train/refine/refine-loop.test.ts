/** The loop against a refiner that answers what a test wants. */
import { describe, expect, test } from 'vitest';
import { complete, failed } from '../../../src/errors/failure.ts';
import { type RefineHooks, refineLoop, whyNoBetter } from '../../../src/train/refine/refine-loop.ts';
import type { HeldBackLoss, Refiner } from '../../../src/train/refine/refiner.ts';

const lossOf = (loss: number): HeldBackLoss => ({ loss, headLoss: loss, batches: [loss * 0.99, loss * 1.01, loss] });

interface Scripted {
  readonly refiner: Refiner;
  /** Learning rates of all steps, pass by pass. */
  readonly rates: number[][];
  /** After which passes it went back. */
  readonly restored: number[];
  /** After which passes the weights were kept. */
  readonly kept: number[];
}

/** @param losses on the images held back: before the first pass, then after each */
function scripted(losses: readonly number[], notFiniteAt = Number.POSITIVE_INFINITY): Scripted {
  const rates: number[][] = [];
  const kept: number[] = [];
  const restored: number[] = [];
  return {
    rates,
    restored,
    kept,
    refiner: {
      info: { images: 40, heldBack: 10, batch: 8, stepsPerEpoch: 5, parameters: 3, taps: 1 },
      epoch: async given => {
        rates.push([...given]);
        return complete({ loss: 1, steps: given.length, notFinite: rates.length === notFiniteAt });
      },
      score: async () => complete(lossOf(losses[rates.length] ?? losses.at(-1)!)),
      keep: async () => {
        kept.push(rates.length);
        return complete(null);
      },
      restore: async () => {
        restored.push(rates.length);
        return complete(null);
      },
      kept: async () => complete(new Map([['w', Float32Array.of(kept.at(-1) ?? 0)]])),
      close: async () => {},
    },
  };
}

const hooks: RefineHooks = { begin: () => {}, epoch: () => {}, interrupted: () => false };
const budget = { epochs: 20, timeMs: 1e9, learningRate: 0.01 };

async function looped(refiner: Refiner, changes: Partial<RefineHooks> = {}, of = budget) {
  const found = await refineLoop(refiner, of, { ...hooks, ...changes });
  if (found.state === 'failed') throw new Error(found.detail);
  return found.value;
}

describe('the loop of a refinement', () => {
  test('takes the weights that were best on the images held back, and stops when nothing more is gained', async () => {
    const { refiner, kept } = scripted([1, 0.8, 0.6, 0.7]);
    const found = await looped(refiner);
    expect(found).toMatchObject({ state: 'better', bestEpoch: 2, epochs: 8, steps: 40 });
    expect(kept).toEqual([1, 2]);
    expect(found).toHaveProperty('weights', new Map([['w', Float32Array.of(2)]]));
  });

  test('leaves a candidate as it is where no pass matched the images held back better', async () => {
    const found = await looped(scripted([1, 1.1, 1]).refiner);
    expect(found).toMatchObject({ state: 'no-better', epochs: 6, after: lossOf(1) });
  });

  test('leaves it where the output is constant: nothing is wrong, and nothing can be gained', async () => {
    expect(await looped(scripted([0, 0]).refiner)).toMatchObject({ state: 'no-better' });
  });

  test('goes back where a step is not finite, to what was best before it, with smaller steps', async () => {
    const { refiner, restored } = scripted([1, 0.5, 0.6, 0.4, 0.7], 2);
    expect(await looped(refiner)).toMatchObject({ state: 'better', bestEpoch: 3, learningRate: 0.0025 });
    expect(restored).toEqual([2]);
  });

  test('takes a first pass back that made it worse, with smaller steps, and three times at most', async () => {
    const { refiner, rates, restored } = scripted([1, 9, 8, 7, 6]);
    expect(await looped(refiner)).toMatchObject({ state: 'no-better', learningRate: 0.01 / 64 });
    expect(restored).toEqual([1, 2, 3]);
    const once = scripted([1, 9, 0.9, 0.8, 0.85]);
    expect(await looped(once.refiner)).toMatchObject({ state: 'better', bestEpoch: 3, learningRate: 0.0025 });
    expect(once.restored).toEqual([1]);
    // It rises anew after it went back.
    expect(once.rates[1]![0]).toBeLessThan(0.1 * 0.0025);
    expect(Math.max(...rates[1]!)).toBeLessThan(0.0025);
  });

  test('comes to nothing when it is interrupted', async () => {
    const { refiner, rates } = scripted([1, 0.5, 0.4]);
    expect(await looped(refiner, { interrupted: () => rates.length === 2 })).toMatchObject({ state: 'interrupted' });
    expect(rates).toHaveLength(2);
  });

  test('hands on what goes wrong', async () => {
    const { refiner } = scripted([1]);
    const gone = failed('out-of-memory', 'the child process ended on SIGKILL');
    const found = await refineLoop({ ...refiner, epoch: async () => gone }, budget, hooks);
    expect(found).toEqual(gone);
  });

  test('lets the learning rate rise over ten steps and fall to nothing at the end of what is planned', async () => {
    const falling = Array.from({ length: 21 }, (_, i) => 1 / (i + 1));
    const { refiner, rates } = scripted(falling);
    await looped(refiner);
    const all = rates.flat();
    expect(all).toHaveLength(100);
    expect(all[0]).toBeCloseTo(0.001, 12);
    expect(Math.max(...all)).toBeLessThanOrEqual(0.01);
    // Half a cosine: a half in the middle.
    expect(all[50]).toBeCloseTo(0.005, 12);
    expect(all.at(-1)).toBeLessThan(1e-5);
    for (let i = 11; i < all.length; i++) expect(all[i]!).toBeLessThan(all[i - 1]!);
  });

  test('takes no pass without time for one', async () => {
    const { refiner, rates } = scripted([1, 0.5]);
    expect(await looped(refiner, {}, { ...budget, timeMs: 0 })).toMatchObject({ state: 'no-better', epochs: 0 });
    expect(rates).toEqual([]);
  });
});

describe('a gain', () => {
  const of = (batches: readonly number[]): HeldBackLoss => {
    const loss = batches.reduce((sum, each) => sum + each, 0) / batches.length;
    return { loss, headLoss: loss, batches };
  };

  test('that is smaller than two standard errors of the paired difference is none', () => {
    // Differences 0.1, -0.05, 0.1, -0.05: mean 0.025, standard error 0.0433.
    expect(whyNoBetter(of([1, 1, 1, 1]), of([0.9, 1.05, 0.9, 1.05]), 3)).toMatch(/than chance explains/);
    expect(whyNoBetter(of([1, 2, 3, 4]), of([0.9, 1.9, 2.9, 3.9]), 3)).toBeNull();
  });

  test('of one batch counts from a twentieth on', () => {
    expect(whyNoBetter(of([1]), of([0.96]), 3)).toMatch(/too few/);
    expect(whyNoBetter(of([1]), of([0.9]), 3)).toBeNull();
  });
});
