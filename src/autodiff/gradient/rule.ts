/** How gradients pass one operator backward. */
import type { ElementType, Node, Shape } from '../../onnx/graph.ts';
import type { GradientBuilder } from './builder.ts';

/** What a rule sees of its node y_0, y_1, ... = op(x_0, x_1, ...), and what it appends nodes with. */
export interface GradientSituation {
  readonly node: Node;
  readonly build: GradientBuilder;
  /** dL/dy_i as a value of the graph, or null where nothing flows back through that output. At least one is there. */
  readonly gradients: readonly (string | null)[];
  /** dL/dy_0. Throws where nothing flows back through the first output, and where anything does through another. */
  readonly dy: string;
  /** Whether anybody needs dL/dx_i; a rule computes nothing else. */
  readonly needs: (i: number) => boolean;
  /** Name of x_i, or an empty string where it is left out. */
  readonly input: (i: number) => string;
  /** Name of y_i. An optional output that the node leaves out is added to it. */
  readonly output: (i: number) => string;
  /** Shape of x_i, as far as it is known before the graph runs. */
  readonly shape: (i: number) => Shape | null;
  /** Shape of y_i. */
  readonly outputShape: (i: number) => Shape | null;
  readonly elementType: (i: number) => ElementType;
  /** The elements of x_i where it is a constant of whole numbers, or null. */
  readonly integers: (i: number) => readonly number[] | null;
  /** The one element of x_i where it is a floating-point constant, or null. */
  readonly number: (i: number) => number | null;
}

/**
 * Appends the nodes of one operator's reverse pass and gives dL/dx_i for each input that needs it, in the order of the inputs;
 * null stands for no gradient (not needed, or zero). Throws `NoGradient` for attributes that it does not cover.
 */
export type GradientRule = (at: GradientSituation) => readonly (string | null)[];

export type GradientRules = Readonly<Record<string, GradientRule>>;

/** Why a rule has no gradient for its node; turned into an error that names the node. */
export class NoGradient extends Error {}
