/** Refuses quantised models: their weights are integers, whose factors would have to be quantised anew. */
import type { Model } from './graph.ts';
import { isModelSource } from './model-source.ts';
import { type ReadOptions, refusal } from './read-context.ts';
import { bodiesOf, type Operator, operatorsOfFunction } from './subgraph.ts';
import { standardDomain } from './versions.ts';

/** Operators of the standard domain and of onnxruntime's own that compute on quantised numbers. */
const quantised =
  /^(QuantizeLinear|DequantizeLinear|DynamicQuantize.*|QLinear.*|QGemm|QAttention|QEmbed.*|QOrdered.*|QMoE|.*Integer(ToFloat)?|MatMul(NBits|Bnb4|FpQ4)|GatherBlockQuantized)$/;
const domains = new Set(['', 'com.microsoft']);
/** Those that leave everything but the weights in floating point. */
const weightOnly = /^(DequantizeLinear|MatMul(NBits|Bnb4|FpQ4)|GatherBlockQuantized)$/;

const isQuantised = ({ opType, domain }: Operator): boolean =>
  domains.has(standardDomain(domain)) && quantised.test(opType);

/** Throws UserError when the graph, a body in it or a function of the model holds an operator on quantised numbers. */
export function checkQuantised({ graph, source }: Model, options: ReadOptions): void {
  const functions = isModelSource(source) ? source.functions : [];
  const operators = [
    ...graph.nodes.flatMap((node): readonly Operator[] => [node, ...bodiesOf(node).operators]),
    ...functions.flatMap(operatorsOfFunction),
  ];
  const found = operators.filter(isQuantised);
  if (found.length === 0) return;
  const named = graph.nodes.find(({ opType, domain }) => isQuantised({ opType, domain }));
  const where = named ? `, the first of them "${named.name || named.outputs[0]}"` : '';
  if (found.every(({ opType }) => weightOnly.test(opType)))
    throw refusal(
      options,
      `the model is quantised (${found.length} nodes such as ${found[0]!.opType}${where}): its weights are stored as integers that these nodes turn into numbers, and factors of an integer matrix are no integers.`,
      'Give the float32 or float16 model that it was made from, and quantise the result.',
    );
  const kinds = [...new Set(found.map(({ opType }) => opType))].slice(0, 3).join(', ');
  throw refusal(
    options,
    `the model is quantised (${found.length} nodes such as ${kinds}), and quantised weights cannot be factorised: the factors of an integer matrix are no integers.`,
    'Give the float32 or float16 model, and quantise the result.',
  );
}
