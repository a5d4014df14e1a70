/** Scores of models on the proxy images, on those kept for confirm, or on all: top-1, or agreement with the dense model. */
import { normalizationName } from '../data/normalize.ts';
import type { Split } from '../data/subset.ts';
import { type Attempt, complete, type Failure, failed } from '../errors/failure.ts';
import { type Whereabouts, whereabouts } from '../host/environment.ts';
import type { PixelReading } from '../images/pixel-reading.ts';
import { seededRng, shuffled } from '../random/rng.ts';
import { denseVerdict, type ReadingScore, readings, sameClassVerdict, worthASecondLook } from './check-dense.ts';
import type { ScoreAnswer, StoppingRule, Truth } from './messages.ts';
import { type ClassScored, partialScoreOf, scoreOf } from './score.ts';
import type { Score, ScoreBudget, Scored, Scorer, Stopping } from './scorer.ts';

export interface ScoringOptions {
  readonly objective: Scorer['objective'];
  /** The path of the dense model. */
  readonly modelPath: string;
  /** The width of its output. */
  readonly classes: number;
  /** Positions among the prepared images. */
  readonly split: Split;
  /** One output index per prepared image; null without labels. */
  readonly labels: Int32Array | null;
  /** Outputs that count beside the labelled one. */
  readonly furtherHeads: number;
  readonly reading: PixelReading;
  readonly run: (
    model: string,
    positions: Int32Array,
    reading: PixelReading,
    labels: Int32Array | null,
    timeoutMs: number,
    stopping?: StoppingRule,
  ) => Promise<Attempt<ScoreAnswer>>;
}

type ClassScore = ClassScored & Whereabouts;

export interface Scoring {
  accuracy(path: string, budget: ScoreBudget): Promise<Attempt<Score>>;
  /** The score of the dense model, computed once per set of images. */
  dense(budget: ScoreBudget): Promise<Attempt<Score>>;
  /** What looks wrong with the dense model on the proxy set, in a sentence or two; null when nothing does. */
  checkDense(timeoutMs: number): Promise<string | null>;
}

/** Other readings of the pixels are tried on this many images. */
const secondLookImages = 128;

