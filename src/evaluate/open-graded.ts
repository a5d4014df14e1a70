/** A scorer by grades, for whatever a network gives: how close it is to the dense model, or what the user's own metric says. */
import type { Dataset } from '../data/dataset.ts';
import { UserError } from '../errors/user-error.ts';
import { scratchFolder } from '../host/scratch-folder.ts';
import type { OpenInputs } from '../images/open-inputs.ts';
import type { ClassMetric, MetricChoice } from '../metric/choice.ts';
import { nameOf } from '../metric/metric.ts';
import { judgeByCommand } from './command-metric.ts';
import { type GradedImages, type GradeRequest, notPerImage } from './grade-messages.ts';
import { grading } from './grading.ts';
import { type Judging, type Opened, told } from './judging-images.ts';
import type { ModelRunner } from './model-runner.ts';
import type { OpenScorer, ScorerOptions } from './open-scorer.ts';
import { usable, usableMetric } from './usable.ts';

/** The program looks at the network by itself. */
export async function judgedByCommand(
  options: ScorerOptions,
  runner: ModelRunner,
  { words }: Extract<MetricChoice, { kind: 'command' }>,
  judging: Judging,
  opened: Opened,
): Promise<OpenScorer> {
  const { modelPath } = options;
  const scratch = scratchFolder();
  const stop = new AbortController();
  const judge = (model: string, positions: Int32Array, timeoutMs: number) =>
    judgeByCommand({
      ...{ words, model, timeoutMs, scratch: scratch.path, signal: stop.signal },
      isDense: model === modelPath,
      images: imagesAt(options.dataset, opened.inputs, positions),
    });
  const close = async (): Promise<void> => {
    stop.abort();
    scratch.remove();
    await runner.close();
  };
  const tried = await judge(modelPath, judging.split.proxy, options.loadTimeoutMs ?? 3_600_000);
  if (tried.state === 'failed') await close();
  const { facts } = usableMetric(words.join(' '), tried);
  return {
    objective: nameOf(facts),
    ...grading({ modelPath, split: judging.split, run: judge }),
    close,
    ...told(options, judging, opened, 0),
  };
}

/** Scores by grades, for whatever a network gives. */
export async function graded(
  options: ScorerOptions,
  runner: ModelRunner,
  outputs: readonly string[],
  metric: Exclude<MetricChoice, ClassMetric | { kind: 'command' }>,
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
    return { path: metric.path, ...imagesAt(dataset, inputs, positions) };
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

/** Names and labels of the images at these positions. */
function imagesAt({ ids, labels }: Dataset, { kept }: OpenInputs, positions: Int32Array): GradedImages {
  const at = Array.from(positions, position => kept[position] ?? 0);
  return {
    names: at.map(index => ids[index] ?? ''),
    labels: labels && Int32Array.from(at, index => labels[index] ?? 0),
  };
}
