/** What every trainer keeps, whatever runs its steps. */
import { afterEach, describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors/user-error.ts';
import { seededRng } from '../../src/random/rng.ts';
import type { Batch, TrainableSet, Trainer, TrainingState } from '../../src/train/trainer.ts';

export interface Subject {
  /** A trainer whose steps take `stepSize` images of `imageDims` and which knows `classes` classes. */
  readonly open: () => Promise<Trainer>;
  readonly imageDims: readonly number[];
  readonly classes: number;
}

const hyper = { learningRate: 0.05 };

export function trainerContract(name: string, { open, imageDims, classes }: Subject): void {
  describe(`${name} keeps the contract of a trainer`, () => {
    const opened: Trainer[] = [];
    const begin = async (): Promise<Trainer> => {
      const trainer = await open();
      opened.push(trainer);
      return trainer;
    };
    afterEach(async () => {
      for (const trainer of opened.splice(0)) await trainer.close();
    });
    const batch = (seed: number, count: number): Batch => brightBatch(seed, count, imageDims, classes);

    test('steps bring the loss down, and say what they saw', async () => {
      const trainer = await begin();
      const images = batch(1, trainer.stepSize);
      const losses: number[] = [];
      for (let i = 0; i < 30; i++) {
        const { loss, correct, count, notFinite, gradientNorm } = await trainer.step(images, hyper);
        expect({ count, notFinite }).toEqual({ count: trainer.stepSize, notFinite: null });
        expect(correct).toBeGreaterThanOrEqual(0);
        expect(gradientNorm).toBeGreaterThan(0);
        losses.push(loss);
      }
      expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]!);
      expect((await trainer.state()).counters.steps).toBe(30);
    });

    test('labels are soft targets of one class', async () => {
      const [a, b] = [await begin(), await begin()];
      const hard = batch(2, a.stepSize);
      await a.step(hard, hyper);
      await b.step({ ...hard, targets: { kind: 'soft', probabilities: oneHot(hard, classes) } }, hyper);
      expectSame(await a.state(), await b.state());
    });

    test('it goes on from a state bit for bit, in another trainer too', async () => {
      const [a, b] = [await begin(), await begin()];
      for (let i = 0; i < 3; i++) await a.step(batch(i, a.stepSize), hyper);
      const kept = await a.state();
      const before = snapshot(kept);
      await b.load(kept);
      for (const trainer of [a, b]) for (let i = 3; i < 6; i++) await trainer.step(batch(i, trainer.stepSize), hyper);
      expectSame(await a.state(), await b.state());
      expectSame(kept, before);
    });

    test('only the weights of the set change, and going back is a step as before', async () => {
      const trainer = await begin();
      const [first] = trainer.weights;
      const all: TrainableSet = { trainable: new Set(trainer.weights), settled: new Set() };
      for (const settled of [new Set<string>(), new Set([first!])]) {
        await trainer.setTrainable({ trainable: new Set(trainer.weights.slice(1)), settled });
        const before = await trainer.state();
        await trainer.step(batch(5, trainer.stepSize), hyper);
        const after = await trainer.state();
        const changed = trainer.weights.filter(each => differs(before, after, `weight/${each}`));
        expect(changed).toEqual(trainer.weights.slice(1));
        await trainer.setTrainable(all);
        expectSame(await trainer.state(), after);
        await trainer.step(batch(6, trainer.stepSize), hyper);
        expect(differs(after, await trainer.state(), `weight/${first}`)).toBe(true);
      }
    });

    test('a set that leaves nothing to train, or names no weight, is a UserError and changes nothing', async () => {
      const trainer = await begin();
      const none: TrainableSet = { trainable: new Set(), settled: new Set(trainer.weights) };
      await expect(trainer.setTrainable(none)).rejects.toThrow(UserError);
      await expect(trainer.setTrainable({ trainable: new Set(['nobody']), settled: new Set() })).rejects.toThrow(
        /nobody/,
      );
      expect((await trainer.step(batch(1, trainer.stepSize), hyper)).notFinite).toBeNull();
    });

    test('numbers that are not finite are reported, and the state from before is kept', async () => {
      const trainer = await begin();
      await trainer.step(batch(1, trainer.stepSize), hyper);
      const before = await trainer.state();
      const images = batch(2, trainer.stepSize);
      images.images[0] = Number.NaN;
      const seen = await trainer.step(images, hyper);
      expect(seen.notFinite?.name).toMatch(/\w/);
      expectSame(await trainer.state(), before);
      const wild = await trainer.step(batch(2, trainer.stepSize), { learningRate: 1e38 });
      if (wild.notFinite) expectSame(await trainer.state(), before);
    });

    test('a diverging learning rate ends in a report with the last finite state', async () => {
      const trainer = await begin();
      let last = await trainer.state();
      for (let i = 0; i < 200; i++) {
        const { notFinite } = await trainer.step(batch(i, trainer.stepSize), { learningRate: 10 ** i });
        if (notFinite) {
          expectSame(await trainer.state(), last);
          for (const { data } of last.tensors.values()) expect(data.every(Number.isFinite)).toBe(true);
          return;
        }
        last = await trainer.state();
      }
      expect.fail('learning rates up to 1e199 and everything is finite');
    });

    test('a state of another network is a UserError', async () => {
      const trainer = await begin();
      const state = await trainer.state();
      const tensors = new Map(state.tensors);
      tensors.delete(`weight/${trainer.weights[0]}`);
      await expect(trainer.load({ ...state, tensors })).rejects.toThrow(UserError);
      const other = new Map(state.tensors).set(`weight/${trainer.weights[0]}`, { dims: [1], data: Float32Array.of(1) });
      await expect(trainer.load({ ...state, tensors: other })).rejects.toThrow(UserError);
      expectSame(await trainer.state(), state);
    });

    test('evaluation agrees with its own scores, takes any number of images, and changes nothing', async () => {
      const trainer = await begin();
      for (let i = 0; i < 3; i++) await trainer.step(batch(i, trainer.stepSize), hyper);
      const before = await trainer.state();
      for (const count of [1, 3, trainer.stepSize + 1]) {
        const images = batch(9, count);
        const { logits, loss, correct, ...rest } = await trainer.evaluate(images);
        expect(rest.count).toBe(count);
        expect(logits.length).toBe(count * classes);
        const expected = crossEntropy(logits, images, classes);
        expect(loss).toBeCloseTo(expected.loss, 5);
        expect(correct).toBe(expected.correct);
      }
      expectSame(await trainer.state(), before);
    });

    test('a label that the network has no output for is a UserError', async () => {
      const trainer = await begin();
      const images = batch(1, trainer.stepSize);
      const labels = new Int32Array(trainer.stepSize).fill(classes);
      await expect(trainer.step({ ...images, targets: { kind: 'labels', labels } }, hyper)).rejects.toThrow(UserError);
    });

    test('calls take their turn, and closing twice is harmless', async () => {
      const [a, b] = [await begin(), await begin()];
      const batches = [1, 2, 3].map(seed => batch(seed, a.stepSize));
      await Promise.all(batches.map(each => a.step(each, hyper)));
      for (const each of batches) await b.step(each, hyper);
      expectSame(await a.state(), await b.state());
      await a.close();
      await a.close();
    });
  });
}

