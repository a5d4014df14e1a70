/** Matrix products, and attention as one operator. */

import { intAttribute, textAttribute } from '../attributes.ts';
import type { Dimension, Shape } from '../graph.ts';
import { broadcast, divide, multiply } from './dimension.ts';
import { type Rule, type Rules, shaped, unknown } from './rule.ts';

/** A [m, k] or its transpose, B [k, n] or its transpose: [m, n]. */
const gemm: Rule = at => {
  const [a, b] = [at.input(0).shape, at.input(1).shape];
  if (a?.length !== 2 || b?.length !== 2) return [unknown];
  const m = a[intAttribute(at.node, 'transA', 0) ? 1 : 0]!;
  const n = b[intAttribute(at.node, 'transB', 0) ? 0 : 1]!;
  return [shaped([m, n])];
};

/** numpy.matmul: [..., m, k] and [..., k, n] give [..., m, n]; a vector lends itself an axis and takes it back. */
const matMul: Rule = at => {
  const [a, b] = [at.input(0).shape, at.input(1).shape];
  if (!a || !b || a.length === 0 || b.length === 0) return [unknown];
  const left: Shape = a.length === 1 ? [1, ...a] : a;
  const right: Shape = b.length === 1 ? [...b, 1] : b;
  const batch = broadcast(left.slice(0, -2), right.slice(0, -2)) ?? [];
  const rows = a.length === 1 ? [] : [left.at(-2)!];
  const columns = b.length === 1 ? [] : [right.at(-1)!];
  return [shaped([...batch, ...rows, ...columns])];
};

/** Explicit or implicit output, without ellipsis: each letter keeps the size it has in the inputs. */
const einsum: Rule = at => {
  const [left, right] = textAttribute(at.node, 'equation', '').replaceAll(' ', '').split('->');
  if (!left || left.includes('.')) return [unknown];
  const sizes = new Map<string, Dimension>();
  const letters = [...left.replaceAll(',', '')];
  for (const [i, term] of left.split(',').entries()) {
    const shape = at.input(i).shape;
    if (shape?.length !== term.length) return [unknown];
    for (const [axis, letter] of [...term].entries()) {
      const known = sizes.get(letter);
      if (known === undefined || known === 1 || known === null) sizes.set(letter, shape[axis]!);
    }
  }
  const once = [...new Set(letters)].filter(letter => letters.indexOf(letter) === letters.lastIndexOf(letter)).sort();
  return [shaped([...(right ?? once.join(''))].map(letter => sizes.get(letter) ?? null))];
};

/** Q, K, V as [batch, heads, length, size], or as [batch, length, heads x size]. (ONNX Attention-23) */
const attention: Rule = at => {
  const [q, k, v] = [at.input(0).shape, at.input(1).shape, at.input(2).shape];
  if (!q || !v || !k) return [unknown];
  if (q.length === 4 && v.length === 4) return [shaped([q[0]!, q[1]!, q[2]!, v[3]!])];
  if (q.length !== 3 || v.length !== 3) return [unknown];
  const headSize = divide(v[2]!, intAttribute(at.node, 'kv_num_heads', 0));
  return [shaped([q[0]!, q[1]!, multiply(headSize, intAttribute(at.node, 'q_num_heads', 0))])];
};

export const matrixRules: Rules = { Gemm: gemm, MatMul: matMul, Einsum: einsum, Attention: attention };