export function scoring(options: ScoringOptions): Scoring {
  const { objective, modelPath, classes, split, labels, reading, run } = options;
  const all = Int32Array.from([...split.proxy, ...split.rest]).sort();
  const positionsOf = { proxy: split.proxy, confirm: split.rest, all };
  const labelsAt = (positions: Int32Array): Int32Array | null => labels && positions.map(at => labels[at] ?? 0);

  const denseAnswers = new Map<ScoreBudget['images'], ScoreAnswer>();
  const denseAnswer = async ({ images, timeoutMs }: ScoreBudget): Promise<Attempt<ScoreAnswer>> => {
    const known = denseAnswers.get(images);
    if (known) return complete(known);
    const positions = positionsOf[images];
    const answer = await run(modelPath, positions, reading, labelsAt(positions), timeoutMs);
    if (answer.state === 'complete') denseAnswers.set(images, answer.value);
    return answer;
  };

  /** Labels are for the first head; of the others what the dense model says is right. */
  const truthOf = async (budget: ScoreBudget): Promise<Attempt<Truth>> => {
    const known = objective === 'agreement' ? null : labelsAt(positionsOf[budget.images]);
    const among = objective === 'top5' ? { among: 5 } : {};
    if (known && options.furtherHeads === 0) return complete({ classes: known, ...among, further: [] });
    const answer = await denseAnswer(budget);
    if (answer.state === 'failed') return answer;
    return complete({ classes: known ?? answer.value.predictions, ...among, further: answer.value.further });
  };

  /** The images in random order, so that those seen first stand for all; what is given up keeps their places. */
  const accuracyOrNot = async (
    path: string,
    { images, timeoutMs }: ScoreBudget,
    truth: Truth,
    stopping: Stopping,
  ): Promise<Attempt<ClassScore>> => {
    const known = await dense({ images, timeoutMs });
    if (known.state === 'failed') return known;
    const places = randomOrder(positionsOf[images].length);
    const positions = places.map(at => positionsOf[images][at] ?? 0);
    const inOrder = (said: ArrayLike<number>): Int32Array => places.map(at => said[at] ?? 0);
    const rule: StoppingRule = {
      ...stopping,
      truth: { ...truth, classes: inOrder(truth.classes), further: truth.further.map(inOrder) },
      dense: Uint8Array.from(places, at => known.value.correct[at] ?? 0),
    };
    const answer = await run(path, positions, reading, labelsAt(positions), timeoutMs, rule);
    if (answer.state === 'failed') return answer;
    if (answer.value.classes !== classes) return otherClasses(answer.value.classes);
    return complete(takenAt(partialScoreOf(answer.value, places, rule, known.value), answer.value));
  };

  const otherClasses = (found: number): Failure =>
    failed('runtime-rejected', `expected ${classes} classes as in the dense model, found ${found}`);

  const accuracy = async (path: string, { images, timeoutMs, stopping }: ScoreBudget): Promise<Attempt<ClassScore>> => {
    const start = performance.now();
    const truth = await truthOf({ images, timeoutMs });
    if (truth.state === 'failed') return truth;
    const positions = positionsOf[images];
    const left = Math.max(1, timeoutMs - (performance.now() - start));
    if (stopping) return accuracyOrNot(path, { images, timeoutMs: left }, truth.value, stopping);
    const answer = await run(path, positions, reading, labelsAt(positions), left);
    if (answer.state === 'failed') return answer;
    if (answer.value.classes !== classes) return otherClasses(answer.value.classes);
    return complete(takenAt(scoreOf(answer.value, truth.value), answer.value));
  };

  const dense = async (budget: ScoreBudget): Promise<Attempt<ClassScore>> => {
    const truth = await truthOf(budget);
    if (truth.state === 'failed') return truth;
    const answer = await denseAnswer(budget);
    return answer.state === 'failed' ? answer : complete(takenAt(scoreOf(answer.value, truth.value), answer.value));
  };

  /** Every other reading of some of the proxy images, and which of them those are. */
  const otherReadings = async (
    truth: Int32Array,
    timeoutMs: number,
  ): Promise<{ few: Int32Array; others: ReadingScore[] }> => {
    const few = spread(split.proxy.length, secondLookImages);
    const positions = few.map(at => split.proxy[at] ?? 0);
    const fewTruth = few.map(at => truth[at] ?? 0);
    const others: ReadingScore[] = [];
    for (const other of readings) {
      if (other.normalize === reading.normalize && other.channels === reading.channels) continue;
      const answer = await run(modelPath, positions, other, null, timeoutMs);
      if (answer.state === 'complete')
        others.push({ reading: other, correct: scoreOf(answer.value, { classes: fewTruth, further: [] }).correct });
    }
    return { few, others };
  };

  const checkDense = async (timeoutMs: number): Promise<string | null> => {
    const score = await dense({ images: 'proxy', timeoutMs });
    if (score.state === 'failed') return `The dense model cannot be scored: ${score.detail}.`;
    const used = `${normalizationName(reading.normalize)}${reading.channels === 'bgr' ? ', BGR' : ''}`;
    const truth = objective === 'agreement' ? null : labelsAt(split.proxy);
    if (!truth) return sameClassVerdict(score.value.predictions, used);
    if (!worthASecondLook(score.value, classes)) return null;
    const { few, others } = await otherReadings(truth, timeoutMs);
    const now = Uint8Array.from(few, at => score.value.correct[at] ?? 0);
    return denseVerdict({ score: score.value, labels: truth, classes, used, now, others });
  };

  return { accuracy, dense, checkDense };
}

/** Whoever runs the models says where, unless that is this machine. */
const takenAt = <T extends Scored>(scored: T, { where }: ScoreAnswer): T & Whereabouts => ({
  ...scored,
  ...(where ?? whereabouts()),
});

/** At most `wanted` positions of `0..length - 1`, evenly spread: neighbours may be of one class. */
function spread(length: number, wanted: number): Int32Array {
  const count = Math.min(length, wanted);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

/** The same for every candidate, so that batches which were filled once are filled for all. */
export const randomOrder = (count: number): Int32Array =>
  Int32Array.from(
    shuffled(
      Array.from({ length: count }, (_, i) => i),
      seededRng(count),
    ),
  );
