/** Operators of onnxruntime's own that it fuses others into, where their shapes follow simply. (ContribOperators.md of onnxruntime) */

import { intAttribute, intsAttribute } from '../attributes.ts';
import type { Dimension, Shape } from '../graph.ts';
import { divide, multiply } from './dimension.ts';
import { matrixRules } from './matrix.ts';
import { likeFirst, type Rule, type Rules, type ShapeSituation, shaped, unknown } from './rule.ts';
import { windowRules } from './window.ts';

const alike = (
  'Gelu FastGelu QuickGelu BiasGelu BiasAdd BiasSoftmax BiasDropout BitmaskDropout LayerNormalization SimplifiedLayerNormalization GroupNorm ' +
  'RotaryEmbedding Inverse Trilu ComplexMul GemmaRotaryEmbedding'
).split(' ');

/** The last output is the sum that was normalised. */
const skipped: Rule = at => {
  const x = shaped(at.input(0).shape);
  return [x, unknown, unknown, x];
};
const skippedGroup: Rule = at => [shaped(at.input(0).shape), shaped(at.input(0).shape)];

const swapped = (shape: Shape, first: number, second: number): Shape =>
  shape.with(first, shape.at(second)!).with(second, shape.at(first)!);

/** A matrix product of inputs that may be transposed; transBatchA and transBatchB bring the first axis before the last. */
const fusedMatMul: Rule = at => {
  const turned = (i: number, side: 'A' | 'B'): Shape | null => {
    let { shape } = at.input(i);
    if (!shape) return null;
    if (intAttribute(at.node, `transBatch${side}`, 0) !== 0 && shape.length > 2)
      shape = [...shape.slice(1, -1), shape[0]!, shape.at(-1)!];
    return intAttribute(at.node, `trans${side}`, 0) !== 0 && shape.length > 1
      ? swapped(shape, shape.length - 2, shape.length - 1)
      : shape;
  };
  return matrixRules.MatMul!(withShapes(at, [turned(0, 'A'), turned(1, 'B')]));
};

const withShapes = (at: ShapeSituation, shapes: readonly (Shape | null)[]): ShapeSituation => ({
  ...at,
  input: i => shaped(shapes[i] ?? null),
});

/** Channels last: X [batch, x..., channels] and W [out, in / groups, k...]. */
const nhwcConv: Rule = at => {
  const x = at.input(0).shape;
  if (!x || x.length < 3) return [unknown];
  const [result] = windowRules.Conv!(withShapes(at, [[x[0]!, x.at(-1)!, ...x.slice(1, -1)], at.input(1).shape]));
  const y = result?.shape;
  return [y ? shaped([y[0]!, ...y.slice(2), y[1]!]) : unknown];
};

/** Input [batch, length, size], weights [size, Q + K + V]. */
const attention: Rule = at => {
  const x = at.input(0).shape;
  const sizes = intsAttribute(at.node, 'qkv_hidden_sizes');
  const width = sizes ? (sizes[2] ?? null) : divide(at.input(1).shape?.at(-1) ?? null, 3);
  return [x?.length === 3 ? shaped([x[0]!, x[1]!, width]) : unknown];
};

/** Query [batch, length, size]; value [batch, length, size] or [batch, heads, length, size]; or all in one [batch, length, heads, 3, size]. */
const multiHeadAttention: Rule = at => {
  const [q, v] = [at.input(0).shape, at.input(2).shape];
  if (q?.length === 5) return [shaped([q[0]!, q[1]!, multiply(q[2]!, q[4]!)])];
  if (q?.length !== 3) return [unknown];
  const width: Dimension =
    v?.length === 4 ? multiply(v[1]!, v[3]!) : v?.length === 3 ? v[2]! : at.has(2) ? null : q[2]!;
  return [shaped([q[0]!, q[1]!, width])];
};

/** Half of the last axis gates the other half. */
const biasSplitGelu: Rule = at => {
  const x = at.input(0).shape;
  return [x ? shaped([...x.slice(0, -1), divide(x.at(-1) ?? null, 2)]) : unknown];
};

const expandDims: Rule = at => {
  const x = at.input(0).shape;
  const axis = at.input(1).content?.[0];
  if (!x || typeof axis !== 'number') return [unknown];
  const place = axis < 0 ? axis + x.length + 1 : axis;
  return [place >= 0 && place <= x.length ? shaped(x.toSpliced(place, 0, 1)) : unknown];
};

/** By name, of the domain com.microsoft. */
export const contributedRules: Rules = {
  ...Object.fromEntries(alike.map(name => [name, likeFirst])),
  SkipLayerNormalization: skipped,
  SkipSimplifiedLayerNormalization: skipped,
  SkipGroupNorm: skippedGroup,
  FusedConv: windowRules.Conv!,
  NhwcConv: nhwcConv,
  NhwcFusedConv: nhwcConv,
  FusedGemm: matrixRules.Gemm!,
  FusedMatMul: fusedMatMul,
  TransposeMatMul: fusedMatMul,
  FusedMatMulActivation: fusedMatMul,
  GemmFastGelu: matrixRules.MatMul!,
  Attention: attention,
  MultiHeadAttention: multiHeadAttention,
  BiasSplitGelu: biasSplitGelu,
  ExpandDims: expandDims,
};
