/** A small vision transformer as an exporter writes it, with every operator spelt out. */
import type { Model, Tensor } from '../../src/onnx/graph.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { buildModel, type TinyAttribute, type TinyNode } from './build.ts';

const width = 16;
const heads = 2;
/** 4 x 4 patches of 8 x 8 pixels and the class token. */
const tokens = 17;

/** Image [batch, 3, 32, 32] to logits [batch, 10]: patches, class token, two blocks, head. */
export function visionTransformer(opset: number): Model {
  const nodes: TinyNode[] = [];
  const initializers: Tensor[] = [];
  const constant = (name: string, dims: readonly number[]): string => {
    const length = dims.reduce((a, b) => a * b, 1);
    initializers.push(
      floatTensor(
        name,
        dims,
        Float32Array.from({ length }, (_, i) => Math.cos(7 * i + length) / 4),
      ),
    );
    return name;
  };
  const integers = (name: string, ...values: number[]): string => {
    initializers.push(intTensor(name, [values.length], values));
    return name;
  };
  const scalar = (name: string, value: number): string => {
    initializers.push(floatTensor(name, [], new Float32Array([value])));
    return name;
  };
  const add = (
    op: string,
    output: string,
    inputs: readonly string[],
    attributes: Record<string, TinyAttribute> = {},
  ): string => {
    nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  };
  const unsqueeze = (output: string, input: string): string =>
    opset < 13 ? add('Unsqueeze', output, [input], { axes: [0] }) : add('Unsqueeze', output, [input, 'axis0']);
  const mean = (output: string, input: string): string =>
    opset < 18 ? add('ReduceMean', output, [input], { axes: [-1] }) : add('ReduceMean', output, [input, 'last']);

  integers('axis0', 0);
  integers('last', -1);
  initializers.push(intTensor('index0', [], [0]));
  for (const [name, value] of [
    ['two', 2],
    ['epsilon', 1e-5],
    ['root2', Math.SQRT2],
    ['one', 1],
    ['half', 0.5],
  ] as const)
    scalar(name, value);
  scalar('scale', 1 / Math.sqrt(width / heads));

  /** Before opset 17 LayerNormalization is written out. */
  const layerNorm = (name: string, input: string): string => {
    const [gain, bias] = [constant(`${name}.gain`, [width]), constant(`${name}.bias`, [width])];
    if (opset >= 17) return add('LayerNormalization', name, [input, gain, bias], { axis: -1 });
    const centred = add('Sub', `${name}.centred`, [input, mean(`${name}.mean`, input)]);
    const variance = mean(`${name}.variance`, add('Pow', `${name}.squared`, [centred, 'two']));
    const deviation = add('Sqrt', `${name}.deviation`, [add('Add', `${name}.stable`, [variance, 'epsilon'])]);
    const scaled = add('Mul', `${name}.scaled`, [add('Div', `${name}.unit`, [centred, deviation]), gain]);
    return add('Add', name, [scaled, bias]);
  };
  const linear = (name: string, input: string, from: number, to: number): string =>
    add('Add', name, [
      add('MatMul', `${name}.product`, [input, constant(`${name}.weight`, [from, to])]),
      constant(`${name}.bias`, [to]),
    ]);

  // Patches to tokens, with the class token in front for each image of the batch.
  add('Conv', 'patches', ['image', constant('patch.weight', [width, 3, 8, 8]), constant('patch.bias', [width])], {
    strides: [8, 8],
  });
  add('Shape', 'patchesShape', ['patches']);
  const batch1 = unsqueeze('batch1', add('Gather', 'batch', ['patchesShape', 'index0']));
  const flat = add('Concat', 'flatShape', [batch1, integers('widthAll', width, -1)], { axis: 0 });
  const sequence = add('Transpose', 'sequence', [add('Reshape', 'flat', ['patches', flat])], { perm: [0, 2, 1] });
  const classShape = add('Concat', 'classShape', [batch1, integers('oneWidth', 1, width)], { axis: 0 });
  const classToken = add('Expand', 'classTokens', [constant('class', [1, 1, width]), classShape]);
  let x = add('Add', 'embedded', [
    add('Concat', 'joined', [classToken, sequence], { axis: 1 }),
    constant('position', [1, tokens, width]),
  ]);

  integers('splitHeads', 0, 0, 3, heads, width / heads);
  integers('mergeHeads', 0, 0, width);
  for (const block of ['first', 'second']) {
    const qkv = add('Reshape', `${block}.heads`, [
      linear(`${block}.qkv`, layerNorm(`${block}.norm1`, x), width, 3 * width),
      'splitHeads',
    ]);
    const turned = add('Transpose', `${block}.turned`, [qkv], { perm: [2, 0, 3, 1, 4] });
    const part = (name: string, i: number): string => {
      initializers.push(intTensor(`${block}.${name}.index`, [], [i]));
      return add('Gather', `${block}.${name}`, [turned, `${block}.${name}.index`], { axis: 0 });
    };
    const [q, k, v] = [part('q', 0), part('k', 1), part('v', 2)];
    const keys = add('Transpose', `${block}.keys`, [k], { perm: [0, 1, 3, 2] });
    const scores = add('Mul', `${block}.scores`, [add('MatMul', `${block}.dots`, [q, keys]), 'scale']);
    const mixed = add('MatMul', `${block}.mixed`, [add('Softmax', `${block}.weights`, [scores], { axis: -1 }), v]);
    const together = add('Reshape', `${block}.together`, [
      add('Transpose', `${block}.back`, [mixed], { perm: [0, 2, 1, 3] }),
      'mergeHeads',
    ]);
    x = add('Add', block === 'second' ? 'attended' : `${block}.attended`, [
      x,
      linear(`${block}.projection`, together, width, width),
    ]);
    const wide = linear(`${block}.wide`, layerNorm(`${block}.norm2`, x), width, 4 * width);
    const erf = add('Erf', `${block}.erf`, [add('Div', `${block}.argument`, [wide, 'root2'])]);
    const gelu = add('Mul', `${block}.gelu`, [
      add('Mul', `${block}.halved`, [wide, 'half']),
      add('Add', `${block}.phi`, [erf, 'one']),
    ]);
    x = add('Add', `${block}.out`, [x, linear(`${block}.narrow`, gelu, 4 * width, width)]);
  }
  const pooled = add('Gather', 'pooled', [layerNorm('norm', x), 'index0'], { axis: 1 });
  add('Gemm', 'logits', [pooled, constant('head.weight', [10, width]), constant('head.bias', [10])], { transB: 1 });
  return buildModel({
    inputs: [{ name: 'image', shape: ['batch', 3, 32, 32] }],
    outputs: [{ name: 'logits', shape: ['batch', 10] }],
    nodes,
    initializers,
    opset,
  });
}
