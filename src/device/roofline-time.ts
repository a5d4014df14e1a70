/**
 * The roofline model (Williams, Waterman and Patterson, CACM 2009): an operator takes as long as its arithmetic or its
 * traffic with memory, whichever is longer.
 *
 *   W_i   multiply-accumulates of node i, its channels rounded up to whole tiles
 *   Q_i   bytes that node i reads and writes, constants included
 *   P, B  peak multiply-accumulates and bytes per second
 *   c     overhead per operator
 *
 *   t = sum_i max(W_i / P, Q_i / B) + c      over the nodes that a runtime executes as operators of their own
 */
import type { Model, Node, Shape } from '../onnx/graph.ts';
import type { SettingsOf } from './driver-settings.ts';

export type RooflineParameters = Omit<SettingsOf<'roofline'>, 'kind'>;

/** Runtimes compute these while they write the result of the operator before. */
const fusedAfterWeights = new Set(['BatchNormalization', 'Relu', 'Clip', 'LeakyRelu', 'Sigmoid', 'HardSwish', 'Gelu']);
/** These only say how data is read. */
const free = new Set(['Constant', 'Identity', 'Dropout', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Shape']);

/**
 * Milliseconds by the name of each node's first output; 0 for what is fused or moves nothing.
 *
 * @param shapes every size a number; @param macs by first output
 * @returns the name of a value whose size is not known instead, when there is one
 */
export function rooflineTimes(
  { graph }: Model,
  shapes: ReadonlyMap<string, Shape>,
  macs: (output: string) => number,
  { peakMacsPerSecond, bandwidthBytesPerSecond, operatorOverheadMs, tile }: RooflineParameters,
  bytesPerElement: number,
): ReadonlyMap<string, number> | string {
  const times = new Map<string, number>();
  const weighted = new Set<string>(); // outputs of operators with multiply-accumulates, and of what is fused with them
  for (const node of graph.nodes) {
    const output = node.outputs[0] ?? '';
    const work = macs(output) * tileFactor(node, shapes, tile);
    const fused = fusedAfterWeights.has(node.opType) && weighted.has(node.inputs[0] ?? '');
    if (work > 0 || fused) weighted.add(output);
    if (fused || free.has(node.opType)) {
      times.set(output, 0);
      continue;
    }
    let bytes = 0;
    for (const name of [...new Set(node.inputs), ...node.outputs]) {
      if (name === '') continue;
      const elements = elementsOf(shapes.get(name));
      if (elements === null) return name;
      bytes += elements * bytesPerElement;
    }
    const seconds = Math.max(work / peakMacsPerSecond, bytes / bandwidthBytesPerSecond);
    times.set(output, 1000 * seconds + operatorOverheadMs);
  }
  return times;
}

/** How much more is computed because channels come in whole tiles: 33 of them cost as much as 48 when a tile is 16. */
function tileFactor({ opType, inputs }: Node, shapes: ReadonlyMap<string, Shape>, tile: number): number {
  const weight = shapes.get(inputs[1] ?? '') ?? [];
  const padding = (size: Shape[number] | undefined): number =>
    typeof size === 'number' && size > 0 ? (Math.ceil(size / tile) * tile) / size : 1;
  switch (opType) {
    case 'Conv': {
      // Depthwise convolutions run across channels, so that the single input channel of a group fills no tile.
      const [outputs, inputsPerGroup] = weight;
      return padding(outputs) * (inputsPerGroup === 1 ? 1 : padding(inputsPerGroup));
    }
    case 'ConvTranspose':
    case 'Gemm':
      return padding(weight[0]) * padding(weight[1]);
    case 'MatMul':
      return padding(weight.at(-1)) * padding(weight.at(-2));
    default:
      return 1;
  }
}

function elementsOf(shape: Shape | undefined): number | null {
  if (!shape) return null;
  let product = 1;
  for (const size of shape) {
    if (typeof size !== 'number') return null;
    product *= size;
  }
  return product;
}
