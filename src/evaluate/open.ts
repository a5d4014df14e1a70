/** A scorer that runs ONNX Runtime in a child process over prepared images. */
import type { Dataset } from '../data/dataset.ts';
import { labelsFor } from '../data/labels-for.ts';
import { type Normalization, normalizationName, normalizationTable } from '../data/normalize.ts';
import { resolveTransform } from '../data/resolve-transform.ts';
import { defaultProxyImages, splitProxy } from '../data/subset.ts';
import type { Transform } from '../data/transform.ts';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { UserError } from '../errors/user-error.ts';
import { type Child, startChild } from '../workers/child.ts';
import { entryUrl } from '../workers/entry.ts';
import { batchSizeFor } from './batch-size.ts';
import {
  denseVerdict,
  type Reading,
  type ReadingScore,
  readings,
  sameClassVerdict,
  worthASecondLook,
} from './check-dense.ts';
import type { ImageBatchSource, ModelInterface, ScoreAnswer, ScoreRequest, SessionSettings } from './messages.ts';
import { type PrepareOptions, prepare, type UnreadableImage } from './prepare.ts';
import { scoreOf } from './score.ts';
import type { Score, ScoreBudget, Scorer } from './scorer.ts';

export interface ScorerOptions {
  /** The dense model. */
  readonly modelPath: string;
  readonly dataset: Dataset;
  readonly hardware: SessionSettings;
  /** Images per call where the model leaves it open; by default it follows from the size of the input. */
  readonly scoreBatch?: number | undefined;
  /** The size of the proxy set; 1,000 or half of the images by default, nine tenths at most. */
  readonly proxyImages?: number | undefined;
  /** Seeds the choice of the proxy set. */
  readonly seed: number;
  /** By default `top1` when there are labels, else `agreement`. */
  readonly objective?: Scorer['objective'] | undefined;
  /** Where prepared images are kept, and what is called while they are made. */
  readonly prepare?: PrepareOptions | undefined;
  /** The longest that loading the model and a first call may take; 2 minutes by default. */
  readonly loadTimeoutMs?: number | undefined;
}

export interface ScorerInfo {
  /** SHA-256 of the data, see `Dataset`. */
  readonly datasetHash: string;
  /** Readable images. */
  readonly images: number;
  readonly unreadable: readonly UnreadableImage[];
  /** The width of the output. */
  readonly classes: number;
  readonly transform: Transform;
  readonly normalize: Normalization;
  /** Images per call. */
  readonly batch: number;
  /** For people: what was skipped, left out or cut. */
  readonly notes: readonly string[];
}

export interface OpenScorer extends Scorer {
  /** The score of the dense model, computed once per set of images. */
  dense(budget: ScoreBudget): Promise<Attempt<Score>>;
  /** What looks wrong with the dense model on the proxy set, in a sentence or two; null when nothing does. */
  checkDense(timeoutMs: number): Promise<string | null>;
  /** Indices into the dataset, ascending; a score has one entry per index, in this order. */
  readonly proxyIndices: Int32Array;
  readonly confirmIndices: Int32Array;
  readonly info: ScorerInfo;
}

const recycleAfter = 50;

/**
 * Prepares the images for the input of the dense model and checks that the two fit.
 *
 * @throws UserError when the model takes no image or gives no class scores, the labels do not fit its output, or the images
 *   cannot be prepared
 */
export async function openScorer(options: ScorerOptions): Promise<OpenScorer> {
  const child = startChild({ entry: entryUrl('score-child', import.meta.url), recycleAfter });
  try {
    return await open(options, child);
  } catch (error) {
    await child.close();
    throw error;
  }
}

