import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { gradientBuilder } from '../../../../src/autodiff/gradient/builder.ts';
import type { ConvCall } from '../../../../src/autodiff/gradient/conv/call.ts';
import { type FormulationName, formulations } from '../../../../src/autodiff/gradient/conv/weight/formulations.ts';
import { formulationOf } from '../../../../src/autodiff/gradient/conv/weight-gradient.ts';
import type { Model } from '../../../../src/onnx/graph.ts';
import { writeModel } from '../../../../src/onnx/write.ts';
import { uniform } from '../values.ts';

const axis = fc
  .record({
    k: fc.constantFrom(1, 2, 3),
    stride: fc.constantFrom(1, 2, 3),
    dilation: fc.constantFrom(1, 2),
    before: fc.constantFrom(0, 1, 2),
    after: fc.constantFrom(0, 1),
    extra: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ extra, ...window }) => {
    const { k, stride, dilation, before, after } = window;
    const x = Math.max(1, dilation * (k - 1) + 1 - before - after) + extra;
    return { ...window, x, y: Math.floor((x + before + after - dilation * (k - 1) - 1) / stride) + 1 };
  });

const calls: fc.Arbitrary<ConvCall & { batch: number }> = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    groups: fc.constantFrom(1, 2, 3),
    inPerGroup: fc.integer({ min: 1, max: 3 }),
    outPerGroup: fc.integer({ min: 1, max: 2 }),
    axes: fc.array(axis, { minLength: 1, maxLength: 2 }),
  })
  .map(({ outPerGroup, ...call }) => ({ ...call, out: call.groups * outPerGroup }));

const sizes = (call: ConvCall & { batch: number }) => ({
  x: [call.batch, call.groups * call.inPerGroup, ...call.axes.map(({ x }) => x)],
  dy: [call.batch, call.out, ...call.axes.map(({ y }) => y)],
});

/** The definition: every product of a gradient and the element that it was made from. */
function byDefinition(call: ConvCall & { batch: number }, x: Float64Array, dy: Float64Array): Float64Array {
  const { batch, out, inPerGroup, groups } = call;
  const [rows, columns] = [...call.axes, { x: 1, y: 1, k: 1, stride: 1, dilation: 1, before: 0, after: 0 }] as const;
  if (!rows || !columns) throw new Error('no axes');
  const dw = new Float64Array(out * inPerGroup * rows.k * columns.k);
  for (let n = 0; n < batch; n++)
    for (let m = 0; m < out; m++)
      for (let c = 0; c < inPerGroup; c++)
        for (let p = 0; p < rows.y; p++)
          for (let q = 0; q < columns.y; q++)
            for (let s = 0; s < rows.k; s++)
              for (let t = 0; t < columns.k; t++) {
                const i = rows.stride * p + rows.dilation * s - rows.before;
                const j = columns.stride * q + columns.dilation * t - columns.before;
                if (i < 0 || i >= rows.x || j < 0 || j >= columns.x) continue;
                const channel = Math.floor(m / (out / groups)) * inPerGroup + c;
                const at = ((n * groups * inPerGroup + channel) * rows.x + i) * columns.x + j;
                dw[((m * inPerGroup + c) * rows.k + s) * columns.k + t]! +=
                  dy[((n * out + m) * rows.y + p) * columns.y + q]! * x[at]!;
              }
  return dw;
}

async function run(name: FormulationName, call: ConvCall & { batch: number }, x: Float64Array, dy: Float64Array) {
  const shapes = sizes(call);
  const graph: Model['graph'] = {
    name: 'weight-gradient',
    nodes: [],
    inputs: [
      { name: 'x', elementType: 'float32', shape: shapes.x },
      { name: 'dy', elementType: 'float32', shape: shapes.dy },
    ],
    outputs: [],
    initializers: new Map(),
    valueInfo: new Map(),
  };
  const build = gradientBuilder(graph);
  const dw = formulations[name](build, call, 'x', 'dy');
  const model: Model = {
    graph: {
      ...graph,
      nodes: build.nodes(),
      outputs: [{ name: dw, elementType: 'float32', shape: null }],
      initializers: new Map(build.constants().map(tensor => [tensor.name, tensor])),
    },
    opsets: new Map([['', 18]]),
    metadata: new Map(),
    irVersion: 8,
  };
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 3 });
  const result = await session.run({
    x: new Tensor('float32', Float32Array.from(x), shapes.x),
    dy: new Tensor('float32', Float32Array.from(dy), shapes.dy),
  });
  await session.release();
  return result[dw] as Tensor;
}

describe('each formulation is the definition', () => {
  test.each(Object.keys(formulations) as FormulationName[])('%s', async name => {
    await fc.assert(
      fc.asyncProperty(calls, async call => {
        const { x, dy } = sizes(call);
        const [a, b] = [uniform(x, 1, [-1, 1]), uniform(dy, 2, [-1, 1])];
        const found = await run(name, call, a, b);
        expect(found.dims).toEqual([call.out, call.inPerGroup, ...call.axes.map(({ k }) => k)]);
        const exact = byDefinition(call, a, b);
        const data = found.data as Float32Array;
        for (const [i, value] of exact.entries()) expect(Math.abs((data[i] ?? Number.NaN) - value)).toBeLessThan(1e-4);
      }),
      { seed: 3, numRuns: 40 },
    );
  });
});

describe('the rule', () => {
  const call = (
    batch: number | null,
    [channels, side, out]: [number, number, number],
    kernel: readonly number[],
    { stride = 1, groups = 1 } = {},
  ): ConvCall => ({
    batch,
    groups,
    out,
    inPerGroup: channels / groups,
    axes: kernel.map(k => {
      const pad = (k - 1) / 2;
      return { x: side, y: Math.ceil(side / stride), k, stride, dilation: 1, before: pad, after: pad };
    }),
  });

  test.each([
    ['the narrow 3 x 3 of ResNet-20', call(128, [16, 32, 16], [3, 3]), 'convolution'],
    ['a rank that no vector fits', call(128, [24, 8, 24], [3, 3]), 'product per tap'],
    ['a 1 x 1', call(16, [64, 56, 256], [1, 1]), 'product per tap'],
    ['a 1 x 1 of more weights than places', call(16, [2048, 7, 512], [1, 1]), 'product per tap, gathered'],
    ['a 1 x 1 of a batch that is not known', call(null, [64, 56, 256], [1, 1]), 'product per tap'],
    ['one of a pair of 1-D factors', call(128, [16, 32, 16], [3, 1]), 'product per tap'],
    ['a wide 3 x 3 of large images', call(16, [64, 56, 64], [3, 3]), 'product per tap'],
    ['a wide 3 x 3 of small ones', call(16, [512, 7, 512], [3, 3]), 'convolution'],
    ['few channels, many taps', call(16, [3, 224, 64], [7, 7], { stride: 2 }), 'convolution'],
    ['by channel', call(32, [48, 56, 48], [3, 3], { groups: 48 }), 'product per tap'],
    ['by channel of small images', call(32, [384, 14, 384], [3, 3], { groups: 384 }), 'convolution'],
    ['by channel with strides', call(32, [96, 56, 96], [3, 3], { groups: 96, stride: 2 }), 'convolution'],
    ['by group', call(32, [128, 28, 128], [3, 3], { groups: 32 }), 'convolution'],
  ])('%s', (_, shape, expected) => {
    expect(formulationOf(shape)).toBe(expected);
  });
});
