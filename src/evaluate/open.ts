/** A scorer that runs ONNX Runtime in a child process over prepared images. */
import type { Dataset } from '../data/dataset.ts';
import { labelsFor } from '../data/labels-for.ts';
import type { Normalization } from '../data/normalize.ts';
import { defaultProxyImages, type Split, splitProxy } from '../data/subset.ts';
import type { Attempt } from '../errors/failure.ts';
import { UserError } from '../errors/user-error.ts';
import { type OpenInputs, openInputs } from '../images/open-inputs.ts';
import type { PrepareOptions, UnreadableImage } from '../images/prepare.ts';
import { asksForClasses, type ClassMetric, type MetricChoice } from '../metric/choice.ts';
import { nameOf } from '../metric/metric.ts';
import type { SessionSettings } from '../runtime/session.ts';
import { type GradeRequest, notPerImage } from './grade-messages.ts';
import { grading } from './grading.ts';
import { type ModelRunner, startModelRunner } from './model-runner.ts';
import type { Scorer } from './scorer.ts';
import { type Scoring, type ScoringOptions, scoring } from './scoring.ts';

/** How often, at least, a trial is looked at that may be given up. */
export const looks = 32;

export interface ScorerOptions {
  /** The dense model. */
  readonly modelPath: string;
  /** What errors call it, where that is another file than the user's; by default its path. */
  readonly modelName?: string | undefined;
  /** The outputs that count, the labelled one first; by default the first that holds class scores. */
  readonly heads?: readonly string[] | undefined;
  readonly dataset: Dataset;
  /** What this host runs the models with. */
  readonly host: SessionSettings;
  /** Images per call where the model leaves it open; by default it follows from the size of the input. */
  readonly scoreBatch?: number | undefined;
  /** The size of the proxy set; 1,000 or half of the images by default, nine tenths at most. */
  readonly proxyImages?: number | undefined;
  /** Indices of images that judge nothing, such as those that candidates are calibrated with. */
  readonly setAside?: Int32Array | undefined;
  /** Seeds the choice of the proxy set. */
  readonly seed: number;
  /** By default `top1` when there are labels, else `agreement`. */
  readonly metric?: MetricChoice | undefined;
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
  readonly transform: object;
  readonly normalize: Normalization;
  /** Images per call. */
  readonly batch: number;
  /** For people: what was skipped, left out or cut. */
  readonly notes: readonly string[];
}

export interface OpenScorer extends Scorer, Scoring {
  /** Indices into the dataset, ascending; a score has one entry per index, in this order. */
  readonly proxyIndices: Int32Array;
  readonly confirmIndices: Int32Array;
  readonly info: ScorerInfo;
}

/**
 * Checks that the dense model and the labels fit, and prepares the images for its input.
 *
 * @throws UserError when the model takes no image or gives no class scores, the labels do not fit its output, or the images
 *   cannot be prepared
 */
export async function openScorer(options: ScorerOptions): Promise<OpenScorer> {
  const runner = startModelRunner(options.host, options.heads);
  try {
    return await open(options, runner);
  } catch (error) {
    await runner.close();
    throw error;
  }
}

