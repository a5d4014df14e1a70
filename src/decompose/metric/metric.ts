/**
 * What an error of a weight costs at the output: |R (W - W') S^(1/2)|^2 = E |R (W - W') x|^2 for a patch x with second moment S. R'R = G where it is known
 * how the network's answer depends on the outputs: the cost is then twice the divergence of that answer, to second order and
 * with positions taken for independent (Martens and Grosse 2015, "Optimizing neural networks with Kronecker-factored approximate curvature",
 * section 3; Grosse and Martens 2016 for convolutions). Otherwise R = diag(g), as the BatchNormalization behind the site scales its channels.
 */
import type { Matrix } from '../../linalg/matrix.ts';
import { multiply } from '../../linalg/multiply.ts';
import type { WeightBlock } from '../block.ts';
import { groupOf } from '../factors/two-factors.ts';
import type { BlockShape } from '../geometry.ts';
import { type SiteStatistics, unpackedMoments } from '../statistics.ts';
import { choleskyRoot, diagonalRoot, type OutputRoot } from './output-root.ts';
import { invariants, shrinkageShare, shrunk } from './shrinkage.ts';

export type MomentKind = 'patch' | 'column' | 'channel';

/** Of one group of a weight. */
export interface GroupMetric {
  /** R, outPerGroup x outPerGroup. */
  readonly rows: OutputRoot;
  /** The second moment of patches, of their columns, or of their channels, drawn towards the identity; null where only coarser ones are known. */
  input(kind: MomentKind): Matrix | null;
  /** E[y y'] of the outputs without bias, from the same. */
  readonly output: Matrix;
}

/** However well G is known, so much of it is the same for all outputs: what one batch of gradients does not need may still be needed. */
const leastSensitivityShare = 0.01;
/** A channel that BatchNormalization silences is measured all the same, at this share of the loudest. */
const leastScale = 1e-3;

/**
 * The metric of every group; null when the statistics hold no moments, or some that are not finite.
 *
 * @param images that the statistics were taken from
 */
export function outputMetric(
  block: WeightBlock,
  statistics: SiteStatistics,
  images: number,
): readonly GroupMetric[] | null {
  const { groups, outPerGroup, inPerGroup, kernel } = block;
  const { input, output } = statistics;
  if (!input || (input.kind !== 'patch' && !output)) return null;
  if (!allFinite(input.data) || (output && !allFinite(output.data))) return null;
  const scales = flooredScale(statistics.outputScale);
  return Array.from({ length: groups }, (_, group): GroupMetric => {
    const known: Matrix = { rows: input.order, cols: input.order, data: unpackedMoments(input, group) };
    const { trace, squares } = invariants(known);
    const share = shrinkageShare(trace, squares, input.order, images);
    const weight: Matrix = {
      rows: outPerGroup,
      cols: inPerGroup * kernel[0] * kernel[1],
      data: Float64Array.from(groupOf(block, group)),
    };
    return {
      rows:
        sensitivityRoot(statistics, group, images) ??
        diagonalRoot(scales.slice(group * outPerGroup, (group + 1) * outPerGroup)),
      input: kind => {
        const moment = reduceTo(kind, known, input.kind, block);
        return moment && shrunk(moment, share);
      },
      get output() {
        if (input.kind === 'patch') return outputOf(weight, shrunk(known, share));
        const measured = { rows: outPerGroup, cols: outPerGroup, data: unpackedMoments(output!, group) };
        return mixed(measured, outputOf(weight, null), share, trace / input.order);
      },
    };
  });
}

/** The root of G, drawn towards a multiple of the identity as moments are; null where G is not known, or zero. */
function sensitivityRoot({ sensitivity }: SiteStatistics, group: number, images: number): OutputRoot | null {
  if (!sensitivity || !allFinite(sensitivity.data)) return null;
  const { order } = sensitivity;
  const g: Matrix = { rows: order, cols: order, data: unpackedMoments(sensitivity, group) };
  const { trace, squares } = invariants(g);
  if (!(trace > 0)) return null;
  // A common factor changes no factors and keeps small numbers away from the ends of the exponent.
  const unit = { ...g, data: g.data.map(value => (value * order) / trace) };
  const share = Math.max(leastSensitivityShare, shrinkageShare(order, squares * (order / trace) ** 2, order, images));
  return choleskyRoot(shrunk(unit, share));
}

