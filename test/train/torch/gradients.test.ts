/** PyTorch's gradients of every operator against ours: one Python takes all cases. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gradients } from '../../../src/autodiff/gradient/gradients.ts';
import { rules } from '../../../src/autodiff/gradient/rules.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { decodeSafetensors, encodeSafetensors, type PlainTensor } from '../../../src/onnx/safetensors.ts';
import { elementCount, floatsOf, floatTensor, intTensor } from '../../../src/onnx/tensor.ts';
import { packageFolder, pythonEnvironment } from '../../../src/train/torch/package.ts';
import { describeNodes } from '../../../src/train/torch/plan.ts';
import { uniform } from '../../autodiff/gradient/values.ts';
import { buildModel } from '../../onnx/build.ts';
import { run } from '../../onnx/runtime.ts';
import { named, noTorch, testPython } from './available.ts';
import { type GradientCase, gradientCases } from './gradient-cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-torch-gradients-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is differentiated: the sum of `y` times numbers drawn for each element. */
const seedNumber = 31;

function modelOf({ inputs, nodes, integers = {}, numbers = {} }: GradientCase): Model {
  return buildModel({
    opset: 20,
    inputs: Object.entries(inputs).map(([name, shape]) => ({ name, shape })),
    outputs: ['y'],
    nodes,
    initializers: [
      ...Object.entries(integers).map(([name, value]) =>
        typeof value === 'number' ? intTensor(name, [], [value]) : intTensor(name, [value.length], value),
      ),
      ...Object.entries(numbers).map(([name, value]) => floatTensor(name, [], Float32Array.of(value))),
    ],
  });
}

const valuesOf = ({ inputs, range = [-2, 2] }: GradientCase): Map<string, Float32Array> =>
  new Map(Object.entries(inputs).map(([name, dims], i) => [name, Float32Array.from(uniform(dims, 97 + i, range))]));

async function ours(given: GradientCase) {
  const model = modelOf(given);
  const feeds = Object.fromEntries(
    [...valuesOf(given)].map(([name, data]) => [name, new Tensor('float32', data, given.inputs[name] ?? [])]),
  );
  const y = (await run(model, feeds)).y as Tensor;
  const seed = Float32Array.from(uniform(y.dims, seedNumber, [-1, 1]));
  const input = { name: 'seed', elementType: 'float32' as const, shape: y.dims };
  const seeded: Model = { ...model, graph: { ...model.graph, inputs: [...model.graph.inputs, input] } };
  const wrt = Object.keys(given.inputs).filter(name => !given.fixed?.includes(name));
  const found = gradients(seeded, { of: 'y', seed: 'seed', wrt });
  const outputs = [...new Set(found.gradients.values())].map(name => ({
    name,
    elementType: 'float32' as const,
    shape: null,
  }));
  const made: Model = { ...found.model, graph: { ...found.model.graph, outputs } };
  const results = await run(made, { ...feeds, seed: new Tensor('float32', seed, y.dims) });
  const byInput = [...found.gradients].map(
    ([name, value]) => [name, Float32Array.from(results[value]?.data as Float32Array)] as const,
  );
  return { y: Float32Array.from(y.data as Float32Array), seed, dims: y.dims, gradients: new Map(byInput) };
}

describe.skipIf(noTorch !== null)(named('gradients on PyTorch'), () => {
  const expected = new Map<string, Awaited<ReturnType<typeof ours>>>();
  let found: ReadonlyMap<string, PlainTensor>;

  beforeAll(async () => {
    const tensors = new Map<string, PlainTensor>();
    const described: object[] = [];
    for (const [name, given] of Object.entries(gradientCases)) {
      const answer = await ours(given);
      expected.set(name, answer);
      const { graph } = modelOf(given);
      const constants = new Map<string, PlainTensor>(graph.initializers);
      const nodes = describeNodes(graph.nodes, constants);
      for (const [key, tensor] of constants) tensors.set(`${name}/constant/${key}`, tensor);
      for (const [key, data] of valuesOf(given))
        tensors.set(`${name}/input/${key}`, floatTensor(key, given.inputs[key] ?? [], data));
      tensors.set(`${name}/seed`, floatTensor('seed', answer.dims, answer.seed));
      described.push({ name, nodes, fixed: given.fixed ?? [] });
    }
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(described));
    writeFileSync(join(folder, 'cases.safetensors'), encodeSafetensors(tensors));
    const script = join(packageFolder(), 'tests', 'gradients.py');
    await promisify(execFile)(testPython, [script, folder], { env: pythonEnvironment() });
    found = decodeSafetensors(readFileSync(join(folder, 'found.safetensors')), 'found');
  });

  const numbers = (name: string): Float32Array => {
    const tensor = found.get(name);
    if (!tensor) throw new Error(`Python gave no "${name}"`);
    return floatsOf({ ...tensor, name });
  };
  const expectClose = (a: Float32Array, b: Float32Array, what: string): void => {
    expect(b.length, what).toBe(a.length);
    const scale = 1 + a.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    const apart = a.reduce((most, each, i) => Math.max(most, Math.abs(each - (b[i] ?? Number.NaN))), 0);
    expect(apart / scale, what).toBeLessThan(1e-4);
  };

  test.each(Object.keys(gradientCases))('%s', name => {
    const own = expected.get(name);
    if (!own) throw new Error(`nothing was computed for "${name}"`);
    expectClose(own.y, numbers(`${name}/y`), 'y');
    for (const [input, gradient] of own.gradients) {
      expect(gradient.length).toBe(elementCount(gradientCases[name]?.inputs[input] ?? []));
      expectClose(gradient, numbers(`${name}/gradient/${input}`), `the gradient of ${input}`);
    }
  });

  test('there is a case for every operator that has a gradient', () => {
    const tried = new Set(Object.values(gradientCases).flatMap(({ nodes }) => nodes.map(({ op }) => op)));
    expect(Object.keys(rules).filter(op => !tried.has(op))).toEqual([]);
  });
});
