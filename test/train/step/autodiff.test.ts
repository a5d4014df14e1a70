/** A whole step of a small ResNet against the autodiff of TensorFlow.js, which knows nothing of our graphs. */
import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import type { Model, Tensor } from '../../../src/onnx/graph.ts';
import { floatTensor } from '../../../src/onnx/tensor.ts';
import { openOnnxruntimeTrainer } from '../../../src/train/onnxruntime/open.ts';
import { defaultTraining } from '../../../src/train/options.ts';
import { uniform } from '../../autodiff/gradient/values.ts';
import { buildModel, type TinyNode } from '../../onnx/build.ts';
import { brightBatch } from '../contract.ts';

const batchSize = 16;
const side = 6;
const classes = 5;
const epsilon = 1e-3;

interface Layer {
  readonly name: string;
  readonly dims: readonly [out: number, channels: number, height: number, width: number];
  readonly stride: number;
}

const layers: Readonly<Record<string, Layer>> = Object.fromEntries(
  [
    { name: 'stem', dims: [8, 3, 3, 3], stride: 1 },
    { name: 'a1', dims: [8, 8, 3, 3], stride: 1 },
    { name: 'a2', dims: [8, 8, 3, 3], stride: 1 },
    { name: 'b1', dims: [16, 8, 3, 3], stride: 2 },
    { name: 'b2', dims: [16, 16, 3, 3], stride: 1 },
    { name: 'short', dims: [16, 8, 1, 1], stride: 2 },
  ].map(layer => [layer.name, layer as unknown as Layer]),
);

const dims: Readonly<Record<string, readonly number[]>> = {
  ...Object.fromEntries(
    Object.values(layers).flatMap(({ name, dims: [out, ...rest] }) => [
      [`${name}.weight`, [out, ...rest]],
      [`${name}.scale`, [out]],
      [`${name}.shift`, [out]],
    ]),
  ),
  'fc.weight': [classes, 16],
  'fc.bias': [classes],
};

const weights: ReadonlyMap<string, Float32Array> = new Map(
  Object.entries(dims).map(([name, shape], i) => {
    const spread = name.endsWith('weight') ? Math.sqrt(3 / shape.slice(1).reduce((a, b) => a * b, 1)) : 0.3;
    const centre = name.endsWith('scale') ? 1 : 0;
    return [name, Float32Array.from(uniform(shape, i + 1, [centre - spread, centre + spread]))];
  }),
);

