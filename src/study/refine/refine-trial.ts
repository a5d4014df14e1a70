/** One member of the front refined: trained, judged by images that it was not trained on, and stored. */
import { packRefined } from '../../decompose/corrections/refined-weights.ts';
import type { Attempt } from '../../errors/failure.ts';
import type { Score } from '../../evaluate/scorer.ts';
import { rankfrontVersion } from '../../host/version.ts';
import { z95 } from '../../stats/normal.ts';
import { pairedAccuracy } from '../../stats/paired-answers.ts';
import type { Observation, StoredObservation } from '../../store/observation.ts';
import type { Refinement } from '../../store/refinement.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { refiningTemperature } from '../../train/refine/objective.ts';
import type { Refined, RefineHooks as RefineWatch } from '../../train/refine/refine-loop.ts';
import type { RefinerInfo } from '../../train/refine/refiner.ts';
import { accuracyObservation } from '../measure/observe.ts';
import { scoreTimeoutMs } from '../measure/run-budget.ts';
import { refineCandidate } from './refine-candidate.ts';
import type { RefineParts } from './refine-parts.ts';

export interface RefineTurn {
  readonly timeMs: number;
  readonly interrupted: () => boolean;
  readonly done: number;
  readonly total: number;
}

/** What goes wrong with it is told as a warning, and leaves the member as it was, to be tried again. */
export async function refineTrial(parts: RefineParts, trial: CompleteTrial, turn: RefineTurn): Promise<void> {
  const { store, emit } = parts;
  const startedMs = performance.now();
  const found = await refinementOf(parts, trial, turn);
  if (found === 'interrupted') return;
  if (typeof found === 'string') {
    emit({ kind: 'warning', trial: trial.number, message: `Trial ${trial.number} could not be refined: ${found}.` });
    return;
  }
  const { refinement, observation } = found;
  // What was gained before is not given up for a second try that gains nothing.
  const earlier = observation ? null : await store.trials.refinement(trial.id);
  if (earlier?.state !== 'refined') await store.queue.refine(trial.id, refinement, observation ? [observation] : []);
  const samples = await store.trials.samples(trial.id);
  const before = accuracyOf(samples, 'confirm');
  const now = observation ?? accuracyOf(samples, 'refined') ?? before;
  emit({
    kind: 'refined',
    trial: trial.number,
    state: refinement.state,
    detail: refinement.state === 'unchanged' ? refinement.detail : '',
    dropBefore: before?.drop ?? 0,
    drop: now?.drop ?? 0,
    halfWidth: z95 * (now?.dropStandardError ?? 0),
    wallMs: performance.now() - startedMs,
    done: turn.done,
    total: turn.total,
  });
}

type Accuracy = Extract<StoredObservation, { kind: 'accuracy' }>;

const accuracyOf = (samples: readonly StoredObservation[], phase: Accuracy['phase']): Accuracy | undefined =>
  samples.find((each): each is Accuracy => each.kind === 'accuracy' && each.phase === phase);

function passesOf({ emit }: RefineParts, { number: trial }: CompleteTrial, { interrupted }: RefineTurn): RefineWatch {
  let lossBefore = Number.NaN;
  return {
    begin: before => {
      lossBefore = before.loss;
    },
    epoch: ({ epoch: pass, epochs: passes, trainLoss, heldBack }) =>
      emit({ kind: 'refine-pass', trial, pass, passes, trainLoss, heldBackLoss: heldBack.loss, lossBefore }),
    interrupted,
  };
}

interface Found {
  readonly refinement: Refinement;
  /** Of the refined candidate on the confirm images; null where the trial stays as it was. */
  readonly observation: Extract<Observation, { kind: 'accuracy' }> | null;
}

