/** The loop over the deterministic twin of the trainers, in this process. */
import { afterEach, describe, expect, test } from 'vitest';
import { type Course, start } from '../../../src/train/loop/course.ts';
import type { EpochFinished, TrainingEvent } from '../../../src/train/loop/event.ts';
import { type LoopPlan, type LoopResult, trainingLoop } from '../../../src/train/loop/loop.ts';
import { localRunner } from '../../../src/train/runner/local.ts';
import type { TrainingRunner } from '../../../src/train/runner/runner.ts';
import { scheduleOf } from '../../../src/train/schedule/schedule.ts';
import { softmaxRegression } from '../../../src/train/softmax-regression.ts';
import type { TrainableSet, TrainingState, WeightChoice } from '../../../src/train/trainer.ts';
import { expectSame } from '../contract.ts';
import { batchesPerEpoch, classes, imageDims, noiseLoader, noiseValidation, stepSize } from './noise.ts';

const epochs = 4;
const everything: TrainableSet = { trainable: new Set(['weight', 'bias']), settled: new Set() };
const plan: LoopPlan = {
  epochs,
  schedule: scheduleOf({
    curve: { kind: 'cosine', floor: 0 },
    peak: 0.01,
    stepsPerEpoch: batchesPerEpoch,
    epochs,
    warmUpEpochs: 1,
    rewindEpochs: null,
  }),
  phases: [{ from: 0, to: epochs, set: everything, frozenShare: 0 }],
  emaDecay: null,
  scoreEvery: 2,
  trainImages: 40,
  validationImages: 40,
  testImages: 0,
  checkpointMs: 0,
};

const opened: TrainingRunner[] = [];
afterEach(async () => {
  for (const runner of opened.splice(0)) await runner.close();
});
function open(): TrainingRunner {
  const runner = localRunner({
    trainer: softmaxRegression({ imageDims, classes, stepSize }),
    loader: noiseLoader(),
    validation: noiseValidation,
    imageDims,
    classes,
  });
  opened.push(runner);
  return runner;
}

interface Kept {
  readonly course: Course;
  readonly state: TrainingState;
}

interface Run {
  readonly result: LoopResult;
  readonly events: readonly TrainingEvent[];
  readonly checkpoints: readonly Kept[];
  readonly bests: readonly WeightChoice[];
}

async function run(
  given: Partial<LoopPlan> = {},
  from: Kept | null = null,
  watch: (event: TrainingEvent, stop: AbortController) => void = () => {},
): Promise<Run> {
  const runner = open();
  if (from) await runner.load(from.state);
  const [events, checkpoints, bests]: [TrainingEvent[], Kept[], WeightChoice[]] = [[], [], []];
  const stop = new AbortController();
  const result = await trainingLoop(runner, { ...plan, ...given }, from?.course ?? start, {
    emit: event => {
      events.push(event);
      watch(event, stop);
    },
    checkpoint: (course, state) => checkpoints.push({ course: structuredClone(course), state }),
    best: (_, weights) => bests.push(weights),
    finish: stop.signal,
  });
  return { result, events, checkpoints, bests };
}

const kinds = (events: readonly TrainingEvent[], kind: TrainingEvent['kind']): TrainingEvent[] =>
  events.filter(each => each.kind === kind);
const epochsOf = (events: readonly TrainingEvent[]): EpochFinished[] => kinds(events, 'epoch') as EpochFinished[];
/** What does not depend on the clock. */
const numbers = (events: readonly EpochFinished[]) =>
  events.map(({ epoch, step, learningRate, train, validation, best }) => ({
    epoch,
    step,
    learningRate,
    train,
    validation,
    best,
  }));