function network(): Model {
  const nodes: TinyNode[] = [];
  const statistics: Tensor[] = [];
  const unit = (x: string, name: string): string => {
    const {
      stride,
      dims: [out, , k],
    } = layers[name] as Layer;
    const pads = new Array<number>(4).fill((k - 1) / 2);
    nodes.push({
      op: 'Conv',
      inputs: [x, `${name}.weight`],
      outputs: [`${name}:conv`],
      attributes: { pads, strides: [stride, stride] },
    });
    statistics.push(
      floatTensor(`${name}.mean`, [out], new Float32Array(out)),
      floatTensor(`${name}.variance`, [out], new Float32Array(out).fill(1)),
    );
    const inputs = [`${name}:conv`, ...['scale', 'shift', 'mean', 'variance'].map(part => `${name}.${part}`)];
    nodes.push({ op: 'BatchNormalization', inputs, outputs: [`${name}:norm`], attributes: { epsilon } });
    return `${name}:norm`;
  };
  const add = (op: string, inputs: string[], output: string, attributes = {}): string => {
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  const r0 = add('Relu', [unit('image', 'stem')], 'r0');
  const r1 = add('Relu', [unit(r0, 'a1')], 'r1');
  const r2 = add('Relu', [add('Add', [unit(r1, 'a2'), r0], 's2')], 'r2');
  const r3 = add('Relu', [unit(r2, 'b1')], 'r3');
  const r4 = add('Relu', [add('Add', [unit(r3, 'b2'), unit(r2, 'short')], 's4')], 'r4');
  const flat = add('Flatten', [add('GlobalAveragePool', [r4], 'pooled')], 'flat');
  add('Gemm', [flat, 'fc.weight', 'fc.bias'], 'scores', { transB: 1 });
  return buildModel({
    opset: 18,
    inputs: [{ name: 'image', shape: ['N', 3, side, side] }],
    outputs: [{ name: 'scores', shape: ['N', classes] }],
    nodes,
    initializers: [...[...weights].map(([name, data]) => floatTensor(name, dims[name] ?? [], data)), ...statistics],
  });
}

const batch = brightBatch(3, batchSize, [3, side, side], classes);

/** The loss and its gradients; images are N x H x W x C there, filters H x W x in x out. */
function byAutodiff(): { loss: number; gradients: Map<string, Float32Array> } {
  const names = [...weights.keys()];
  const loss = (...given: tf.Tensor[]): tf.Scalar => {
    const at = (name: string): tf.Tensor => given[names.indexOf(name)] as tf.Tensor;
    const unit = (x: tf.Tensor, name: string): tf.Tensor => {
      const {
        stride,
        dims: [, , k],
      } = layers[name] as Layer;
      const p = (k - 1) / 2;
      const padded = tf.pad(x as tf.Tensor4D, [
        [0, 0],
        [p, p],
        [p, p],
        [0, 0],
      ]);
      const filter = tf.transpose(at(`${name}.weight`), [2, 3, 1, 0]) as tf.Tensor4D;
      const y = tf.conv2d(padded as tf.Tensor4D, filter, stride, 'valid');
      const { mean, variance } = tf.moments(y, [0, 1, 2]);
      const unitVariance = y.sub(mean).div(variance.add(epsilon).sqrt());
      return unitVariance.mul(at(`${name}.scale`)).add(at(`${name}.shift`));
    };
    const image = tf.transpose(tf.tensor(batch.images, [batchSize, 3, side, side]), [0, 2, 3, 1]);
    const r0 = unit(image, 'stem').relu();
    const r2 = unit(unit(r0, 'a1').relu(), 'a2').add(r0).relu();
    const r4 = unit(unit(r2, 'b1').relu(), 'b2').add(unit(r2, 'short')).relu();
    const scores = tf
      .matMul(r4.mean([1, 2]) as tf.Tensor2D, at('fc.weight') as tf.Tensor2D, false, true)
      .add(at('fc.bias'));
    const labels = batch.targets.kind === 'labels' ? batch.targets.labels : new Int32Array();
    const target = tf.oneHot(tf.tensor1d(labels, 'int32'), classes);
    return tf.losses.softmaxCrossEntropy(target, scores) as tf.Scalar;
  };
  const given = names.map(name => tf.tensor(weights.get(name) as Float32Array, [...(dims[name] ?? [])]));
  const { value, grads } = tf.valueAndGrads(loss)(given);
  return {
    loss: value.dataSync()[0] as number,
    gradients: new Map(grads.map((gradient, i) => [names[i] as string, gradient.dataSync() as Float32Array])),
  };
}

test('the loss and every gradient of a small ResNet, through the whole step', async () => {
  await tf.setBackend('cpu');
  const expected = byAutodiff();
  const learningRate = 1;
  const optimiser = { kind: 'sgd', momentum: 0, nesterov: false } as const;
  const trainer = await openOnnxruntimeTrainer(
    { ...defaultTraining, model: network(), batchSize, optimiser, weightDecay: 0 },
    { provider: 'cpu', threads: 1, graphOptimization: 'all' },
  );
  try {
    const { loss } = await trainer.step(batch, { learningRate });
    expect(Math.abs(loss - expected.loss) / expected.loss).toBeLessThan(1e-5);
    const { tensors } = await trainer.state();
    for (const [name, gradient] of expected.gradients) {
      const [before, after] = [weights.get(name) as Float32Array, tensors.get(`weight/${name}`)?.data as Float32Array];
      const norm = Math.hypot(...gradient);
      const apart = Math.hypot(
        ...gradient.map((each, i) => (before[i] as number) - learningRate * each - (after[i] as number)),
      );
      expect(apart / norm, name).toBeLessThan(1e-4);
      expect(norm, name).toBeGreaterThan(1e-3);
    }
  } finally {
    await trainer.close();
  }
});