async function open(options: ScorerOptions, runner: ModelRunner): Promise<OpenScorer> {
  const { modelPath, dataset } = options;
  const name = options.modelName ?? modelPath;
  const furtherHeads = Math.max(0, (options.heads?.length ?? 0) - 1);
  const { spec } = dataset;
  const loadMs = options.loadTimeoutMs ?? 120_000;
  const metric = options.metric ?? ({ kind: dataset.labels ? 'top1' : 'agreement' } as const);
  const objective = metric.kind;
  if ((objective === 'top1' || objective === 'top5') && !dataset.labels)
    throw new UserError(
      `Cannot score ${objective === 'top1' ? 'top-1' : 'top-5'}: the images have no labels.`,
      'Add a labels.csv (file,label per line), or use the metric agreement.',
    );

  const { inputs: takes, classes: declared, outputs } = usable(name, await runner.describe(modelPath, loadMs));
  // Whether the labels fit is said before minutes are spent on decoding, where the model says how wide its output is.
  if (declared !== null && asksForClasses(metric)) labelsThatFit(name, dataset, declared);
  const inputs = await openInputs(dataset, takes, options.prepare, detail => notUsable(name, detail));
  if (inputs.count < 2)
    throw new UserError(`Cannot score on ${inputs.count} image: expected at least two.`, 'Give more images.');
  const batch = inputs.fixedBatch ?? options.scoreBatch ?? inputs.usualBatch;
  const judged = (labels: Int32Array | null): Judging => judgingOf(options, inputs, labels);
  const opened = { inputs, batch };
  if (!asksForClasses(metric)) return graded(options, runner, outputs, metric, judged(null), opened);
  const run: ScoringOptions['run'] = (model, positions, reading, labels, timeoutMs, stopping) => {
    // Looked at `looks` times or more on the way, where it may be given up.
    const size = stopping && inputs.fixedBatch === null ? Math.min(batch, Math.ceil(positions.length / looks)) : batch;
    return runner.run(model, { inputs, positions, reading, batch: size }, labels, timeoutMs, stopping);
  };

  const { classes } = usable(name, await run(modelPath, Int32Array.of(0), spec, null, loadMs));
  const fitted = labelsThatFit(name, dataset, classes);
  const labels = fitted && inputs.kept.map(index => fitted[index] ?? 0);
  const judging = judged(labels);
  return {
    objective,
    ...scoring({ objective, modelPath, classes, split: judging.split, labels, furtherHeads, reading: spec, run }),
    close: () => runner.close(),
    ...told(options, judging, opened, classes),
  };
}

interface Opened {
  readonly inputs: OpenInputs;
  readonly batch: number;
}

/** Scores by grades, for whatever a network gives. */
async function graded(
  options: ScorerOptions,
  runner: ModelRunner,
  outputs: readonly string[],
  metric: Exclude<MetricChoice, ClassMetric>,
  judging: Judging,
  opened: Opened,
): Promise<OpenScorer> {
  const { modelPath, dataset } = options;
  const name = options.modelName ?? modelPath;
  const counted = [
    ...((metric.kind === 'fidelity' && metric.outputs) || new Map(outputs.map(each => [each, null]))),
  ].map(([each, rule]) => ({
    name: each,
    rule,
  }));
  const unknown = counted.find(each => !outputs.includes(each.name));
  if (unknown)
    throw new UserError(
      `Cannot compare the output "${unknown.name}" of "${name}": the network has no such output.`,
      `It has ${outputs.join(', ')}.`,
    );
  const { inputs } = opened;
  const loadMs = options.loadTimeoutMs ?? 120_000;
  const facts = metric.kind === 'module' ? usableMetric(metric.path, await runner.metric(metric.path, loadMs)) : null;
  const howFor = (positions: Int32Array) => ({ dense: modelPath, outputs: counted, own: ownOf(positions) });
  const ownOf = (positions: Int32Array): GradeRequest['own'] => {
    if (metric.kind !== 'module') return null;
    const at = Array.from(positions, position => inputs.kept[position] ?? 0);
    const labels = dataset.labels && Int32Array.from(at, index => dataset.labels?.[index] ?? 0);
    return { path: metric.path, names: at.map(index => dataset.ids[index] ?? ''), labels };
  };
  const part = (positions: Int32Array, batch: number) => ({
    inputs,
    positions,
    reading: dataset.spec,
    batch,
  });
  const two = Int32Array.of(0, 1);
  const tryOut = (batch: number) => runner.grade(modelPath, part(two, batch), howFor(two), loadMs);
  const first = await tryOut(2);
  const oneByOne = first.state === 'failed' && first.detail.startsWith(notPerImage) && inputs.fixedBatch === null;
  const tried = oneByOne ? await tryOut(1) : first;
  if (metric.kind === 'module') usableMetric(metric.path, tried);
  else usable(name, tried);
  const batch = oneByOne ? 1 : opened.batch;
  return {
    objective: facts ? nameOf(facts) : metric.kind,
    ...grading({
      modelPath,
      split: judging.split,
      run: (model, positions, timeoutMs) => runner.grade(model, part(positions, batch), howFor(positions), timeoutMs),
    }),
    close: () => runner.close(),
    ...told(options, judging, { ...opened, batch }, 0),
  };
}