async function open(options: ScorerOptions, child: Child): Promise<OpenScorer> {
  const { modelPath, dataset, seed } = options;
  const { provider, threads, graphOptimization } = options.hardware;
  const session: SessionSettings = { provider, threads, graphOptimization };
  const { spec } = dataset;
  const loadMs = options.loadTimeoutMs ?? 120_000;
  const ask = <T>(request: ScoreRequest, timeoutMs: number): Promise<Attempt<T>> =>
    child.request<T>(request, timeoutMs);

  const { input } = usable<ModelInterface>(
    modelPath,
    await ask({ kind: 'describe', model: modelPath, session }, loadMs),
  );
  const transform = resolveTransform(spec, input.height, input.width);
  const prepared = await prepare(dataset, transform, options.prepare);
  if (prepared.count < 2)
    throw new UserError(`Cannot score on ${prepared.count} image: expected at least two.`, 'Give more images.');
  const batch = input.batch ?? options.scoreBatch ?? batchSizeFor(transform.height, transform.width);

  const source = (
    positions: Int32Array,
    reading: { normalize: Normalization; channels: Reading['channels'] },
  ): ImageBatchSource => ({
    path: prepared.path,
    height: transform.height,
    width: transform.width,
    positions,
    table: normalizationTable(reading.normalize),
    channels: reading.channels,
  });
  const run = (model: string, images: ImageBatchSource, labels: Int32Array | null, timeoutMs: number) =>
    ask<ScoreAnswer>({ kind: 'score', model, session, images, batch, labels }, timeoutMs);

  const { classes } = usable<ScoreAnswer>(
    modelPath,
    await run(modelPath, source(Int32Array.of(0), spec), null, loadMs),
  );
  if (classes < 2 || classes > 65_535)
    throw new UserError(
      `Cannot score "${modelPath}": its output is ${classes} wide, expected 2 to 65,535 classes.`,
      'Give an image classifier.',
    );
  const fitted = labelsFor(dataset, classes);
  const labels = fitted && Int32Array.from(prepared.kept, index => fitted[index] ?? 0);
  const objective = options.objective ?? (labels ? 'top1' : 'agreement');
  if (objective === 'top1' && !labels)
    throw new UserError(
      'Cannot score top-1: the images have no labels.',
      'Add a labels.csv (file,label per line), or use the objective agreement.',
    );

  const wanted = options.proxyImages ?? defaultProxyImages(prepared.count);
  const { proxy, rest } = splitProxy(labels, prepared.count, wanted, seed);
  const all = Int32Array.from({ length: prepared.count }, (_, i) => i);
  const positionsOf = { proxy, confirm: rest, all };
  const pick = (positions: Int32Array): Int32Array | null => labels && positions.map(at => labels[at] ?? 0);

  const scored = async (model: string, { images, timeoutMs }: ScoreBudget): Promise<Attempt<Score>> => {
    const positions = positionsOf[images];
    const truth = objective === 'top1' ? pick(positions) : null;
    const start = performance.now();
    const reference = truth ? null : await densePredictions(images, timeoutMs);
    if (reference?.state === 'failed') return reference;
    const result = await run(model, source(positions, spec), pick(positions), timeoutMs - (performance.now() - start));
    if (result.state === 'failed') return result;
    if (result.value.classes !== classes)
      return failed(
        'runtime-rejected',
        `expected ${classes} classes as in the dense model, found ${result.value.classes}`,
      );
    return complete(scoreOf(result.value, truth ?? reference?.value ?? []));
  };

  const predictionsOf = new Map<ScoreBudget['images'], Uint16Array>();
  const densePredictions = async (images: ScoreBudget['images'], timeoutMs: number): Promise<Attempt<Uint16Array>> => {
    const known = predictionsOf.get(images);
    if (known) return complete(known);
    const result = await run(modelPath, source(positionsOf[images], spec), null, timeoutMs);
    if (result.state === 'failed') return result;
    predictionsOf.set(images, result.value.predictions);
    return complete(result.value.predictions);
  };

  const denseScores = new Map<ScoreBudget['images'], Score>();
  const dense = async (budget: ScoreBudget): Promise<Attempt<Score>> => {
    const known = denseScores.get(budget.images);
    if (known) return complete(known);
    const result = await scored(modelPath, budget);
    if (result.state === 'complete') denseScores.set(budget.images, result.value);
    return result;
  };

  const checkDense = async (timeoutMs: number): Promise<string | null> => {
    const score = await dense({ images: 'proxy', timeoutMs });
    if (score.state === 'failed') return `The dense model cannot be scored: ${score.detail}.`;
    const used = `${normalizationName(spec.normalize)}${spec.channels === 'bgr' ? ', BGR' : ''}`;
    const proxyLabels = pick(proxy);
    if (objective === 'agreement' || !proxyLabels) return sameClassVerdict(score.value.predictions, used);
    if (!worthASecondLook(score.value, classes)) return null;
    const few = spread(proxy, secondLookImages);
    const others: ReadingScore[] = [];
    for (const reading of readings) {
      if (reading.normalize === spec.normalize && reading.channels === spec.channels) continue;
      const result = await run(
        modelPath,
        source(
          few.map(at => proxy[at] ?? 0),
          reading,
        ),
        null,
        timeoutMs,
      );
      if (result.state === 'complete')
        others.push({
          reading,
          correct: scoreOf(
            result.value,
            few.map(at => proxyLabels[at] ?? 0),
          ).correct,
        });
    }
    const now = Uint8Array.from(few, at => score.value.correct[at] ?? 0);
    return denseVerdict({ score: score.value, labels: proxyLabels, classes, used, now, others });
  };

  const indices = (positions: Int32Array): Int32Array => positions.map(at => prepared.kept[at] ?? 0);
  return {
    objective,
    accuracy: scored,
    dense,
    checkDense,
    close: () => child.close(),
    proxyIndices: indices(proxy),
    confirmIndices: indices(rest),
    info: {
      datasetHash: dataset.hash,
      images: prepared.count,
      unreadable: prepared.unreadable,
      classes,
      transform,
      normalize: spec.normalize,
      batch,
      notes: notesOf(dataset, prepared.unreadable, wanted, proxy.length, prepared.count),
    },
  };
}

/** The value, or a UserError that says why the model cannot be scored. */
function usable<T>(modelPath: string, attempt: Attempt<T>): T {
  if (attempt.state === 'complete') return attempt.value;
  const wayOut =
    attempt.reason === 'not-finite'
      ? 'Check its weights, or the normalisation of the images.'
      : 'Give an image classifier with one input N x 3 x H x W and class scores as output.';
  throw new UserError(`Cannot score "${modelPath}": ${attempt.detail}.`, wayOut);
}

const secondLookImages = 128;

/** `wanted` positions of `0..length - 1`, evenly spread: neighbours may be of one class. */
function spread({ length }: ArrayLike<number>, wanted: number): Int32Array {
  const count = Math.min(length, wanted);
  return Int32Array.from({ length: count }, (_, i) => Math.floor((i * length) / count));
}

function notesOf(
  dataset: Dataset,
  unreadable: readonly UnreadableImage[],
  wanted: number,
  proxyImages: number,
  count: number,
): string[] {
  const notes = [...dataset.notes];
  if (unreadable.length > 0) {
    const shown = unreadable.slice(0, 5).map(({ id, reason }) => `${id} (${reason})`);
    notes.push(
      `${unreadable.length} of ${dataset.count} images are unreadable and skipped: ${shown.join('; ')}${unreadable.length > 5 ? '; ...' : ''}.`,
    );
  }
  if (wanted > proxyImages)
    notes.push(
      `${proxyImages} proxy images in place of ${wanted}: of ${count} images, ${count - proxyImages} are kept for confirm.`,
    );
  return notes;
}
