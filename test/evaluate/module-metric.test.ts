/** Metrics of users, run by the scorer: the worked examples of the documentation, and metrics that go wrong. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/data/open.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import { type OpenScorer, openScorer } from '../../src/evaluate/open.ts';
import { parseMetric } from '../../src/metric/choice.ts';
import { figureOf, metricNamed } from '../../src/metric/metric.ts';
import type { Shape } from '../../src/onnx/graph.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { floats, npz } from '../data/tensors/numpy.ts';
import { buildModel } from '../onnx/build.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const example = (name: string): string => join(import.meta.dirname, '..', '..', 'docs', 'examples', 'metrics', name);
const host = { provider: 'cpu', threads: 1, graphOptimization: 'all' } as const;

/** A network that gives what it is given, under the name that a metric asks for. */
function echo(output: string, sizes: readonly number[]): string {
  const shape: Shape = ['N', ...sizes];
  const model = buildModel({
    inputs: [{ name: 'x', shape }],
    outputs: [{ name: output, shape }],
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: [output] }],
  });
  const path = at(`${output}.onnx`);
  writeFileSync(path, writeModel(model));
  return path;
}

async function scored(
  modelPath: string,
  items: readonly (readonly number[])[],
  sizes: readonly number[],
  metric: string,
  loadTimeoutMs = 60_000,
): Promise<{ readonly figure: number; readonly name: string; readonly standardError: number }> {
  const path = at(`${items.length}-${sizes.join('x')}.npz`);
  writeFileSync(path, npz({ x: floats([items.length, ...sizes], items.flat()) }));
  const dataset = await openDataset(parseDataSpec(`npz:${path}`));
  const scorer: OpenScorer = await openScorer({
    ...{ modelPath, dataset, host, seed: 1, loadTimeoutMs },
    metric: parseMetric(`module:${metric}`),
  });
  try {
    const score = await scorer.dense({ images: 'all', timeoutMs: 60_000 });
    if (score.state === 'failed') throw new Error(score.detail);
    const facts = metricNamed(scorer.objective);
    if (!facts) throw new Error('it has no name');
    const { accuracy, standardError } = score.value;
    return { figure: figureOf(facts, accuracy), name: scorer.objective, standardError };
  } finally {
    await scorer.close();
  }
}

const names = (count: number, sizes: string): string[] =>
  Array.from({ length: count }, (_, i) => `${count}-${sizes}.npz#${i}`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-metric-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the worked examples', () => {
  it('segmentation: intersection over union of masks', async () => {
    process.env.MASKS = folder;
    // Two classes at two places; of four images three are right and the last has its second place wrong.
    const items = [0, 0, 0, 1].map(wrong => [1, wrong, 0, 1 - wrong]);
    for (const name of names(4, '2x1x2')) writeFileSync(at(`${name}.mask.json`), JSON.stringify([0, 1]));
    const { figure, name, standardError } = await scored(
      echo('map', [2, 1, 2]),
      items,
      [2, 1, 2],
      example('segmentation-iou.mjs'),
    );
    // Class 0: 4 of 5 places; class 1: 3 of 4.
    expect(figure).toBeCloseTo((4 / 5 + 3 / 4) / 2, 5);
    expect(name).toBe('IoU [%, 1 to 0]');
    expect(standardError).toBeGreaterThan(0);
  });

  it('detection: average precision', async () => {
    process.env.BOXES = folder;
    const box = (x: number, score: number): number[] => [x, 0, 10, 10, score];
    // Two boxes per image, by rows; the true box is at 0.
    const image = (...boxes: number[][]): number[] => [0, 1, 2, 3, 4].flatMap(row => boxes.map(each => each[row] ?? 0));
    const items = [
      image(box(0, 0.9), box(50, 0.1)),
      image(box(50, 0.8), box(0, 0.7)),
      image(box(2, 0.6), box(50, 0.2)),
    ];
    for (const name of names(3, '5x2')) writeFileSync(at(`${name}.boxes.json`), '[[0, 0, 10, 10]]');
    const { figure } = await scored(echo('boxes', [5, 2]), items, [5, 2], example('detection-map.mjs'));
    // Hits at ranks 1, 3 and 4 of three truths: precisions 1, 3/4 (raised from 2/3) and 3/4.
    expect(figure).toBeCloseTo((1 + 0.75 + 0.75) / 3, 5);
  });

  it('regression: mean error, where lower is better', async () => {
    process.env.TRUTH = at('truth.json');
    const items = [[1], [2], [4], [8]];
    writeFileSync(at('truth.json'), JSON.stringify(Object.fromEntries(names(4, '1').map(name => [name, 3]))));
    const { figure, name } = await scored(echo('value', [1]), items, [1], example('regression-error.mjs'));
    expect(figure).toBeCloseTo((2 + 1 + 1 + 5) / 4, 5);
    expect(name).toBe('error [px, 0 to 20]');
  });
});

describe('a metric that goes wrong is refused before anything is searched', () => {
  const bad = (name: string, text: string): string => {
    writeFileSync(at(name), text);
    return at(name);
  };
  it.each([
    [
      'throws.mjs',
      'export default { label: "a", image() { throw new Error("no such mask") } }',
      /threw for "2-1.npz#0": no such mask/,
    ],
    ['nan.mjs', 'export default { label: "a", image: () => NaN }', /gave NaN for "2-1.npz#0" in place of a number/],
    ['text.mjs', 'export default { label: "a", image: () => "much" }', /gave a string/],
    [
      'whole.mjs',
      'export default { label: "a", image: () => [], whole: () => undefined }',
      /no number for the images together/,
    ],
    ['none.mjs', 'export const image = () => 1', /no default export/],
    ['syntax.mjs', 'export default {', /cannot be loaded/],
  ])('%s', async (name, text, message) => {
    await expect(scored(echo('value', [1]), [[1], [2]], [1], bad(name, text))).rejects.toThrow(message);
  });
  it('one that takes for ever', async () => {
    const path = bad('forever.mjs', 'export default { label: "a", image() { for (;;); } }');
    await expect(scored(echo('value', [1]), [[1], [2]], [1], path, 3000)).rejects.toThrow(/no answer within 3 s/);
  });
  it('one that is not there', async () => {
    await expect(scored(echo('value', [1]), [[1], [2]], [1], at('missing.mjs'))).rejects.toThrow(/cannot be loaded/);
  });
});
