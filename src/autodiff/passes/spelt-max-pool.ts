/** The gradient of MaxPool without its second output, for execution providers that have only the first (WebGPU's). */

import { intsAttribute } from '../../onnx/attributes.ts';
import { consumersOf, producersOf } from '../../onnx/edit.ts';
import { codeOf } from '../../onnx/element-type.ts';
import type { ElementType, Model, Node, Shape } from '../../onnx/graph.ts';
import { keepLive } from '../../onnx/live.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { type GradientBuilder, gradientBuilder } from '../gradient/builder.ts';
import { elementTypes } from '../gradient/element-types.ts';
import { NoGradient } from '../gradient/rule.ts';
import { windowOf } from '../gradient/window.ts';
import { placesOf, type WindowPlaces } from './window-places.ts';

/**
 * Takes apart what the rule of MaxPool appended (`operators/max-pool.ts`): x is compared with the maximum of each window that it lies in, and of
 * equals the first has dy, row by row within the window, as with the places that the runtime gives. All by constant tables and
 * elementwise operators. A node whose image size is not known, or whose places somebody else reads, stays as it is.
 */
export function speltMaxPool(model: Model): Model {
  const { graph } = model;
  const pools = graph.nodes.filter(isIndexed);
  if (pools.length === 0) return model;
  const shapes = inferShapes(graph, model.opsets);
  const types = elementTypes(graph);
  const build = gradientBuilder(graph);
  const [readers, producers] = [consumersOf(graph), producersOf(graph)];
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const bare = new Map<Node, Node>();
  const scatters = new Map<Node, () => void>();
  for (const pool of pools) {
    const [x = '', [y = '', places = '']] = [pool.inputs[0], pool.outputs];
    const windows = windowsOf(pool, shapes);
    const reading = readers.get(places) ?? [];
    const found = reading.map(flat => onlyScatter(flat, readers));
    if (!windows || outputs.has(places) || found.some(each => each === null)) continue;
    bare.set(pool, { ...pool, outputs: [y] });
    for (const scatter of found) {
      if (!scatter) continue;
      const dy = producers.get(scatter.inputs[2] ?? '')?.inputs[0] ?? '';
      scatters.set(scatter, () => {
        build.within(scatter.outputs[0] ?? '');
        const dx = spread(build, { x, y, dy }, windows, types.get(x) ?? 'float32');
        build.put({ ...scatter, opType: 'Reshape', inputs: [dx, build.integers([-1])], attributes: new Map() });
      });
    }
  }
  for (const node of graph.nodes) {
    const spell = scatters.get(node);
    if (spell) spell();
    else build.put(bare.get(node) ?? node);
  }
  const nodes = keepLive(build.nodes(), outputs);
  return { ...model, graph: { ...graph, nodes, initializers: build.initializers() } };
}

const isIndexed = ({ opType, domain, outputs }: Node): boolean =>
  opType === 'MaxPool' && standardDomain(domain) === '' && Boolean(outputs[1]);

/** The ScatterElements that alone reads `flat`, a Reshape of places. */
function onlyScatter(flat: Node, readers: ReadonlyMap<string, readonly Node[]>): Node | null {
  const [scatter, ...others] = readers.get(flat.outputs[0] ?? '') ?? [];
  const isOurs = flat.opType === 'Reshape' && scatter?.opType === 'ScatterElements' && others.length === 0;
  return isOurs && scatter.inputs[1] === flat.outputs[0] ? scatter : null;
}

function windowsOf(pool: Node, shapes: ReadonlyMap<string, Shape>): WindowPlaces | null {
  const kernel = intsAttribute(pool, 'kernel_shape');
  const shapeOf = (name: string | undefined): Shape | null => shapes.get(name ?? '') ?? null;
  try {
    return kernel ? placesOf(windowOf(pool, kernel, shapeOf(pool.inputs[0]), shapeOf(pool.outputs[0]))) : null;
  } catch (error) {
    if (error instanceof NoGradient) return null;
    throw error;
  }
}

interface Values {
  readonly x: string;
  readonly y: string;
  readonly dy: string;
}

/** dx [images * channels, places of x]. */
function spread(build: GradientBuilder, { x, y, dy }: Values, windows: WindowPlaces, type: ElementType): string {
  const { add, integers } = build;
  const { taps, outputs, inputs, source, readers } = windows;
  const rows = (value: string): string => add('Reshape', [value, integers([-1, 1, outputs])]);
  const asNumber = (truth: string): string => add('Cast', [truth], { to: codeOf(type) });
  const gather = (value: string, from: readonly number[], size: number): string =>
    add('Gather', [add('Reshape', [value, integers([-1, size])]), integers(from.map(at => Math.max(0, at)))], {
      axis: 1,
    });
  const seen = add('Reshape', [gather(x, source, inputs), integers([-1, taps, outputs])]);
  // Falling from the first tap to the last, so that of equal taps the first is the largest; 0 in the padding.
  const order = source.map((at, i) => (at < 0 ? 0 : taps - Math.floor(i / outputs)));
  const ranked = add('Mul', [asNumber(add('Equal', [seen, rows(y)])), build.constant([taps, outputs], order, type)]);
  const first = asNumber(add('Equal', [ranked, add('ReduceMax', [ranked, integers([1])], { keepdims: 1 })]));
  const back = gather(add('Mul', [first, rows(dy)]), readers, taps * outputs);
  const is = readers.map(at => (at < 0 ? 0 : 1));
  const kept = is.includes(0) ? add('Mul', [back, build.constant([is.length], is, type)]) : back;
  return build.reduceSum(add('Reshape', [kept, integers([-1, is.length / inputs, inputs])]), [1], false);
}
