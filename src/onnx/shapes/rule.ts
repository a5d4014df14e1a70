/** How the shapes of a node's outputs follow from its inputs. */
import { intsAttribute as listOf } from '../attributes.ts';
import { isFloat } from '../element-type.ts';
import type { Dimension, ElementType, Node, Shape, Tensor } from '../graph.ts';
import { floatsOf, intsOf } from '../tensor.ts';

/** What is known of a value before the graph runs. */
export interface Value {
  /** Null when not even the rank is known. */
  readonly shape: Shape | null;
  /**
   * The elements, row-major, of a small constant or of a value computed from shapes; sizes that are names stay names, and null is an element
   * that is not known. Every size of the shape is then a number.
   */
  readonly content: readonly Dimension[] | null;
  /** Of the content: it decides how a result is rounded. */
  readonly type: ElementType;
}

export const unknown: Value = { shape: null, content: null, type: 'other' };

/** What a rule sees of its node. */
export interface ShapeSituation {
  readonly node: Node;
  /** Version of the standard operators. */
  readonly opset: number;
  /** Input `i`, or `unknown` where it is left out. */
  readonly input: (i: number) => Value;
  /** Whether input `i` is given. */
  readonly has: (i: number) => boolean;
}

/** Gives the outputs in order; what it leaves out is unknown. Never throws: what makes no sense is unknown. */
export type Rule = (at: ShapeSituation) => readonly Value[];

export type Rules = Readonly<Record<string, Rule>>;

/** Larger contents are data and not shape arithmetic; no shape has more axes. */
export const maxContent = 1024;

/** A value of which only the shape is known; sizes that are no sizes, out of a damaged graph, are not known. */
export const shaped = (shape: Shape | null): Value => ({
  ...unknown,
  shape: shape && shape.length <= maxContent ? shape.map(possible) : null,
});

const possible = (size: Dimension): Dimension =>
  typeof size !== 'number' || (Number.isSafeInteger(size) && size >= 0) ? size : null;

/** The content is dropped where it is too long, or does not fill the shape. */
export function withContent(shape: Shape, content: readonly Dimension[] | null, type: ElementType = 'int64'): Value {
  const value = shaped(shape);
  const fits = content !== null && content.length <= maxContent && content.length === sizeOf(value.shape);
  return fits ? { ...value, content, type } : value;
}

function sizeOf(shape: Shape | null): number | null {
  let product = 1;
  for (const size of shape ?? [null]) {
    if (typeof size !== 'number') return null;
    product *= size;
  }
  return product;
}

/** Same shape as the first input: most of the activations. */
export const likeFirst: Rule = at => [shaped(at.input(0).shape)];

/** Axes and the like: an attribute before opset `since`, input `i` from then on. Null when absent or not known. */
export const intsSince = (at: ShapeSituation, since: number, name: string, i: number): readonly number[] | null =>
  at.opset < since ? listOf(at.node, name) : numbers(at.input(i).content);

/** The content when every element is a number. */
export const numbers = (content: readonly Dimension[] | null): readonly number[] | null =>
  content?.every(value => typeof value === 'number') ? (content as readonly number[]) : null;

/** A constant as a value: its shape, and its content when it is small. */
export function constantValue(tensor: Tensor): Value {
  const { dims, elementType, bytes } = tensor;
  if (bytes.length > 8 * maxContent || elementType === 'string' || elementType === 'other') return shaped(dims);
  return withContent(dims, floating(elementType) ? floatContent(tensor) : intsOf(tensor), elementType);
}

/** Of float64 the scales that exporters write are wanted as they are. */
function floatContent(tensor: Tensor): readonly number[] {
  if (tensor.elementType !== 'float64') return [...floatsOf(tensor)];
  return [...new Float64Array(new Uint8Array(tensor.bytes).buffer)];
}

export const floating = (type: ElementType): boolean => isFloat(type);
