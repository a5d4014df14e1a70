/** Brings a model to opset 18, from which on axes, splits and pads are inputs: one form for gradients to know. */
import { UserError } from '../../errors/user-error.ts';
import {
  floatAttribute,
  intAttribute,
  intsAttribute,
  withAttribute,
  withoutAttributes,
} from '../../onnx/attributes.ts';
import { type Builder, graphBuilder } from '../../onnx/builder.ts';
import type { Model, Node, Shape } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/shapes.ts';
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
  const build = graphBuilder(model.graph, 'opset');
  const shapes = inferShapes(model.graph, model.opsets);
  const nodes = model.graph.nodes.map(node => {
    if (standardDomain(node.domain) !== '') return node;
    const { opType, outputs } = node;
    const rule = moved[opType];
    if (rule && from < rule.since) return withInput(node, rule.attribute, rule.place, build);
    if (opType === 'Split' && !node.inputs[1]) return withInt(node, 'num_outputs', outputs.length);
    if ((opType === 'Softmax' || opType === 'LogSoftmax') && from < 13) return softmax(node, shapes);
    if (opType === 'Dropout' && from < 12) return dropout(node, build);
    if (opType === 'BatchNormalization') return { ...withoutAttributes(node, []), outputs: outputs.slice(0, 1) };
    return node;
  });
  return {
    ...model,
    graph: { ...model.graph, nodes, initializers: build.initializers() },
    opsets: new Map([...model.opsets, ['', wanted]]),
    irVersion: Math.max(model.irVersion, 8),
  };
}

const withInt = (node: Node, name: string, value: number): Node => withAttribute(node, name, { kind: 'int', value });

function withInput(node: Node, name: string, place: number, { integers }: Builder): Node {
  const values = intsAttribute(node, name);
  if (!values) return node.opType === 'Split' ? withInt(node, 'num_outputs', node.outputs.length) : node;
  const inputs = [...node.inputs];
  while (inputs.length < place) inputs.push('');
  inputs[place] = integers(values);
  return { ...withoutAttributes(node, [name]), inputs };
}

/** Before opset 13 the axes from `axis` on were one, so that only the last axis meant what it means now. */
function softmax(node: Node, shapes: ReadonlyMap<string, Shape>): Node {
  const axis = intAttribute(node, 'axis', 1);
  const rank = shapes.get(node.inputs[0] ?? '')?.length ?? 0;
  if (axis === -1 || axis === rank - 1) return withInt(node, 'axis', -1);
  throw new UserError(
    `Cannot train through the node "${node.name || node.outputs[0]}" (${node.opType}): before opset 13 it joins several axes.`,
    'Export the model again with opset 13 or later.',
  );
}

const dropout = (node: Node, { scalar }: Builder): Node => ({
  ...withoutAttributes(node, ['ratio']),
  inputs: [node.inputs[0] ?? '', scalar(floatAttribute(node, 'ratio', 0.5), 'float32')],
});