describe('the loop of a training', () => {
  test('takes every step of every epoch, scores when it is due and learns', async () => {
    const { result, events, bests } = await run();
    expect(result.endedBy).toBe('epochs');
    expect(result.state.counters.steps).toBe(epochs * batchesPerEpoch);
    const records = epochsOf(events);
    expect(records.map(({ epoch, step }) => [epoch, step])).toEqual([[1, 5], [2, 10], [3, 15], [4, 20]]); // biome-ignore format: a table
    expect(records.map(({ validation }) => validation?.images ?? 0)).toEqual([0, 40, 0, 40]);
    expect(records[3]!.train.loss).toBeLessThan(records[0]!.train.loss);
    expect(bests).toHaveLength(records.filter(({ best }) => best).length);
    // Warm-up to the peak, then down to nothing.
    const rates = kinds(events, 'steps').map(each => (each.kind === 'steps' ? each.learningRate : 0));
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.01);
    expect(rates.at(-1)!).toBeLessThan(0.001);
  });

  test('goes on from any checkpoint to the same end, bit for bit', async () => {
    const whole = await run();
    expect(whole.checkpoints.length).toBeGreaterThan(epochs);
    for (const kept of whole.checkpoints) {
      const again = await run({}, kept);
      expectSame(again.result.state, whole.result.state);
      expect(numbers(again.result.course.epochs)).toEqual(numbers(whole.result.course.epochs));
    }
  });

  test('stops after the steps that run, and goes on from there', async () => {
    const whole = await run();
    const first = await run({}, null, (event, stop) => event.kind === 'steps' && event.step >= 7 && stop.abort());
    expect(first.result.endedBy).toBe('interrupted');
    const kept = first.checkpoints.at(-1)!;
    expect(kept.course.place).toEqual(first.result.course.place);
    const second = await run({}, kept);
    expect(kinds(second.events, 'training-started')[0]).toMatchObject({ resumedFrom: kept.state.counters.steps });
    expectSame(second.result.state, whole.result.state);
  });

  test('tells a frozen phase, its times and those of the unfrozen step, and leaves what is frozen alone', async () => {
    const frozen = { trainable: new Set(['bias']), settled: new Set(['weight']) };
    const phases = [
      { from: 0, to: 3, set: everything, frozenShare: 0 },
      { from: 3, to: 4, set: frozen, frozenShare: 0.97 },
    ];
    const { events, checkpoints } = await run({ phases });
    const started = kinds(events, 'phase-started');
    expect(started).toMatchObject([
      { epochs: [1, 3], trainable: 2, weights: 2 },
      { epochs: [4, 4], trainable: 1, weights: 2, frozenShare: 0.97 },
    ]);
    for (const each of kinds(events, 'phase-finished')) {
      if (each.kind !== 'phase-finished') continue;
      expect(each.stepMs).toBeGreaterThan(0);
      expect(each.unfrozenStepMs).toBeGreaterThan(0);
    }
    const at = (epoch: number): Float32Array => {
      const kept = checkpoints.find(({ course }) => course.place.epoch === epoch && course.place.batch === 0);
      return kept!.state.tensors.get('weight/weight')!.data;
    };
    expect(at(4)).toEqual(at(3));
    expect(at(3)).not.toEqual(at(2));
  });

  test('stopped while it scores it takes no further step', async () => {
    const whole = await run();
    const first = await run({}, null, (event, stop) => event.kind === 'epoch' && event.epoch === 2 && stop.abort());
    expect(first.result).toMatchObject({ endedBy: 'interrupted', course: { place: { epoch: 2, batch: 0 } } });
    expect(first.checkpoints.at(-1)!.course.place).toEqual({ epoch: 2, batch: 0 });
    expectSame((await run({}, first.checkpoints.at(-1)!)).result.state, whole.result.state);
    const last = await run({}, null, (event, stop) => event.kind === 'epoch' && event.epoch === epochs && stop.abort());
    expect(last.result.endedBy).toBe('epochs');
  });

  test('stopped behind the last step of a phase it tells the times of that phase, which no other run takes', async () => {
    const frozen = { trainable: new Set(['bias']), settled: new Set(['weight']) };
    const phases = [
      { from: 0, to: 2, set: everything, frozenShare: 0 },
      { from: 2, to: 4, set: frozen, frozenShare: 0.97 },
    ];
    const stopped = await run(
      { phases },
      null,
      (event, stop) => event.kind === 'steps' && event.step >= 10 && stop.abort(),
    );
    expect(kinds(stopped.events, 'phase-finished')).toMatchObject([{ epochs: [1, 2], steps: 10 }]);
    const scoring = await run(
      { phases },
      null,
      (event, stop) => event.kind === 'epoch' && event.epoch === 2 && stop.abort(),
    );
    expect(kinds(scoring.events, 'phase-finished')).toMatchObject([{ epochs: [1, 2], steps: 10 }]);
    const inside = await run(
      { phases },
      null,
      (event, stop) => event.kind === 'steps' && event.step >= 4 && stop.abort(),
    );
    expect(kinds(inside.events, 'phase-finished')).toEqual([]);
  });

  test('tells of unreadable images of both parts once', async () => {
    const { events } = await run();
    expect(kinds(events, 'warning')).toMatchObject([
      { message: '2 training images are unreadable and neighbours stand in for them, for example b.jpg (damaged).' },
      { message: '1 validation images are unreadable and left out, for example v.jpg (cut short).' },
    ]);
  });

  test('ends with the step and the weight when a number is not finite, the last checkpoint kept', async () => {
    const kept: Course[] = [];
    const runner = open();
    const diverging = { ...plan, schedule: { ...plan.schedule, curve: { kind: 'constant' as const }, peak: 1e38 } };
    const work = trainingLoop(runner, diverging, start, {
      emit: () => {},
      checkpoint: course => kept.push(course),
      best: () => {},
      finish: new AbortController().signal,
    });
    await expect(work).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(
        /^The training diverged at step \d+ \(epoch \d\): the (loss|weight|gradient of the weight) .*"\w+".* is NaN or infinite\. The step was not taken/,
      ),
      wayOut: expect.stringContaining('Lower --lr'),
    });
    const saved = kept.at(-1)?.place;
    const said = saved
      ? `the checkpoint of step ${saved.epoch * batchesPerEpoch + saved.batch} stays`
      : 'no checkpoint yet';
    await expect(work).rejects.toThrow(said);
    for (const { place } of kept) expect(place.epoch * batchesPerEpoch + place.batch).toBeLessThan(20);
  });
});
