/** Reverse-mode differentiation as a pass over the graph (Griewank and Walther 2008, section 3.2). */
import { UserError } from '../../errors/user-error.ts';
import { isFloat } from '../../onnx/element-type.ts';
import type { Graph, Model, Node, Shape, Tensor } from '../../onnx/graph.ts';
import { keepLive } from '../../onnx/live.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { readsOf } from '../../onnx/subgraph.ts';
import { elementCount, floatsOf, intsOf } from '../../onnx/tensor.ts';
import { constantsOf } from '../../onnx/weights.ts';
import { raiseOpset } from '../passes/raise-opset.ts';
import { type GradientBuilder, gradientBuilder } from './builder.ts';
import { elementTypes } from './element-types.ts';
import { type GradientSituation, NoGradient } from './rule.ts';
import { ruleOf, stopsGradients } from './rules.ts';

export interface GradientRequest {
  /** The value to differentiate: one element, of any shape; with a `seed`, any value. */
  readonly of: string;
  /** A value in the shape of `of`, which is then read as sum(seed of): the gradient that arrives there from further on. */
  readonly seed?: string;
  /** The values to differentiate with respect to: initialisers, graph inputs, or anything in between. */
  readonly wrt: readonly string[];
  /** Shapes of the values as `inferShapes` gives them; the more of them are numbers, the better the gradients run. */
  readonly shapes?: ReadonlyMap<string, Shape>;
}

export interface Gradients {
  /** The model with the reverse pass appended, at opset 18 or later. Its outputs are those that it had. */
  readonly model: Model;
  /** For each of `wrt` the name of the value that holds its gradient, in the shape of the value itself. */
  readonly gradients: ReadonlyMap<string, string>;
}

/**
 * Appends the reverse pass of `of` with respect to `wrt`. Only what those gradients need is appended: nothing is computed for
 * any other weight, and the pass ends at the first node, seen from the input, that depends on one of `wrt`. Where a value
 * is read several times its contributions are added; a value of `wrt` on which `of` does not depend gets zeros.
 * @throws UserError naming the node, where one on the way has no gradient, and what could be frozen to avoid it.
 */
export function gradients(given: Model, { of, seed, wrt, shapes }: GradientRequest): Gradients {
  const model = raiseOpset(given);
  const { graph } = model;
  const pass = reversePass(graph, wrt, shapes ?? inferShapes(graph, model.opsets));
  const found = pass.run(of, seed);
  const appended = keepLive(pass.build.nodes(), found.values());
  const initializers = new Map(graph.initializers);
  const read = new Set(appended.flatMap(({ inputs }) => inputs).concat(...found.values()));
  for (const tensor of pass.build.constants()) if (read.has(tensor.name)) initializers.set(tensor.name, tensor);
  const nodes = [...graph.nodes.map(pass.finished), ...appended];
  return { model: { ...model, graph: { ...graph, nodes, initializers } }, gradients: found };
}

interface ReversePass {
  readonly build: GradientBuilder;
  readonly run: (of: string, seed?: string) => ReadonlyMap<string, string>;
  /** A node of the forward pass, with the outputs that a rule asked for. */
  readonly finished: (node: Node) => Node;
}

