/** What the blocked layout has for an operator. */
import { consumersOf, producersOf } from '../../onnx/edit.ts';
import type { Model, Node, Shape } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { intsOf } from '../../onnx/tensor.ts';
import { type LayoutBuilder, layoutBuilder } from './layout.ts';

/** The graph that is rewritten, as the rules look at it, and what they append to. */
export interface Rewriting {
  readonly to: LayoutBuilder;
  /** All sizes of a value, null where one of them is not known. */
  readonly sizes: (name: string) => readonly number[] | null;
  readonly producer: (name: string) => Node | undefined;
  readonly readers: (name: string) => readonly Node[];
  /** Of a constant; null for what is computed. */
  readonly integers: (name: string) => readonly number[] | null;
}

/** Appends what computes the node in the blocked layout, and says whether it could. */
export type BlockedRule = (at: Rewriting, node: Node) => boolean;

export function rewritingOf({ graph, opsets }: Model, block: number): Rewriting {
  const shapes = inferShapes(graph, opsets);
  const producers = producersOf(graph);
  const readers = consumersOf(graph);
  return {
    to: layoutBuilder(graph, block),
    sizes: name => sizesOf(shapes.get(name) ?? null),
    producer: name => producers.get(name),
    readers: name => readers.get(name) ?? [],
    integers: name => {
      const tensor = graph.initializers.get(name);
      return tensor ? intsOf(tensor) : null;
    },
  };
}

const sizesOf = (shape: Shape | null): readonly number[] | null =>
  shape?.every(size => typeof size === 'number') ? (shape as readonly number[]) : null;

/** The sizes of a value of whole blocks of channels in two spatial axes, or null. */
export function blockedSizes({ to, sizes }: Rewriting, name: string): readonly number[] | null {
  const found = sizes(name);
  return found?.length === 4 && (found[1] ?? 0) % to.block === 0 ? found : null;
}

/** The same, for a value that is in the blocked layout already. */
export const alreadyBlocked = (at: Rewriting, name: string): readonly number[] | null =>
  at.to.isBlocked(name) ? blockedSizes(at, name) : null;
