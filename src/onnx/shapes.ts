/** Shape inference: what is known of every value's shape before the graph runs. */
import type { Dimension, Graph, Node, Shape } from './graph.ts';
import { constantRules } from './shapes/constants.ts';
import { contributedRules } from './shapes/contributed.ts';
import { dimensionValue } from './shapes/dimension.ts';
import { elementwiseRules } from './shapes/elementwise.ts';
import { gatheringRules } from './shapes/gathering.ts';
import { layoutRules } from './shapes/layout.ts';
import { matrixRules } from './shapes/matrix.ts';
import { normalizationRules } from './shapes/normalization.ts';
import { reductionRules } from './shapes/reduction.ts';
import { constantValue, type Rule, shaped, unknown, type Value } from './shapes/rule.ts';
import { selectionRules } from './shapes/selection.ts';
import { windowRules } from './shapes/window.ts';
import { newestOpset, standardDomain } from './versions.ts';

const standard = new Map<string, Rule>(
  Object.entries({
    ...constantRules,
    ...elementwiseRules,
    ...gatheringRules,
    ...layoutRules,
    ...matrixRules,
    ...normalizationRules,
    ...reductionRules,
    ...selectionRules,
    ...windowRules,
  }),
);

const contributed = new Map<string, Rule>(Object.entries(contributedRules));

/**
 * The shape of every value of `graph`, by name; a value of which nothing is known, not even the rank, is not in the map.
 *
 * A dynamic size keeps its name through the graph (`batch`, or `197*batch` after a reshape). An unnamed dynamic size of
 * input `x` is called `x:0?`, by its axis, so that its traces can be followed too. `freeDimensions` gives sizes to names, and
 * to axes of an input whatever their names.
 * Where a rule knows nothing, for an operator of another domain say, what the file says about the value is taken.
 */
export function inferShapes(
  graph: Graph,
  opsets: ReadonlyMap<string, number>,
  freeDimensions: Readonly<Record<string, number>> = {},
): ReadonlyMap<string, Shape> {
  return shapesOf(inferValues(graph, opsets, freeDimensions));
}

export function shapesOf(values: ReadonlyMap<string, Value>): ReadonlyMap<string, Shape> {
  const shapes = new Map<string, Shape>();
  for (const [name, { shape }] of values) if (shape) shapes.set(name, shape);
  return shapes;
}

/** As `inferShapes`, with the contents of what is computed from constants and shapes. */
export function inferValues(
  graph: Graph,
  opsets: ReadonlyMap<string, number>,
  freeDimensions: Readonly<Record<string, number>> = {},
): ReadonlyMap<string, Value> {
  const given = (symbol: string): number | null =>
    Object.hasOwn(freeDimensions, symbol) ? freeDimensions[symbol]! : null;
  const bound = (shape: Shape): Shape => shape.map(size => dimensionValue(size, given) ?? size);
  const opset = opsets.get('') ?? newestOpset;
  const values = new Map<string, Value>();
  for (const tensor of graph.initializers.values()) values.set(tensor.name, constantValue(tensor));
  for (const { name, shape } of graph.inputs) {
    if (shape) values.set(name, shaped(bound(sizesOfInput(name, shape, given))));
  }
  const stated = statedShapes(graph);
  for (const node of graph.nodes) {
    const outputs = valuesOf(node, opset, values);
    node.outputs.forEach((name, i) => {
      if (name === '') return;
      const fallback = stated.get(name);
      values.set(name, completed(outputs[i] ?? unknown, fallback ? bound(fallback) : null));
    });
  }
  return values;
}

/** A size that is given for an axis goes before one that is given for a name. */
const sizesOfInput = (input: string, shape: Shape, given: (symbol: string) => number | null): Shape =>
  shape.map((size, axis) =>
    typeof size === 'number' ? size : (given(unnamedSize(input, axis)) ?? nameOfSize(input, axis, size)),
  );

/** What an unnamed dynamic size of an input is called; it also tells apart sizes that have one name. */
export const unnamedSize = (input: string, axis: number): string => `${input}:${axis}?`;

/** Exporters write these where they mean that a size has no name. */
const noName = /^(?:[\s?*_.-]*|-1|None|unk(?:nown)?)$/i;

/** What a dynamic size of an input is called: its name, or its axis where that is no name. */
export const nameOfSize = (input: string, axis: number, size: Dimension): string =>
  typeof size === 'string' && !noName.test(size) ? size : unnamedSize(input, axis);

function valuesOf(node: Node, opset: number, values: ReadonlyMap<string, Value>): readonly Value[] {
  const domain = standardDomain(node.domain);
  const rules = domain === '' ? standard : domain === 'com.microsoft' ? contributed : undefined;
  const rule = rules?.get(node.opType);
  return (
    rule?.({
      node,
      opset,
      input: i => values.get(node.inputs[i] ?? '') ?? unknown,
      has: i => (node.inputs[i] ?? '') !== '',
    }) ?? []
  );
}

function statedShapes(graph: Graph): ReadonlyMap<string, Shape> {
  const stated = new Map<string, Shape>();
  for (const { name, shape } of [...graph.valueInfo.values(), ...graph.outputs])
    if (shape)
      stated.set(
        name,
        shape.map(size => (typeof size === 'string' && noName.test(size) ? null : size)),
      );
  return stated;
}

/** What was inferred, with the gaps filled by what the file says. */
function completed(value: Value, stated: Shape | null): Value {
  if (!stated) return value;
  if (!value.shape) return shaped(stated);
  if (value.shape.length !== stated.length) return value;
  return { ...value, shape: value.shape.map((size, i): Dimension => size ?? stated[i]!) };
}
