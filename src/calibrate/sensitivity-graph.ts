/**
 * The dense model with its reverse pass: per site the second moment of the gradients that arrive at its output.
 *
 * Notation: q the logits, p = softmax(q), H = diag(p) - p p' the Hessian of the divergence KL(p || softmax(q + d)) at d = 0, J = dq/dy. With z of
 * random signs, s = sqrt(p) z - p (sqrt(p)' z) has covariance H, so that E[g g'] for g = J's is J'HJ, the Gauss-Newton matrix (Martens 2020,
 * "New insights and perspectives on the natural gradient method", section 8): no label is needed, and none is drawn.
 */
import type { Site } from '../decompose/site.ts';
import { UserError } from '../errors/user-error.ts';
import { freshNames } from '../onnx/edit.ts';
import type { Attribute, Model, Node, Tensor, ValueInfo } from '../onnx/graph.ts';
import { inferShapes } from '../onnx/shapes.ts';
import { intTensor } from '../onnx/tensor.ts';
import { gradients } from '../train/gradient/gradients.ts';
import { raiseOpset } from '../train/passes/raise-opset.ts';

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
  const logits = logitsOf(model);
  const shape = inferShapes(graph, model.opsets).get(logits);
  const classes = shape?.at(-1);
  if (shape?.length !== 2 || typeof classes !== 'number') return 'its output is no row of class scores';
  const fresh = freshNames(graph);
  const nodes: Node[] = [];
  const constants: Tensor[] = [];
  const put = (opType: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string => {
    const output = fresh(`sensitivity/${opType}`);
    nodes.push({
      name: output,
      opType,
      domain: '',
      inputs,
      outputs: [output],
      attributes: new Map(Object.entries(attributes)),
    });
    return output;
  };
  const integers = (...values: number[]): string => {
    const tensor = intTensor(fresh('sensitivity/integers'), [values.length], values);
    constants.push(tensor);
    return tensor.name;
  };
  const noise = fresh('sensitivity/noise');
  const p = put('Softmax', [logits], { axis: int(-1) });
  const rooted = put('Mul', [put('Sqrt', [p]), noise]);
  const along = put('ReduceSum', [rooted, integers(-1)], { keepdims: int(1) });
  const seed = put('Sub', [rooted, put('Mul', [p, along])]);
  const input: ValueInfo = { name: noise, elementType: 'float32', shape: ['N', classes] };
  const seeded: Model = {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...nodes.splice(0)],
      inputs: [...graph.inputs, input],
      initializers: new Map([...graph.initializers, ...constants.splice(0).map(each => [each.name, each] as const)]),
    },
  };
  const wrt = sites.map(({ output }) => output);
  const reverse = gradients(seeded, { of: logits, seed, wrt });
  const outputs = sites.map(site => {
    const order = site.outChannels / site.groups;
    const gradient = reverse.gradients.get(site.output)!;
    const isMatrix = site.kind === 'gemm' || site.kind === 'matmul';
    const flat = isMatrix
      ? put('Transpose', [put('Reshape', [gradient, integers(-1, site.outChannels)])], { perm: ints(1, 0) })
      : put('Transpose', [gradient], { perm: ints(1, 0, 2, 3) });
    const rows = put('Reshape', [flat, integers(site.groups, order, -1)]);
    return put('MatMul', [rows, put('Transpose', [rows], { perm: ints(0, 2, 1) })]);
  });
  const whole = reverse.model.graph;
  return {
    model: {
      ...reverse.model,
      graph: {
        ...whole,
        nodes: [...whole.nodes, ...nodes],
        initializers: new Map([...whole.initializers, ...constants.map(each => [each.name, each] as const)]),
        outputs: outputs.map(name => ({ name, elementType: 'float32', shape: null })),
      },
    },
    noise,
    classes,
    outputs,
  };
}

/** The output of the model, or what its last Softmax reads. */
function logitsOf({ graph }: Model): string {
  const output = graph.outputs[0]?.name ?? '';
  const last = graph.nodes.find(({ outputs }) => outputs[0] === output);
  return last && (last.opType === 'Softmax' || last.opType === 'LogSoftmax') ? (last.inputs[0] ?? '') : output;
}

const int = (value: number): Attribute => ({ kind: 'int', value });
const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
