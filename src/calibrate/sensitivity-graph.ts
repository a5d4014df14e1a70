/**
 * The dense model with its reverse pass: per site the second moment of the gradients that arrive at its output.
 *
 * Notation: q the logits, T the temperature, p = softmax(q / T), H = diag(p) - p p' the Hessian of T^2 KL(p || softmax((q + d) / T)) at d = 0,
 * the divergence that distillation matches (Hinton, Vinyals and Dean 2015, section 2.1), J = dq/dy. With z of
 * random signs, s = sqrt(p) z - p (sqrt(p)' z) has covariance H, so that E[g g'] for g = J's is J'HJ, the Gauss-Newton matrix (Martens 2020,
 * "New insights and perspectives on the natural gradient method", section 8): no label is needed, and none is drawn.
 */

import { gradients } from '../autodiff/gradient/gradients.ts';
import { logitsOf } from '../autodiff/logits.ts';
import { raiseOpset } from '../autodiff/passes/raise-opset.ts';
import { type DenseNode, nodesOf } from '../decompose/dense-node.ts';
import type { Site } from '../decompose/site.ts';
import { UserError } from '../errors/user-error.ts';
import { graphBuilder } from '../onnx/builder.ts';
import type { Model, ValueInfo } from '../onnx/graph.ts';
import { outputsOf } from '../onnx/outputs.ts';
import { inferShapes } from '../onnx/shapes.ts';

/**
 * Above 1, since a network is nearly certain of images that it was trained on, and H of certain answers is next to nothing: what it then says of the last
 * layers, whose errors turn certainties, is far too little (decision 9).
 */
export const sensitivityTemperature = 2;

export interface SensitivityGraph {
  readonly model: Model;
  /** Name of the input z, and how wide it is. */
  readonly noise: string;
  readonly classes: number;
  /** Per site the output with its sums over images and positions, [groups, order, order]. */
  readonly outputs: readonly string[];
}

/** Why there is none: for people. */
export type NoSensitivity = string;

export function sensitivityGraph(model: Model, sites: readonly Site[]): SensitivityGraph | NoSensitivity {
  if (sites.some(({ elementType }) => elementType !== 'float32')) return 'its weights are not float32';
  try {
    return build(raiseOpset(model), sites);
  } catch (error) {
    // An operator without a gradient.
    if (error instanceof UserError) return error.message.replace(/\.$/, '');
    throw error;
  }
}

function build(model: Model, sites: readonly Site[]): SensitivityGraph | NoSensitivity {
  const { graph } = model;
  const shapes = inferShapes(graph, model.opsets);
  const judged = outputsOf(graph, shapes).judged;
  const heads = (judged.length > 0 ? judged : [graph.outputs[0]?.name ?? '']).map(name => logitsOf(graph, name));
  const widths = heads.flatMap(logits => {
    const shape = shapes.get(logits);
    return shape?.length === 2 && typeof shape[1] === 'number' ? [shape[1]] : [];
  });
  if (widths.length < heads.length) return 'its output is no row of class scores';
  const classes = widths.reduce((sum, width) => sum + width, 0);
  const front = graphBuilder(graph, 'sensitivity');
  const noise = front.fresh('sensitivity/noise');
  const seedOf = (logits: string, z: string): string => {
    const softened = front.add('Mul', [logits, front.scalar(1 / sensitivityTemperature, 'float32')]);
    const p = front.add('Softmax', [softened], { axis: -1 });
    const rooted = front.add('Mul', [front.add('Sqrt', [p]), z]);
    const along = front.add('ReduceSum', [rooted, front.integers([-1])], { keepdims: 1 });
    return front.add('Sub', [rooted, front.add('Mul', [p, along])]);
  };
  // Of several heads the divergences add up: side by side they are one row, and z has signs of its own for each.
  const oneHead = heads.length === 1;
  const signs = oneHead ? [noise] : front.addMany('Split', [noise, front.integers(widths)], heads.length, { axis: 1 });
  const seeds = heads.map((logits, i) => seedOf(logits, signs[i]!));
  const logits = oneHead ? heads[0]! : front.add('Concat', heads, { axis: 1 });
  const seed = oneHead ? seeds[0]! : front.add('Concat', seeds, { axis: 1 });
  const input: ValueInfo = { name: noise, elementType: 'float32', shape: ['N', classes] };
  const seeded: Model = {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...front.nodes()],
      inputs: [...graph.inputs, input],
      initializers: front.initializers(),
    },
  };
  const wrt = sites.flatMap(nodesOf).map(({ output }) => output);
  const reverse = gradients(seeded, { of: logits, seed, wrt });
  const whole = reverse.model.graph;
  const { add, integers, ...behind } = graphBuilder(whole, 'sensitivity');
  const momentOf = (site: DenseNode): string => {
    const order = site.outChannels / site.groups;
    const gradient = reverse.gradients.get(site.output)!;
    const { product } = site;
    const turned = product?.outputOrder ? add('Transpose', [gradient], { perm: product.outputOrder }) : gradient;
    const flat = product
      ? add('Transpose', [add('Reshape', [turned, integers([-1, site.outChannels])])], { perm: [1, 0] })
      : add('Transpose', [gradient], { perm: [1, 0, ...site.outputImage.map((_, axis) => axis + 2)] });
    const rows = add('Reshape', [flat, integers([site.groups, order, -1])]);
    return add('MatMul', [rows, add('Transpose', [rows], { perm: [0, 2, 1] })]);
  };
  // Twins go wrong together, at different places: to first order what they cost adds up.
  const outputs = sites.map(site =>
    nodesOf(site)
      .map(momentOf)
      .reduce((sum, each) => add('Add', [sum, each])),
  );
  return {
    model: {
      ...reverse.model,
      graph: {
        ...whole,
        nodes: [...whole.nodes, ...behind.nodes()],
        initializers: behind.initializers(),
        outputs: outputs.map(name => ({ name, elementType: 'float32', shape: null })),
      },
    },
    noise,
    classes,
    outputs,
  };
}
