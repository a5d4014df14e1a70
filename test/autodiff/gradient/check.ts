/** Holds the gradients of a small graph against finite differences. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { gradients } from '../../../src/autodiff/gradient/gradients.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { floatTensor, intTensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import { buildModel, type TinyNode } from '../../onnx/build.ts';
import { measuredShapes, run } from '../../onnx/runtime.ts';
import { inFloat64 } from './float64.ts';
import { doubleTensor, uniform } from './values.ts';

export interface Subject {
  /** Shapes of the floating-point inputs by name; each is differentiated unless `fixed` lists it. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly nodes: readonly TinyNode[];
  /** Constants of whole numbers, by name; a number alone is a scalar. */
  readonly integers?: Readonly<Record<string, readonly number[] | number>>;
  /** Scalar constants by name. */
  readonly numbers?: Readonly<Record<string, number>>;
  readonly fixed?: readonly string[];
  /** What is differentiated, `y` by default; several are added up, each with a factor of its own for each element. */
  readonly outputs?: readonly string[];
  readonly range?: readonly [number, number];
  readonly seed?: number;
  readonly opset?: number;
  /** A pass over the graph before it is differentiated. */
  readonly prepare?: (model: Model) => Model;
  /** Whether the first axis of every input has a name in the place of a size. */
  readonly dynamic?: boolean;
  /** Where float32 has no such operator. */
  readonly only64?: boolean;
}

type Numbers = ReadonlyMap<string, Float64Array>;
type Precision = 'float32' | 'float64';

const step = 1e-5;

/**
 * dL/dx for L = sum of seed * y, in float64, against (L(x + h v) - L(x - h v)) / 2h for random directions v; and the same gradient
 * in float32, as training runs it, against the one in float64.
 */
export async function checkGradients(subject: Subject): Promise<Numbers> {
  const { inputs, fixed = [], seed = 1, range = [-2, 2] } = subject;
  const names = Object.keys(inputs);
  const wrt = names.filter(name => !fixed.includes(name));
  const values: Numbers = new Map(names.map((name, i) => [name, uniform(inputs[name] ?? [], 97 * seed + i, range)]));
  const exact = await reverse(subject, values, wrt, 'float64');
  const { loss, release } = await lossOf(subject);
  for (const name of wrt) {
    const at = values.get(name) as Float64Array;
    const gradient = exact.get(name) as Float64Array;
    expect(gradient.length, `size of the gradient of ${name}`).toBe(at.length);
    for (let trial = 0; trial < 3; trial++) {
      const direction = uniform(inputs[name] ?? [], 1000 * seed + trial, [-1, 1]);
      const moved = (by: number): Numbers =>
        new Map([...values, [name, at.map((x, i) => x + by * (direction[i] ?? 0))]]);
      const slope = ((await loss(moved(step))) - (await loss(moved(-step)))) / (2 * step);
      const dot = gradient.reduce((sum, each, i) => sum + each * (direction[i] ?? 0), 0);
      const scale = 1 + gradient.reduce((sum, each) => sum + Math.abs(each), 0);
      expect(Math.abs(slope - dot) / scale, `d/d${name}: ${dot} against ${slope} by differences`).toBeLessThan(1e-7);
    }
  }
  await release();
  if (!subject.only64) {
    const rough = await reverse(subject, values, wrt, 'float32');
    for (const name of wrt) {
      const [a, b] = [exact.get(name) as Float64Array, rough.get(name) as Float64Array];
      const scale = 1 + a.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      const apart = a.reduce((most, each, i) => Math.max(most, Math.abs(each - (b[i] ?? Number.NaN))), 0);
      expect(apart / scale, `d/d${name} in float32`).toBeLessThan(1e-4);
    }
  }
  return exact;
}

function modelOf(
  { inputs, nodes, integers = {}, numbers = {}, outputs = ['y'], opset = 20, dynamic }: Subject,
  precision: Precision,
): Model {
  return buildModel({
    opset,
    inputs: Object.entries(inputs).map(([name, shape]) => ({
      name,
      shape: dynamic && shape.length > 0 ? [name === 'x' ? 'N' : (shape[0] as number), ...shape.slice(1)] : shape,
      elementType: precision,
    })),
    outputs: outputs.map(name => ({ name, elementType: precision })),
    nodes,
    initializers: [
      ...Object.entries(integers).map(([name, value]) =>
        typeof value === 'number' ? intTensor(name, [], [value]) : intTensor(name, [value.length], value),
      ),
      ...Object.entries(numbers).map(([name, value]) =>
        precision === 'float64'
          ? doubleTensor(name, [], Float64Array.of(value))
          : floatTensor(name, [], Float32Array.of(value)),
      ),
    ],
  });
}

const tensorOf = (values: Float64Array, dims: readonly number[], precision: Precision): Tensor =>
  precision === 'float64'
    ? new Tensor('float64', values, dims)
    : new Tensor('float32', Float32Array.from(values), dims);

