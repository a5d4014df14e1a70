/** The loop of a training, written once: what is trained, scored, kept and told, and in which order. */
import { median } from '../../stats/robust.ts';
import type { FreezingPhase } from '../freezing/phases.ts';
import type { TrainingRunner } from '../runner/runner.ts';
import { learningRateAt, type Schedule } from '../schedule/schedule.ts';
import type { Hyperparameters, TrainingState, WeightChoice } from '../trainer.ts';
import { added, type Course, noSums, type StepSums, scoredBy, start } from './course.ts';
import type { TrainingEvent } from './event.ts';
import { epochFinished, phaseFinished, stepsTaken, unreadableTold } from './records.ts';
import { notFinite, taken } from './stopped.ts';

export interface LoopPlan {
  readonly epochs: number;
  readonly schedule: Schedule;
  readonly phases: readonly FreezingPhase[];
  /** Decay of the moving average of the weights; null for none. */
  readonly emaDecay: number | null;
  /** Epochs from one scoring to the next; null for none at all. The last epoch is always scored. */
  readonly scoreEvery: number | null;
  readonly trainImages: number;
  readonly validationImages: number;
  /** Of what has the last word; 0 where the validation images have it. */
  readonly testImages: number;
  /** Time from one checkpoint to the next within an epoch. */
  readonly checkpointMs: number;
}

export interface LoopHooks {
  readonly emit: (event: TrainingEvent) => void;
  /** Keeps where the training is. */
  readonly checkpoint: (course: Course, state: TrainingState) => void;
  /** Keeps the weights of the best epoch so far. */
  readonly best: (state: TrainingState, weights: WeightChoice) => void;
  /** Aborted to end after the steps that run, with a checkpoint. */
  readonly finish: AbortSignal;
}

export interface LoopResult {
  readonly endedBy: 'epochs' | 'interrupted';
  readonly course: Course;
  readonly state: TrainingState;
}

/** How long one call of the runner is to take: short enough for a live display, long enough to cost nothing. */
const callMs = 1000;
const longestCall = 20;

/**
 * Goes on from `course` to the last epoch. The runner is where `course` says.
 * @throws UserError when a number is no longer finite, naming the step and the weight
 */