/** Positive everywhere, and ones where nothing is known. */
export function flooredScale(scale: Float64Array): Float64Array {
  let largest = 0;
  for (const value of scale) largest = Math.max(largest, value);
  if (!(largest > 0) || !Number.isFinite(largest)) return scale.map(() => 1);
  return scale.map(value => Math.max(value, leastScale * largest));
}

/** W S W', with the identity in place of S when it is null; exactly symmetric. */
function outputOf(weight: Matrix, moment: Matrix | null): Matrix {
  const right = moment ? multiply(weight, moment) : weight;
  const product = multiply(right, transposedOf(weight));
  const { rows, data } = product;
  for (let i = 0; i < rows; i++) for (let j = 0; j < i; j++) data[i * rows + j] = data[j * rows + i]!;
  return product;
}

function transposedOf({ rows, cols, data }: Matrix): Matrix {
  const result = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) result[j * rows + i] = data[i * cols + j]!;
  return { rows: cols, cols: rows, data: result };
}

/** (1 - share) Y + share m W W', the output of the shrunk input moment where that itself is not known; W W' where all is zero. */
function mixed(measured: Matrix, plain: Matrix, share: number, mean: number): Matrix {
  if (!(mean > 0)) return plain;
  return { ...measured, data: measured.data.map((value, i) => (1 - share) * value + share * mean * plain.data[i]!) };
}

/**
 * The average over taps of the diagonal blocks of a finer moment; entries are in the order (c, y, x). Columns of which only the channels
 * are known are taken to have independent rows; null for anything else that is coarser.
 */
function reduceTo(kind: MomentKind, known: Matrix, from: MomentKind, shape: BlockShape): Matrix | null {
  const [height, width] = shape.kernel;
  const order = { patch: [height, width], column: [height, 1], channel: [1, 1] } as const;
  const [fromY, fromX] = order[from];
  const [toY, toX] = order[kind];
  if (kind === 'column' && from === 'channel') return blockDiagonal(known, height);
  if (toY > fromY || toX > fromX) return null;
  if (toY === fromY && toX === fromX) return known;
  const rows = shape.inPerGroup * toY * toX;
  const data = new Float64Array(rows * rows);
  const [averagedY, averagedX] = [fromY / toY, fromX / toX];
  const place = (i: number, ay: number, ax: number): number => {
    const x = i % toX;
    const y = Math.floor(i / toX) % toY;
    const c = Math.floor(i / (toX * toY));
    return (c * fromY + y + ay) * fromX + x + ax;
  };
  for (let ay = 0; ay < averagedY; ay++) {
    for (let ax = 0; ax < averagedX; ax++) {
      const places = Int32Array.from({ length: rows }, (_, i) => place(i, ay, ax));
      for (let i = 0; i < rows; i++) {
        const row = places[i]! * known.rows;
        for (let j = 0; j < rows; j++) data[i * rows + j]! += known.data[row + places[j]!]!;
      }
    }
  }
  const count = averagedY * averagedX;
  return { rows, cols: rows, data: data.map(value => value / count) };
}

/** Entry ((c, y), (c', y')) is that of (c, c') where y = y', and 0 elsewhere. */
function blockDiagonal({ rows: channels, data }: Matrix, height: number): Matrix {
  const rows = channels * height;
  const result = new Float64Array(rows * rows);
  for (let c = 0; c < channels; c++) {
    for (let d = 0; d < channels; d++) {
      for (let y = 0; y < height; y++) result[(c * height + y) * rows + d * height + y] = data[c * channels + d]!;
    }
  }
  return { rows, cols: rows, data: result };
}

function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! - values[i]!;
  return sum === 0;
}
