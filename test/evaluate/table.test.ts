import { expect, it } from 'vitest';
import { complete, failed } from '../../src/errors/failure.ts';
import { tableScorer } from '../../src/evaluate/table.ts';
import { currentEnvironment } from '../../src/host/environment.ts';
import { scorerContract } from './contract.ts';

const truth = [0, 1, 2, 0, 1, 2, 0, 1];
const split = { proxy: Int32Array.of(0, 2, 5, 7), rest: Int32Array.of(1, 3, 4, 6) };
const table = new Map([
  ['dense.onnx', complete([0, 1, 2, 0, 1, 2, 2, 2])],
  ['thin.onnx', complete([0, 1, 1, 0, 2, 2, 0, 2])],
  ['broken.onnx', failed('runtime-rejected', 'no model')],
]);
const open = () => tableScorer({ truth, split, predictions: path => table.get(path) ?? null });

scorerContract('the table scorer', async () => ({
  scorer: open(),
  model: 'dense.onnx',
  other: 'thin.onnx',
  broken: 'broken.onnx',
  right: 6,
  images: truth.length,
}));

it('knows no model that is not in the table', async () => {
  const attempt = await open().accuracy('other.onnx', { images: 'all', timeoutMs: 1 });
  expect(attempt).toMatchObject({ state: 'failed', detail: 'the table has no model "other.onnx"' });
});

it('is where it is said to be', async () => {
  const where = { environment: { ...currentEnvironment(), cpuModel: 'a board' }, load: 3 };
  const scorer = tableScorer({ truth, split, predictions: path => table.get(path) ?? null, where });
  expect(await scorer.accuracy('dense.onnx', { images: 'all', timeoutMs: 1 })).toMatchObject({ value: where });
});
