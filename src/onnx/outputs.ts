/** Which outputs of a network count: those that hold class scores, called heads (docs/decisions/0017). */
import type { Dimension, ElementType, Graph, Shape } from './graph.ts';

export interface Outputs {
  /** The first holds the scores that labels are for. Empty where no output can be told to hold class scores. */
  readonly judged: readonly string[];
  readonly unjudged: readonly string[];
}

/**
 * Class scores are N x classes, or such with sizes of 1 behind it, in floating point. The first output of that kind is judged, or the first of
 * all where nothing is known of its shape. A later one is judged too where its width is known and its batch is that of the first.
 */
export function outputsOf({ outputs }: Graph, shapes: ReadonlyMap<string, Shape>): Outputs {
  const names = outputs.map(({ name }) => name);
  const heads = outputs.filter(({ name, elementType }) => {
    const shape = shapes.get(name);
    return shape !== undefined && mayScore(elementType) && isScores(shape);
  });
  const [only] = outputs;
  const first = heads[0] ?? (only && !shapes.has(only.name) && mayScore(only.elementType) ? only : undefined);
  if (!first) return { judged: [], unjudged: names };
  const batch = shapes.get(first.name)?.[0];
  const judged = heads
    .filter(({ name }) => name === first.name || isFurtherHead(shapes.get(name) ?? [], batch))
    .map(({ name }) => name);
  const counted = judged.length > 0 ? judged : [first.name];
  return { judged: counted, unjudged: names.filter(name => !counted.includes(name)) };
}

/** Which outputs count: those that hold class scores, all, or those of these names. */
export type CountedOutputs = 'heads' | 'all' | readonly string[];

/** Where no output can be told to hold class scores, none is judged by its classes. */
export function judgedOf(graph: Graph, shapes: ReadonlyMap<string, Shape>, counted: CountedOutputs): Outputs {
  if (counted === 'heads') return outputsOf(graph, shapes);
  const names = graph.outputs.map(({ name }) => name);
  const judged = counted === 'all' ? names : names.filter(name => counted.includes(name));
  return { judged, unjudged: names.filter(name => !judged.includes(name)) };
}

/** Whether a shape is N x classes x 1 x ...; a size that is not known may be anything but 1. */
export const isScores = (shape: readonly (number | string | null)[]): boolean =>
  shape.length >= 2 && shape.slice(2).every(each => each === 1) && shape[1] !== 1;

const isFurtherHead = (shape: Shape, batch: Dimension | undefined): boolean =>
  typeof shape[1] === 'number' && shape[0] === batch;

/** A type that the reader does not name may be anything. */
const mayScore = (type: ElementType): boolean => ['float32', 'float16', 'float64', 'other'].includes(type);
