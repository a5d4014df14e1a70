/** The element type of every value of a graph, as far as gradients need it. */

import { intAttribute } from '../../onnx/attributes.ts';
import { elementTypeOf } from '../../onnx/element-type.ts';
import type { ElementType, Graph, Node } from '../../onnx/graph.ts';

/** Operators whose output has a type of its own, whatever their inputs have. */
const fixed: Readonly<Record<string, ElementType>> = {
  Shape: 'int64',
  Size: 'int64',
  ArgMax: 'int64',
  ArgMin: 'int64',
  NonZero: 'int64',
  ...Object.fromEntries(
    'And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Not Or Xor'
      .split(' ')
      .map(name => [name, 'bool' as const]),
  ),
};

/** Outputs other than the first that hold something else than the first. */
const second: Readonly<Record<string, ElementType>> = { MaxPool: 'int64', TopK: 'int64', Dropout: 'bool' };

/** Types by name of value. What a node yields has the type of its first input, unless the operator says otherwise. */
export function elementTypes(graph: Graph): Map<string, ElementType> {
  const types = new Map<string, ElementType>();
  for (const tensor of graph.initializers.values()) types.set(tensor.name, tensor.elementType);
  for (const { name, elementType } of graph.inputs) types.set(name, elementType);
  const stated = new Map([...graph.valueInfo.values(), ...graph.outputs].map(each => [each.name, each.elementType]));
  for (const node of graph.nodes) {
    node.outputs.forEach((name, i) => {
      // What a body yields is not looked into; where the file does not say it, it may be what is trained.
      const type = withBody.has(node.opType) ? (stated.get(name) ?? 'float32') : outputType(node, i, types);
      if (name !== '') types.set(name, type);
    });
  }
  return types;
}

const withBody = new Set(['If', 'Loop', 'Scan']);

function outputType(node: Node, i: number, types: ReadonlyMap<string, ElementType>): ElementType {
  const { opType, inputs, attributes } = node;
  const own = (i > 0 ? second[opType] : undefined) ?? fixed[opType];
  if (own) return own;
  if (opType === 'Cast') return elementTypeOf(intAttribute(node, 'to', 0));
  if (opType === 'Constant' || opType === 'ConstantOfShape') {
    for (const { kind, value } of [...attributes.values()].filter(each => each.kind !== 'other')) {
      if (kind === 'tensor') return value.elementType;
      if (kind === 'int' || kind === 'ints') return 'int64';
    }
    return 'float32';
  }
  // The first input of CastLike is what is cast, that of Where the condition.
  const telling = opType === 'CastLike' || opType === 'Where' ? 1 : 0;
  return types.get(inputs[telling] ?? '') ?? 'other';
}