/** Images of noise, brighter by class in one stripe, so that even a linear model can tell them apart. */
export function brightBatch(seed: number, count: number, imageDims: readonly number[], classes: number): Batch {
  const rng = seededRng(1000 + seed);
  const size = imageDims.reduce((product, each) => product * each, 1);
  const images = new Float32Array(count * size);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const label = (i + seed) % classes;
    labels[i] = label;
    for (let p = 0; p < size; p++)
      images[i * size + p] = 0.3 * (rng.uniform() - 0.5) + (p % classes === label ? 0.6 : 0);
  }
  return { images, count, targets: { kind: 'labels', labels } };
}

function oneHot({ targets }: Batch, classes: number): Float32Array {
  const labels = targets.kind === 'labels' ? [...targets.labels] : [];
  return Float32Array.from(labels.flatMap(label => Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0))));
}

function crossEntropy(logits: Float32Array, { targets }: Batch, classes: number) {
  const labels = targets.kind === 'labels' ? [...targets.labels] : [];
  let loss = 0;
  let correct = 0;
  labels.forEach((label, i) => {
    const row = [...logits.subarray(i * classes, (i + 1) * classes)];
    loss += Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0)) - row[label]!;
    if (row.indexOf(Math.max(...row)) === label) correct++;
  });
  return { loss: loss / labels.length, correct };
}

export const snapshot = ({ tensors, counters }: TrainingState): TrainingState => ({
  tensors: new Map([...tensors].map(([name, { dims, data }]) => [name, { dims: [...dims], data: data.slice() }])),
  counters: { ...counters },
});

export function expectSame(a: TrainingState, b: TrainingState): void {
  expect([...a.tensors.keys()]).toEqual([...b.tensors.keys()]);
  const different = [...a.tensors.keys()].filter(name => differs(a, b, name));
  expect(different).toEqual([]);
  expect(a.counters).toEqual(b.counters);
}

export function differs(a: TrainingState, b: TrainingState, name: string): boolean {
  const [x, y] = [a.tensors.get(name), b.tensors.get(name)];
  return !x || !y || x.data.length !== y.data.length || x.data.some((value, i) => !Object.is(value, y.data[i]));
}
