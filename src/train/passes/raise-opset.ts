/** Brings a model to opset 18, from which on axes, splits and pads are inputs: one form for gradients to know. */
import { UserError } from '../../errors/user-error.ts';
import { freshNames } from '../../onnx/edit.ts';
import type { Attribute, Model, Node, Shape, Tensor } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { floatTensor, intTensor } from '../../onnx/tensor.ts';
import { standardDomain } from '../../onnx/versions.ts';

/** Raised models have this version; later ones stay as they are. */
const wanted = 18;
const oldest = 11;

/** Operators whose integer attribute became an input, its place, and the opset since which it is one. */
const moved: Readonly<Record<string, { readonly attribute: string; readonly place: number; readonly since: number }>> =
  {
    Squeeze: { attribute: 'axes', place: 1, since: 13 },
    Unsqueeze: { attribute: 'axes', place: 1, since: 13 },
    ReduceSum: { attribute: 'axes', place: 1, since: 13 },
    Split: { attribute: 'split', place: 1, since: 13 },
    ...Object.fromEntries(
      'L1 L2 LogSum LogSumExp Max Mean Min Prod SumSquare'
        .split(' ')
        .map(name => [`Reduce${name}`, { attribute: 'axes', place: 1, since: wanted }]),
    ),
  };

/**
 * The same network at opset 18; a model that is there already is given back. Its values keep their names.
 * @throws UserError below opset 11, and at an operator that has changed in a way that this does not carry over.
 */
export function raiseOpset(model: Model): Model {
  const from = model.opsets.get('') ?? wanted;
  if (from >= wanted) return model;
  if (from < oldest) {
    throw new UserError(
      `Cannot train a model of opset ${from}: training needs opset ${oldest} or later.`,
      'Export it again with a newer opset_version.',
    );
  }
  const fresh = freshNames(model.graph);
  const shapes = inferShapes(model.graph, model.opsets);
  const constants: Tensor[] = [];
  const integers = (values: readonly number[]): string => {
    const tensor = intTensor(fresh(`integers[${values.join(',')}]`), [values.length], values);
    constants.push(tensor);
    return tensor.name;
  };
  const scalar = (value: number): string => {
    const tensor = floatTensor(fresh(`float32(${value})`), [], Float32Array.of(value));
    constants.push(tensor);
    return tensor.name;
  };
  const nodes = model.graph.nodes.map(node => {
    if (standardDomain(node.domain) !== '') return node;
    const { opType, outputs } = node;
    const rule = moved[opType];
    if (rule && from < rule.since) return withInput(node, rule.attribute, rule.place, integers);
    if (opType === 'Split' && !node.inputs[1]) return withAttribute(node, 'num_outputs', outputs.length);
    if ((opType === 'Softmax' || opType === 'LogSoftmax') && from < 13) return softmax(node, shapes);
    if (opType === 'Dropout' && from < 12) return dropout(node, scalar);
    if (opType === 'BatchNormalization') return { ...without(node, []), outputs: outputs.slice(0, 1) };
    return node;
  });
  const initializers = new Map(model.graph.initializers);
  for (const tensor of constants) initializers.set(tensor.name, tensor);
  return {
    ...model,
    graph: { ...model.graph, nodes, initializers },
    opsets: new Map([...model.opsets, ['', wanted]]),
    irVersion: Math.max(model.irVersion, 8),
  };
}

/** A node of its own, so that it is written as it is now and not as it lay in the file. */
function without({ source: _, ...node }: Node, names: readonly string[]): Node {
  return { ...node, attributes: new Map([...node.attributes].filter(([name]) => !names.includes(name))) };
}

function withAttribute(node: Node, name: string, value: number): Node {
  const attribute: Attribute = { kind: 'int', value };
  const bare = without(node, []);
  return { ...bare, attributes: new Map([...bare.attributes, [name, attribute]]) };
}

function withInput(node: Node, name: string, place: number, integers: (values: readonly number[]) => string): Node {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== 'ints') {
    return node.opType === 'Split' ? withAttribute(node, 'num_outputs', node.outputs.length) : node;
  }
  const inputs = [...node.inputs];
  while (inputs.length < place) inputs.push('');
  inputs[place] = integers(attribute.value);
  return { ...without(node, [name]), inputs };
}

/** Before opset 13 the axes from `axis` on were one, so that only the last axis meant what it means now. */
function softmax(node: Node, shapes: ReadonlyMap<string, Shape>): Node {
  const axis = node.attributes.get('axis');
  const at = axis?.kind === 'int' ? axis.value : 1;
  const rank = shapes.get(node.inputs[0] ?? '')?.length ?? 0;
  if (at === -1 || at === rank - 1) return withAttribute(node, 'axis', -1);
  throw new UserError(
    `Cannot train through the node "${node.name || node.outputs[0]}" (${node.opType}): before opset 13 it joins several axes.`,
    'Export the model again with opset 13 or later.',
  );
}

function dropout(node: Node, scalar: (value: number) => string): Node {
  const ratio = node.attributes.get('ratio');
  return {
    ...without(node, ['ratio']),
    inputs: [node.inputs[0] ?? '', scalar(ratio?.kind === 'float' ? ratio.value : 0.5)],
  };
}
