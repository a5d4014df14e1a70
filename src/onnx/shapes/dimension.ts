/**
 * Arithmetic on sizes of which some are only names. A size is a product of a whole number and names, written `197*batch`,
 * so that a dynamic batch is carried through reshapes; what is no such product becomes null, "not known".
 */
import type { Dimension, Shape } from '../graph.ts';

/** coefficient x symbols[0] x symbols[1] ... with the symbols sorted. */
interface Product {
  readonly coefficient: number;
  readonly symbols: readonly string[];
}

const plainProduct = /^(?:\d+\*)?[A-Za-z_?][\w.:?]*(?:\*[A-Za-z_?][\w.:?]*)*$/;

function productOf(dimension: number | string): Product {
  if (typeof dimension === 'number') return { coefficient: dimension, symbols: [] };
  if (!plainProduct.test(dimension)) return { coefficient: 1, symbols: [dimension] };
  const factors = dimension.split('*');
  const leading = /^\d/.test(factors[0]!) ? Number(factors.shift()) : 1;
  return { coefficient: leading, symbols: factors.sort() };
}

/** Longer products help nobody, and a hostile graph could make them grow for ever. */
const maxSymbols = 8;

function dimensionOf({ coefficient, symbols }: Product): Dimension {
  if (symbols.length === 0 || coefficient === 0) return Number.isSafeInteger(coefficient) ? coefficient : null;
  if (symbols.length > maxSymbols || !Number.isSafeInteger(coefficient) || coefficient < 0) return null;
  return [...(coefficient === 1 ? [] : [String(coefficient)]), ...symbols].join('*');
}

export function multiply(a: Dimension, b: Dimension): Dimension {
  if (a === 0 || b === 0) return 0;
  if (a === null || b === null) return null;
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  const [left, right] = [productOf(a), productOf(b)];
  return dimensionOf({
    coefficient: left.coefficient * right.coefficient,
    symbols: [...left.symbols, ...right.symbols].sort(),
  });
}

export const productOfAll = (shape: Shape): Dimension => shape.reduce<Dimension>(multiply, 1);

/** The exact quotient, or null where it is none or not known. */
export function divide(a: Dimension, b: Dimension): Dimension {
  if (a === null || b === null || b === 0) return null;
  const [left, right] = [productOf(a), productOf(b)];
  const rest = [...left.symbols];
  for (const symbol of right.symbols) {
    const at = rest.indexOf(symbol);
    if (at < 0) return null;
    rest.splice(at, 1);
  }
  const coefficient = left.coefficient / right.coefficient;
  return Number.isInteger(coefficient) ? dimensionOf({ coefficient, symbols: rest }) : null;
}

export function add(a: Dimension, b: Dimension): Dimension {
  if (a === 0) return b;
  if (b === 0) return a;
  return typeof a === 'number' && typeof b === 'number' ? a + b : null;
}

/** The size of two axes that are broadcast against each other; null where it cannot be told. */
function broadcastDimension(a: Dimension, b: Dimension): Dimension {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === 'number') return a;
  return typeof b === 'number' ? b : null;
}

/** Multidirectional broadcasting (ONNX Broadcasting.md): aligned at the last axis. */
export function broadcast(a: Shape | null, b: Shape | null): Shape | null {
  if (!a || !b) return null;
  const rank = Math.max(a.length, b.length);
  const at = (shape: Shape, axis: number): Dimension => {
    const i = axis - (rank - shape.length);
    return i < 0 ? 1 : shape[i]!;
  };
  return Array.from({ length: rank }, (_, axis) => broadcastDimension(at(a, axis), at(b, axis)));
}

/** The value of a size when `values` gives that of its names; null where a name is not among them. */
export function dimensionValue(dimension: Dimension, values: (symbol: string) => number | null): number | null {
  if (dimension === null || typeof dimension === 'number') return dimension;
  const whole = values(dimension);
  if (whole !== null) return whole;
  const { coefficient, symbols } = productOf(dimension);
  let result = coefficient;
  for (const symbol of symbols) {
    const value = values(symbol);
    if (value === null) return null;
    result *= value;
  }
  return result;
}

/** `axis` counted from the front, or null where it lies outside. */
export function axisOf(axis: number, rank: number): number | null {
  const positive = axis < 0 ? axis + rank : axis;
  return Number.isInteger(positive) && positive >= 0 && positive < rank ? positive : null;
}
