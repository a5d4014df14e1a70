/**
 * Mixed precision (Micikevicius et al. 2018): the products of matrices in float16, from weights that are kept in float32. Every node is of
 * one of three kinds, as in PyTorch's autocast: products run in float16; what moves or clips values runs in whatever its data are
 * in; all else, which sums or takes powers, in float32. Casts stand where the two meet, and gradients pass them.
 */

import { freshNames } from '../../onnx/edit.ts';
import { codeOf } from '../../onnx/element-type.ts';
import type { Model, Node } from '../../onnx/graph.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { elementTypes } from '../gradient/element-types.ts';

type Precision = 'float16' | 'float32';

const products = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);
const followers = new Set(
  'Add AveragePool Clip Concat Dropout Flatten Gather HardSigmoid HardSwish Identity LeakyRelu MaxPool Mul Pad Relu Reshape Sigmoid Slice Split Squeeze Sub Sum Transpose Unsqueeze Where'.split(
    ' ',
  ),
);

/** @param outside values that stay float32 under their names: what is read from outside, as the scores by the loss */
export function halfPrecision(model: Model, outside: ReadonlySet<string>): Model {
  const { graph } = model;
  const types = elementTypes(graph);
  const fresh = freshNames(graph);
  const produced = new Map<string, Precision>();
  const casts = new Map<string, string>();
  const nodes: Node[] = [];
  const isData = (name: string): boolean => types.get(name) === 'float32';
  const castNode = (from: string, to: string, precision: Precision): Node => ({
    name: to,
    opType: 'Cast',
    domain: '',
    inputs: [from],
    outputs: [to],
    attributes: new Map([['to', { kind: 'int', value: codeOf(precision) }]]),
  });
  const inPrecision = (name: string, wanted: Precision): string => {
    if (!isData(name) || (produced.get(name) ?? 'float32') === wanted) return name;
    const key = `${wanted}(${name})`;
    const known = casts.get(key);
    if (known !== undefined) return known;
    const made = fresh(key);
    casts.set(key, made);
    nodes.push(castNode(name, made, wanted));
    return made;
  };
  /** A constant has no say: it is cast to what the data beside it are in. */
  const precisionOf = ({ opType, domain, inputs }: Node): Precision => {
    if (standardDomain(domain) !== '') return 'float32';
    if (products.has(opType)) return 'float16';
    if (!followers.has(opType)) return 'float32';
    const data = inputs.filter(name => isData(name) && !graph.initializers.has(name));
    return data.length > 0 && data.every(name => produced.get(name) === 'float16') ? 'float16' : 'float32';
  };
  for (const node of graph.nodes) {
    const precision = precisionOf(node);
    const inputs = node.inputs.map(name => inPrecision(name, precision));
    const read: { readonly from: string; readonly to: string }[] = [];
    const outputs = node.outputs.map(name => {
      if (!isData(name) || precision === 'float32') return name;
      if (!outside.has(name)) {
        produced.set(name, 'float16');
        return name;
      }
      const half = fresh(`float16(${name})`);
      read.push({ from: half, to: name });
      return half;
    });
    nodes.push({ ...node, inputs, outputs });
    for (const { from, to } of read) nodes.push(castNode(from, to, 'float32'));
  }
  return { ...model, graph: { ...graph, nodes, valueInfo: new Map() } };
}