/** @throws UserError that says what is wrong with the metric */
function usableMetric<T>(path: string, attempt: Attempt<T>): T {
  if (attempt.state === 'complete') return attempt.value;
  throw new UserError(
    `Cannot judge by "${path}": ${attempt.detail}.`,
    'Mend the metric; docs/metrics.md says what a module exports.',
  );
}

interface Judging {
  readonly split: Split;
  /** How many proxy images were asked for. */
  readonly wanted: number;
}

function judgingOf(
  { setAside, proxyImages, seed }: ScorerOptions,
  { kept }: OpenInputs,
  labels: Int32Array | null,
): Judging {
  const aside = new Set(setAside);
  const judging = Int32Array.from([...kept.keys()].filter(at => !aside.has(kept[at] ?? 0)));
  const wanted = proxyImages ?? defaultProxyImages(judging.length);
  return { split: splitAmong(judging, labels, wanted, seed), wanted };
}

/** What is told of the images. */
function told(
  { dataset }: ScorerOptions,
  { split, wanted }: Judging,
  { inputs, batch }: Opened,
  classes: number,
): Pick<OpenScorer, 'proxyIndices' | 'confirmIndices' | 'info'> {
  const { count, unreadable, kept, transform } = inputs;
  const indices = (positions: Int32Array): Int32Array => positions.map(at => kept[at] ?? 0);
  return {
    proxyIndices: indices(split.proxy),
    confirmIndices: indices(split.rest),
    info: {
      datasetHash: dataset.hash,
      images: count,
      unreadable,
      classes,
      transform,
      normalize: dataset.spec.normalize,
      batch,
      notes: notesOf(dataset, unreadable, wanted, split),
    },
  };
}

/** As `splitProxy`, among the positions `judging`. */
function splitAmong(judging: Int32Array, labels: Int32Array | null, wanted: number, seed: number): Split {
  const { proxy, rest } = splitProxy(labels && judging.map(at => labels[at] ?? 0), judging.length, wanted, seed);
  const positions = (chosen: Int32Array): Int32Array => chosen.map(i => judging[i] ?? 0);
  return { proxy: positions(proxy), rest: positions(rest) };
}

/** One output index per image of the dataset; null without labels. */
function labelsThatFit(model: string, dataset: Dataset, classes: number): Int32Array | null {
  if (classes >= 2 && classes <= 65_535) return labelsFor(dataset, classes);
  throw new UserError(
    `Cannot score "${model}": its output is ${classes} wide, expected 2 to 65,535 classes.`,
    'Give an image classifier, or compare what it gives: --metric fidelity.',
  );
}

/** The value, or a UserError that says why the model cannot be scored. */
function usable<T>(model: string, attempt: Attempt<T>): T {
  if (attempt.state === 'complete') return attempt.value;
  throw notUsable(model, attempt.detail, attempt.reason);
}

function notUsable(model: string, detail: string, reason?: string): UserError {
  const wayOut =
    reason === 'not-finite'
      ? 'Check its weights, or the normalisation of the images.'
      : detail.startsWith('the runtime cannot')
        ? 'Check that onnxruntime runs it: rankfront profile.'
        : 'Give a network with one input N x 3 x H x W, or ready inputs (npz:FILE). Where it gives no class scores, add --metric fidelity.';
  return new UserError(`Cannot score "${model}": ${detail}.`, wayOut);
}

function notesOf(
  dataset: Dataset,
  unreadable: readonly UnreadableImage[],
  wanted: number,
  { proxy, rest }: Split,
): string[] {
  const notes = [...dataset.notes];
  if (unreadable.length > 0) {
    const shown = unreadable.slice(0, 5).map(({ id, reason }) => `${id} (${reason})`);
    notes.push(
      `${unreadable.length} of ${dataset.count} images are unreadable and skipped: ${shown.join('; ')}${unreadable.length > 5 ? '; ...' : ''}.`,
    );
  }
  if (wanted > proxy.length)
    notes.push(`${proxy.length} proxy images in place of ${wanted}: the other ${rest.length} are kept for confirm.`);
  return notes;
}