const numbersOf = (tensor: Tensor | undefined): Float64Array => Float64Array.from(tensor?.data as Float64Array);

const feedsOf = ({ inputs }: Subject, values: Numbers, precision: Precision): Record<string, Tensor> =>
  Object.fromEntries([...values].map(([name, each]) => [name, tensorOf(each, inputs[name] ?? [], precision)]));

const seedOf = (count: number, i: number): Float64Array => uniform([count], 31 + i, [-1, 1]);

/** L as a function of the inputs, computed by the forward graph alone. */
async function lossOf(subject: Subject) {
  const { outputs = ['y'], prepare = model => model } = subject;
  const model = prepare(modelOf({ ...subject, dynamic: false }, 'float64'));
  const session = await InferenceSession.create(writeModel(inFloat64(model)), {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const loss = async (values: Numbers): Promise<number> => {
    const answers = (await session.run(feedsOf(subject, values, 'float64'))) as Record<string, Tensor>;
    return outputs.reduce((total, name, i) => {
      const y = numbersOf(answers[name]);
      const seed = seedOf(y.length, i);
      return total + y.reduce((sum, each, j) => sum + each * (seed[j] ?? 0), 0);
    }, 0);
  };
  return { loss, release: () => session.release() };
}

async function reverse(
  subject: Subject,
  values: Numbers,
  wrt: readonly string[],
  precision: Precision,
): Promise<Numbers> {
  const { outputs = ['y'], prepare = model => model } = subject;
  const model = prepare(modelOf(subject, precision));
  const fixed = prepare(modelOf({ ...subject, dynamic: false }, precision));
  const feeds = feedsOf(subject, values, precision);
  const answers = await run(precision === 'float64' ? inFloat64(fixed) : fixed, feeds);
  const totals = new Map(wrt.map(name => [name, new Float64Array((values.get(name) as Float64Array).length)]));
  for (const [i, name] of outputs.entries()) {
    const dims = answers[name]?.dims ?? [];
    const input = { name: 'seed', elementType: precision, shape: dims };
    const seeded: Model = { ...model, graph: { ...model.graph, inputs: [...model.graph.inputs, input] } };
    const found = gradients(seeded, { of: name, seed: 'seed', wrt });
    const kept = [...found.gradients.values()];
    const made: Model = {
      ...found.model,
      graph: {
        ...found.model.graph,
        outputs: [...new Set(kept)].map(each => ({ name: each, elementType: precision, shape: null })),
      },
    };
    const seed = seedOf(
      dims.reduce((a, b) => a * b, 1),
      i,
    );
    const all = { ...feeds, seed: tensorOf(seed, dims, precision) };
    const runnable =
      precision === 'float64' ? inFloat64(made, await shapesOf(subject, found.model, values, seed, dims)) : made;
    const results = await run(runnable, all);
    for (const [weight, gradient] of found.gradients) {
      const sum = totals.get(weight) as Float64Array;
      numbersOf(results[gradient]).forEach((each, j) => {
        sum[j] = (sum[j] ?? 0) + each;
      });
    }
  }
  return totals;
}

/** The shape of each value, measured on the same graph in float32, where every operator has a kernel. */
async function shapesOf(
  subject: Subject,
  model: Model,
  values: Numbers,
  seed: Float64Array,
  dims: readonly number[],
): Promise<ReadonlyMap<string, readonly number[]> | undefined> {
  if (subject.only64) return undefined;
  const feeds = { ...feedsOf(subject, values, 'float32'), seed: tensorOf(seed, dims, 'float32') };
  const measured = await measuredShapes(asFloat32(model), feeds);
  const given = Object.entries(subject.inputs).concat([['seed', dims as readonly number[]]]);
  return new Map<string, readonly number[]>([
    ...given,
    ...[...model.graph.initializers].map(([name, tensor]) => [name, tensor.dims] as const),
    ...measured,
  ]);
}

function asFloat32(model: Model): Model {
  const { graph } = model;
  const initializers = new Map(
    [...graph.initializers].map(([name, tensor]) => {
      if (tensor.elementType !== 'float64') return [name, tensor] as const;
      const values = new Float64Array(tensor.bytes.slice().buffer);
      return [
        name,
        { ...tensor, elementType: 'float32' as const, bytes: new Uint8Array(Float32Array.from(values).buffer) },
      ] as const;
    }),
  );
  const inputs = graph.inputs.map(each =>
    each.elementType === 'float64' ? { ...each, elementType: 'float32' as const } : each,
  );
  const nodes = graph.nodes.map(node => {
    const to = node.attributes.get('to');
    if (node.opType !== 'Cast' || to?.kind !== 'int' || to.value !== 11) return node;
    return { ...node, attributes: new Map(node.attributes).set('to', { kind: 'int' as const, value: 1 }) };
  });
  return {
    ...model,
    graph: {
      ...graph,
      nodes,
      inputs,
      initializers,
      outputs: graph.outputs.map(each => ({ ...each, elementType: 'float32' as const })),
    },
  };
}
