/** A scorer that runs ONNX Runtime over prepared images, in a child process of this machine or on a device elsewhere. */
import type { Dataset } from '../data/dataset.ts';
import { labelsFor } from '../data/labels-for.ts';
import { UserError } from '../errors/user-error.ts';
import { openInputs } from '../images/open-inputs.ts';
import { asksForClasses } from '../metric/choice.ts';
import { type Judging, judgingOf, told } from './judging-images.ts';
import { type ModelRunner, startModelRunner } from './model-runner.ts';
import { graded, judgedByCommand } from './open-graded.ts';
import type { OpenScorer, ScorerOptions } from './open-scorer.ts';
import { type ScoringOptions, scoring } from './scoring.ts';
import { notUsable, usable } from './usable.ts';

export type { OpenScorer, ScorerInfo, ScorerOptions } from './open-scorer.ts';

/** How often, at least, a trial is looked at that may be given up. */
export const looks = 32;

/**
 * Checks that the dense model and the labels fit, and prepares the images for its input.
 *
 * @throws UserError when the model takes no image or gives no class scores, the labels do not fit its output, or the images
 *   cannot be prepared
 */
export async function openScorer(options: ScorerOptions): Promise<OpenScorer> {
  const runner = startModelRunner(options.host, options.heads, options.asker);
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
  const refuse = (detail: string): UserError => notUsable(name, detail);
  const inputs = await openInputs(dataset, takes, options.prepare, refuse, options.inputShape);
  if (inputs.count < 2)
    throw new UserError(`Cannot score on ${inputs.count} image: expected at least two.`, 'Give more images.');
  const batch = inputs.fixedBatch ?? options.scoreBatch ?? inputs.usualBatch;
  const judged = (labels: Int32Array | null): Judging => judgingOf(options, inputs, labels);
  const opened = { inputs, batch };
  if (metric.kind === 'command') return judgedByCommand(options, runner, metric, judged(null), opened);
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

/** One output index per image of the dataset; null without labels. */
function labelsThatFit(model: string, dataset: Dataset, classes: number): Int32Array | null {
  if (classes >= 2 && classes <= 65_535) return labelsFor(dataset, classes);
  throw new UserError(
    `Cannot score "${model}": its output is ${classes} wide, expected 2 to 65,535 classes.`,
    'Give an image classifier, or compare what it gives: --metric fidelity.',
  );
}