/** Or why there is none, for people. */
async function refinementOf(
  parts: RefineParts,
  trial: CompleteTrial,
  turn: RefineTurn,
): Promise<Found | 'interrupted' | string> {
  const { store, study, instruments, calibration } = parts;
  const samples = await store.trials.samples(trial.id);
  const dense = await store.trials.get(study.id, 0);
  const ofDense = dense ? accuracyOf(await store.trials.samples(dense.id), 'confirm') : undefined;
  const searched = accuracyOf(samples, 'search');
  if (!ofDense || !accuracyOf(samples, 'confirm') || !searched)
    return turn.interrupted() ? 'interrupted' : 'it was not scored on the images held back';
  const correction = await store.trials.correction(trial.id);
  const built = await instruments.build(trial.assignment, 'refining.onnx', correction);
  if (built.state === 'failed') return built.detail;
  if (built.value.sha256 !== trial.modelSha256)
    return 'it is rebuilt in other bytes than those that were searched, so refine it where it was searched';
  const trained = await refineCandidate(
    { ...parts, seed: study.seed + trial.number },
    trial.assignment,
    built.value.path,
    { ...parts.budget, timeMs: turn.timeMs },
    passesOf(parts, trial, turn),
  );
  if (trained.state === 'failed') return turn.interrupted() ? 'interrupted' : trained.detail;
  const { refined, info } = trained.value;
  if (refined.state === 'interrupted') return 'interrupted';
  // Stored, it would pass for a member that gains nothing, and no later call would try it.
  if (refined.epochs === 0) return 'there was no time for one pass over the images';
  const kept = { facts: factsOf(refined, info, trial), packageVersion: rankfrontVersion() };
  const unchanged = (detail: string): Found => ({
    refinement: { ...kept, state: 'unchanged', detail },
    observation: null,
  });
  if (refined.state === 'no-better') return unchanged(refined.why);

  const model = instruments.builder.model(trial.assignment, correction);
  const content = packRefined(model, correction, refined.weights);
  const file = await instruments.build(trial.assignment, 'refined.onnx', content);
  if (file.state === 'failed') return file.detail;
  // Calibration images of another kind may be matched better at the cost of those that count: the images of the search say so.
  const onSearch = await scored(parts, file.value.path, 'proxy');
  if (onSearch.state === 'failed') return turn.interrupted() ? 'interrupted' : onSearch.detail;
  if (isWorse(searched, onSearch.value)) return unchanged('the images of the search were answered worse than before');
  const score = await scored(parts, file.value.path, 'confirm');
  if (score.state === 'failed') return turn.interrupted() ? 'interrupted' : score.detail;
  return {
    refinement: { ...kept, state: 'refined', modelSha256: file.value.sha256, content },
    observation: accuracyObservation(score.value, ofDense.correct),
  };

  function factsOf(
    { before, after, epochs, bestEpoch, steps, learningRate, wallMs }: Refined,
    { images, heldBack, batch, parameters, taps }: RefinerInfo,
    { number }: CompleteTrial,
  ): Refinement['facts'] {
    return {
      images,
      heldBack,
      imagesSha256: calibration.record.sha256,
      batch,
      parameters,
      intermediate: taps,
      temperature: refiningTemperature,
      learningRate,
      seed: study.seed + number,
      epochs,
      bestEpoch,
      steps,
      wallMs: Math.round(wallMs),
      lossBefore: before.loss,
      lossAfter: after.loss,
      headLossBefore: before.headLoss,
      headLossAfter: after.headLoss,
    };
  }
}

const scored = ({ instruments }: RefineParts, path: string, images: 'proxy' | 'confirm'): Promise<Attempt<Score>> =>
  instruments.scorer.accuracy(path, { images, timeoutMs: scoreTimeoutMs });

/** Beyond what chance explains, image by image. */
function isWorse(before: Accuracy, { correct }: Score): boolean {
  if (before.places || before.correct.length !== correct.length) return false;
  const { drop, standardError } = pairedAccuracy(before.correct, correct);
  return drop > z95 * standardError && drop > 0;
}