function reversePass(graph: Graph, wrt: readonly string[], shapes: ReadonlyMap<string, Shape>): ReversePass {
  const build = gradientBuilder(graph);
  const types = elementTypes(graph);
  const active = dependents(graph, wrt, name => isFloat(types.get(name) ?? 'other'));
  const constant = constantsOf(graph);
  const moreOutputs = new Map<Node, string[]>();
  const contributions = new Map<string, string[]>();

  /** dL/dvalue, the sum over all readers of the value; null where there is none. */
  const total = (value: string): string | null => {
    const parts = contributions.get(value);
    if (!parts?.[0]) return null;
    const sum = parts.length === 1 ? parts[0] : build.add(parts.length === 2 ? 'Add' : 'Sum', parts);
    contributions.set(value, [sum]);
    return sum;
  };

  const situation = (node: Node, flowing: readonly (string | null)[]): GradientSituation => ({
    node,
    build,
    gradients: flowing,
    get dy() {
      const [first, ...others] = flowing;
      if (others.some(each => each !== null)) throw new NoGradient('more than its first output is trained through');
      if (first === null || first === undefined) throw new NoGradient('nothing flows back through its first output');
      return first;
    },
    needs: i => active.has(node.inputs[i] ?? ''),
    input: i => node.inputs[i] ?? '',
    output: i => {
      const outputs = moreOutputs.get(node) ?? [...node.outputs];
      moreOutputs.set(node, outputs);
      while (outputs.length <= i) outputs.push('');
      outputs[i] ||= build.fresh(`${outputs[0]}:${i}`);
      return outputs[i];
    },
    shape: i => shapes.get(node.inputs[i] ?? '') ?? null,
    outputShape: i => shapes.get(node.outputs[i] ?? '') ?? null,
    elementType: i => types.get(node.inputs[i] ?? '') ?? 'other',
    integers: i => wholeNumbers(constant(node.inputs[i] ?? '')?.tensor),
    number: i => oneNumber(constant(node.inputs[i] ?? '')?.tensor),
  });

  const backThrough = (node: Node): void => {
    if (stopsGradients(node) || !readsOf(node).some(name => active.has(name))) return;
    const flowing = node.outputs.map(total);
    if (flowing.every(each => each === null)) return;
    build.within(node.outputs[0] ?? node.name);
    let found: readonly (string | null)[];
    try {
      found = ruleOf(node)(situation(node, flowing));
    } catch (error) {
      if (!(error instanceof NoGradient)) throw error;
      throw refusal(node, error.message, wrt, graph);
    }
    node.inputs.forEach((name, i) => {
      const gradient = found[i];
      if (typeof gradient === 'string' && active.has(name)) {
        contributions.set(name, [...(contributions.get(name) ?? []), gradient]);
      }
    });
  };

  return {
    build,
    run: (of, seed) => {
      const type = types.get(of);
      if (type === undefined) throw new Error(`there is no value "${of}" to differentiate`);
      if (active.has(of)) {
        contributions.set(of, [seed ?? build.reshape(build.scalar(1, type), shapes.get(of) ?? null, of)]);
      }
      for (const node of graph.nodes.toReversed()) backThrough(node);
      build.within('');
      return new Map(
        wrt.map(name => {
          if (!types.has(name)) throw new Error(`there is no value "${name}" to differentiate with respect to`);
          return [name, total(name) ?? build.add('Sub', [name, name])];
        }),
      );
    },
    finished: node => {
      const outputs = moreOutputs.get(node);
      return outputs ? { ...node, outputs } : node;
    },
  };
}

/** The values that depend on one of `wrt` through floating-point numbers, and those of `wrt` themselves. */
function dependents(graph: Graph, wrt: readonly string[], carries: (name: string) => boolean): ReadonlySet<string> {
  const active = new Set(wrt);
  for (const node of graph.nodes) {
    if (stopsGradients(node) || !readsOf(node).some(name => active.has(name))) continue;
    for (const name of node.outputs) if (name !== '' && carries(name)) active.add(name);
  }
  return active;
}

function wholeNumbers(tensor: Tensor | undefined): readonly number[] | null {
  return tensor && !isFloat(tensor.elementType) && tensor.elementType !== 'string' ? intsOf(tensor) : null;
}

function oneNumber(tensor: Tensor | undefined): number | null {
  return tensor && isFloat(tensor.elementType) && elementCount(tensor.dims) === 1
    ? (floatsOf(tensor)[0] ?? null)
    : null;
}

/** The error of a node on the way that has no gradient: what it is, and what could be frozen so that it is off the way. */
function refusal(node: Node, reason: string, wrt: readonly string[], graph: Graph): UserError {
  const frozen = wrt.filter(name => dependents(graph, [name], () => true).has(node.outputs[0] ?? ''));
  const listed = frozen.length > 8 ? [...frozen.slice(0, 8), `and ${frozen.length - 8} more`] : frozen;
  return new UserError(
    `Cannot train through the node "${node.name || node.outputs[0]}" (${node.opType}): ${reason}.`,
    `Freeze what lies before it: ${listed.join(', ')}.`,
  );
}
