/** How far the BatchNormalization behind a site magnifies each of its output channels. */

import type { Site } from '../decompose/site.ts';
import { floatAttribute } from '../onnx/attributes.ts';
import { consumersOf } from '../onnx/edit.ts';
import type { Graph, Tensor } from '../onnx/graph.ts';
import { floatsOf } from '../onnx/tensor.ts';
import { constantsOf, resolved } from '../onnx/weights.ts';

/** The default of ONNX's BatchNormalization. */
const defaultEpsilon = 1e-5;

/**
 * |gamma| / sqrt(variance + epsilon) per output channel of each site whose output one BatchNormalization with constant
 * parameters reads and nobody else; 1 elsewhere, so also where it was folded into the weights, which then hold the factor.
 */
export function outputScales(graph: Graph, sites: readonly Site[]): (site: Site) => Float64Array {
  const consumers = consumersOf(graph);
  const constant = constantsOf(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const scales = new Map(sites.map(site => [site, scaleOf(site)]));
  return site => scales.get(site) ?? new Float64Array(site.outChannels).fill(1);

  function scaleOf(site: Site): Float64Array {
    const ones = new Float64Array(site.outChannels).fill(1);
    if (site.twins) return ones; // each has one of its own behind it
    const readers = consumers.get(site.output) ?? [];
    const [node] = readers;
    if (readers.length !== 1 || node?.opType !== 'BatchNormalization' || outputs.has(site.output)) return ones;
    const tensorAt = (input: number): Tensor | null => {
      const found = constant(node.inputs[input] ?? '');
      return found && resolved(found);
    };
    const [gamma, variance] = [tensorAt(1), tensorAt(4)];
    if (!gamma || !variance) return ones;
    const [scale, spread] = [floatsOf(gamma), floatsOf(variance)];
    if (scale.length !== site.outChannels || spread.length !== site.outChannels) return ones;
    const epsilon = floatAttribute(node, 'epsilon', defaultEpsilon);
    const result = ones.map((_, i) => Math.abs(scale[i]!) / Math.sqrt(spread[i]! + epsilon));
    return result.every(Number.isFinite) ? result : ones;
  }
}
