/**
 * Einsum as a site, where it is a product with a matrix: of its two operands one is a constant, every letter of which is either summed over or comes
 * out, and no letter of the other is lost on the way. So `btc,cd->btd`, and `btc,chd->bthd` with the heads apart.
 */
import { textAttribute } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import { elementCount } from '../../onnx/tensor.ts';
import type { MatrixProduct } from '../dense-node.ts';
import { isRefused, type Refused, refused } from '../site.ts';
import { type Draft, type GraphReading, readWeight } from './draft.ts';
import { productOf } from './matrix.ts';
import { unknownSize } from './unknown-size.ts';

interface Terms {
  readonly data: string;
  readonly weight: string;
  readonly result: string;
}

export function einsumSite(reading: GraphReading, node: Node): Draft | Refused {
  const equation = textAttribute(node, 'equation', '').replaceAll(' ', '');
  const constants = node.inputs.map(name => reading.constant(name));
  if (constants.every(each => each === null))
    return refused('run-time', 'it multiplies values that are computed at run time; it has no weight');
  const weightInput = constants[1] ? 1 : 0;
  const terms = termsOf(equation, node.inputs.length, weightInput);
  if (!terms)
    return refused('form', `"${equation}" is no product with a matrix, as "btc,cd->btd" is; write it as MatMul`);
  const weight = readWeight(reading, node, weightInput);
  if (isRefused(weight)) return weight;
  const { dims } = weight.tensor;
  const letters = lettersOf(terms);
  const sizeOf = (letter: string): number => dims[terms.weight.indexOf(letter)] ?? 1;
  const shape = reading.shapes.get(node.outputs[0] ?? '');
  const rows = reading.count(shape?.filter((_, axis) => letters.rest.includes(terms.result[axis] ?? '')));
  if (rows === null || shape?.length !== terms.result.length)
    return refused('size', unknownSize('the rows that it multiplies', reading.loss(node.outputs[0] ?? '')));
  const [inAxes, outAxes] = [letters.summed.map(sizeOf), letters.out.map(sizeOf)];
  return {
    ...productOf(rows, elementCount(inAxes), elementCount(outAxes)),
    output: node.outputs[0]!,
    kind: 'einsum',
    weight: node.inputs[weightInput]!,
    elementType: weight.elementType,
    weightDims: dims,
    weightInput,
    weightLayout: 'out-in',
    weightOrder: [...letters.out, ...letters.summed].map(letter => terms.weight.indexOf(letter)),
    product: { ...productTerms(terms), inAxes, outAxes, perChannel: perChannel(terms, sizeOf) },
  };
}

/** Null where the equation is another than those above. */
function termsOf(equation: string, operands: number, weightInput: 0 | 1): Terms | null {
  const [inputs = '', result] = equation.split('->');
  const [first, second, ...others] = inputs.split(',');
  if (operands !== 2 || !first || !second || others.length > 0 || !result || !/^[A-Za-z,>-]+$/.test(equation))
    return null;
  const terms = weightInput === 1 ? { data: first, weight: second, result } : { data: second, weight: first, result };
  const once = (term: string): boolean => new Set(term).size === term.length;
  const { rest, summed, out } = lettersOf(terms);
  const whole =
    once(terms.data) &&
    once(terms.weight) &&
    once(result) &&
    summed.length > 0 &&
    out.length > 0 &&
    summed.length + out.length === terms.weight.length &&
    rest.length + out.length === result.length &&
    rest.length + summed.length === terms.data.length;
  return whole ? terms : null;
}

/** Letters in the order of the data and of the result: those that go through, those that are summed over, and those that come out. */
function lettersOf({ data, weight, result }: Terms) {
  return {
    rest: [...data].filter(letter => result.includes(letter) && !weight.includes(letter)),
    summed: [...data].filter(letter => weight.includes(letter) && !result.includes(letter)),
    out: [...result].filter(letter => weight.includes(letter) && !data.includes(letter)),
  };
}

/** One number per output channel, over an output of those axes. */
function perChannel({ weight, result }: Terms, sizeOf: (letter: string) => number): number[] {
  const sizes = [...result].map(letter => (weight.includes(letter) ? sizeOf(letter) : 1));
  return sizes.slice(sizes.findIndex(size => size !== 1));
}

function productTerms(terms: Terms): Omit<MatrixProduct, 'inAxes' | 'outAxes' | 'perChannel'> {
  const { rest, summed, out } = lettersOf(terms);
  const order = (term: string, last: readonly string[]): readonly number[] | null => {
    const places = [...rest, ...last].map(letter => term.indexOf(letter));
    return places.every((place, axis) => place === axis) ? null : places;
  };
  const [inputOrder, outputOrder] = [order(terms.data, summed), order(terms.result, out)];
  const oneEach = summed.length === 1 && out.length === 1;
  if (oneEach && !inputOrder && !outputOrder) return { inputOrder, outputOrder, weightFirst: false, equations: null };
  // The rank takes the place of the axes that were summed over, and the first of the other axes stay as they are.
  const rank = [...'rzqkabcdefghijlmnopstuvwxyz'].find(
    letter => ![terms.data, terms.weight, terms.result].some(term => term.includes(letter)),
  );
  const between = [...rest, rank].join('');
  return {
    inputOrder,
    outputOrder,
    weightFirst: false,
    equations: {
      first: `${terms.data},${[...summed, rank].join('')}->${between}`,
      second: `${between},${[rank, ...out].join('')}->${terms.result}`,
    },
  };
}