export async function trainingLoop(
  runner: TrainingRunner,
  plan: LoopPlan,
  from: Course,
  hooks: LoopHooks,
): Promise<LoopResult> {
  const { epochs, phases } = plan;
  const { batchesPerEpoch, stepSize, weights } = runner.info;
  const weightChoice: WeightChoice = plan.emaDecay === null ? 'last' : 'ema';
  const startedMs = performance.now();
  let course = from;
  let savedMs = startedMs;
  /** Steps of the last checkpoint; null where there is none. */
  let savedStep = from === start ? null : from.place.epoch * batchesPerEpoch + from.place.batch;
  const stepTimes = new Map<FreezingPhase, number[]>();
  const unfrozenStepMs = await unfrozenTime(runner, phases);
  taken(await runner.begin(course.place, epochs));
  hooks.emit({
    kind: 'training-started',
    epochs,
    batchesPerEpoch,
    stepSize,
    trainImages: plan.trainImages,
    validationImages: plan.scoreEvery === null ? 0 : plan.validationImages,
    testImages: plan.testImages,
    resumedFrom: course.place.epoch * batchesPerEpoch + course.place.batch,
  });

  const tellUnreadable = unreadableTold(hooks.emit);
  const here = (): Course => ({ ...course, wallMs: from.wallMs + performance.now() - startedMs });
  const checkpoint = async (known?: TrainingState): Promise<TrainingState> => {
    const state = known ?? taken(await runner.state());
    hooks.checkpoint(here(), state);
    savedMs = performance.now();
    savedStep = state.counters.steps;
    return state;
  };

  const call = async (phase: FreezingPhase, count: number): Promise<void> => {
    const { epoch, batch } = course.place;
    const first = epoch * batchesPerEpoch + batch;
    const hypers = Array.from({ length: count }, (_, i) => hyperAt(plan, first + i));
    const reports = taken(await runner.steps(hypers));
    const bad = reports.find(({ metrics }) => metrics.notFinite !== null);
    if (bad) throw notFinite(bad, epoch, hypers[reports.indexOf(bad)]?.learningRate ?? 0, savedStep);
    if (reports.length < count) throw new Error(`the data ended ${count - reports.length} batches early`);
    stepTimes.get(phase)?.push(...reports.map(({ stepMs }) => stepMs));
    course = { ...course, place: { epoch, batch: batch + count }, epoch: added(course.epoch, reports) };
    const learningRate = hypers.at(-1)?.learningRate ?? 0;
    hooks.emit(stepsTaken(course, reports, { step: first + count, learningRate, frozenShare: phase.frozenShare }));
  };

  const endEpoch = async (phase: FreezingPhase): Promise<TrainingState> => {
    const { epoch } = course.place;
    const last = epoch + 1 === epochs;
    const due = plan.scoreEvery !== null && (last || (epoch + 1) % plan.scoreEvery === 0);
    const score = due ? taken(await runner.evaluate(weightChoice)) : null;
    const record = epochFinished(here(), score && scoredBy(weightChoice, score), {
      epochs,
      step: (epoch + 1) * batchesPerEpoch,
      learningRate: hyperAt(plan, (epoch + 1) * batchesPerEpoch - 1).learningRate,
      frozenShare: phase.frozenShare,
    });
    course = { ...course, place: { epoch: epoch + 1, batch: 0 }, epoch: noSums, epochs: [...course.epochs, record] };
    const state = taken(await runner.state());
    // The weights first: a checkpoint that says this epoch is the best must find them kept.
    if (record.best) hooks.best(state, weightChoice);
    hooks.emit(record);
    await checkpoint(state);
    tellUnreadable('training', taken(await runner.unreadable()), 'neighbours stand in for them');
    if (score) tellUnreadable('validation', score.unreadable, 'left out');
    return state;
  };
  const interrupted = (phase: FreezingPhase, state: TrainingState): LoopResult => {
    // The run that goes on takes no step of a phase that has none left, and so cannot tell its times.
    const { epoch, batch } = course.place;
    if (epoch * batchesPerEpoch + batch === phase.to * batchesPerEpoch)
      hooks.emit(phaseFinished(phase, stepTimes, unfrozenStepMs));
    return { endedBy: 'interrupted', state, course: here() };
  };

  let running: FreezingPhase | null = null;
  while (course.place.epoch < epochs) {
    const { epoch, batch } = course.place;
    const phase = phases.find(each => epoch >= each.from && epoch < each.to);
    if (!phase) throw new Error(`no phase for epoch ${epoch}`);
    if (phase !== running) {
      if (running) hooks.emit(phaseFinished(running, stepTimes, unfrozenStepMs));
      taken(await runner.setTrainable(phase.set));
      running = phase;
      stepTimes.set(phase, []);
      hooks.emit({
        kind: 'phase-started',
        epochs: [phase.from + 1, phase.to],
        trainable: phase.set.trainable.size,
        weights: weights.length,
        frozenShare: phase.frozenShare,
      });
    }
    if (batch < batchesPerEpoch) {
      await call(phase, Math.min(callSize(course.epoch), batchesPerEpoch - batch));
      if (hooks.finish.aborted) return interrupted(phase, await checkpoint());
      if (performance.now() - savedMs >= plan.checkpointMs) await checkpoint();
    } else {
      const state = await endEpoch(phase);
      if (hooks.finish.aborted && course.place.epoch < epochs) return interrupted(phase, state);
    }
  }
  if (running) hooks.emit(phaseFinished(running, stepTimes, unfrozenStepMs));
  return { endedBy: 'epochs', state: taken(await runner.state()), course: here() };
}

/** The average follows closely at first, when the weights are still far from where they will be. */
function hyperAt({ schedule, emaDecay }: LoopPlan, step: number): Hyperparameters {
  const learningRate = learningRateAt(schedule, step);
  return emaDecay === null
    ? { learningRate }
    : { learningRate, emaDecay: Math.min(emaDecay, (1 + step) / (10 + step)) };
}

function callSize({ steps, stepMs, waitedMs }: StepSums): number {
  if (steps === 0) return 1;
  return Math.max(1, Math.min(longestCall, Math.round((callMs * steps) / (stepMs + waitedMs))));
}

/** Null when every phase trains everything. */
async function unfrozenTime(runner: TrainingRunner, phases: readonly FreezingPhase[]): Promise<number | null> {
  const { weights } = runner.info;
  if (phases.every(({ set }) => set.trainable.size === weights.length)) return null;
  return median(taken(await runner.time({ trainable: new Set(weights), settled: new Set() }, 5)));
}
