/** Nodes that hold weights in a form that is not looked into: fused operators, functions, and the bodies of If and Loop. */
import { isFloat } from '../../onnx/element-type.ts';
import type { Functions } from '../../onnx/functions.ts';
import type { Node } from '../../onnx/graph.ts';
import { bodiesOf } from '../../onnx/subgraph.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { type Refused, refused } from '../site.ts';
import type { GraphReading } from './draft.ts';

/** Why a node is no site though it holds weights; null for one without. */
export function hiddenLayer(functions: Functions, { constant }: GraphReading, node: Node): Refused | null {
  const domain = standardDomain(node.domain);
  const { opType } = node;
  if (bodiesOf(node).operators.some(functions.multiplies)) {
    return refused(
      'body',
      `its bodies hold layers, and what ${opType} runs is not factorised; export the model without ${opType}, for one input size and without branches`,
    );
  }
  if (domain === '') return null;
  if (functions.has(node)) {
    return functions.multiplies(node)
      ? refused(
          'function',
          `${opType} is a function of the model's own that holds layers, which is not looked into; inline it with onnx.inliner.inline_local_functions`,
        )
      : null;
  }
  const weights = node.inputs.filter(name => {
    const tensor = constant(name)?.tensor;
    return tensor !== undefined && isFloat(tensor.elementType) && tensor.dims.length >= 2;
  });
  if (weights.length === 0) return null;
  return /^com\.(microsoft|ms)\b/.test(domain)
    ? refused(
        'fused',
        `${opType} is an operator that onnxruntime fuses others into, and only convolutions, Gemm, MatMul and Einsum are factorised: give the model as it was exported, before it was optimised`,
      )
    : refused(
        'operator',
        `${opType} is an operator of ${domain}, and only convolutions, Gemm, MatMul and Einsum are factorised`,
      );
}
