/**
 * The corrections of a reconstruction as bytes: a mark, and then per site, in the order of the graph, 1, its weight and its shifts, or 0, its scales and its shifts;
 * little-endian float32. Packed scales and shifts of the other kind begin with a scale, and none has the value of the mark (3e-9).
 */
import type { Model } from '../../onnx/graph.ts';
import type { Site } from '../site.ts';
import type { ChannelCorrection, SiteCorrection } from './moments.ts';
import { type Corrections, packCorrections, unpackCorrections } from './packing.ts';
import { lastWeight, uncorrectable } from './site-node.ts';

const mark = new TextEncoder().encode('RFT1');

/**
 * By weights where there is any, by scales and shifts alone otherwise.
 *
 * @param candidate as its factors made it, which says how large weights are
 * @param sites those of the candidate that are factorised; one without a correction is packed as scale 1 and shift 0
 */
export function packAny(candidate: Model, sites: readonly Site[], corrections: Corrections): Uint8Array {
  const scales = new Map<string, ChannelCorrection>();
  for (const [name, each] of corrections) if ('scale' in each) scales.set(name, each);
  if (scales.size === corrections.size) return packCorrections(sites, scales);
  const parts = correctable(candidate, sites).flatMap(({ name, outChannels }) => {
    const found = corrections.get(name) ?? unchanged(outChannels);
    return 'weight' in found
      ? [Float32Array.of(1), found.weight, found.shift]
      : [Float32Array.of(0), found.scale, found.shift];
  });
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + 4 * length, mark.length));
  bytes.set(mark);
  const view = new DataView(bytes.buffer);
  let at = mark.length;
  for (const part of parts) {
    for (const value of part) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** Null when the bytes are not those of these sites. */
export function unpackAny(candidate: Model, sites: readonly Site[], bytes: Uint8Array): Corrections | null {
  if (!mark.every((byte, i) => bytes[i] === byte)) return unpackCorrections(sites, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = mark.length;
  const floats = (count: number): Float32Array => {
    const from = at;
    at += 4 * count;
    return Float32Array.from({ length: count }, (_, i) => view.getFloat32(from + 4 * i, true));
  };
  const left = (count: number): boolean => bytes.length - at >= 4 * count;
  const corrections = new Map<string, SiteCorrection>();
  for (const site of correctable(candidate, sites)) {
    const outs = site.outChannels;
    if (!left(1)) return null;
    const isWeight = floats(1)[0] === 1;
    const size = isWeight ? lastWeight(candidate, site).length : outs;
    if (!left(size + outs)) return null;
    const first = floats(size);
    const shift = floats(outs);
    corrections.set(site.name, isWeight ? { weight: first, shift } : { scale: first, shift });
  }
  return at === bytes.length ? corrections : null;
}

const unchanged = (channels: number): ChannelCorrection => ({
  scale: new Float32Array(channels).fill(1),
  shift: new Float32Array(channels),
});

/** Sites whose last layer can be written to. */
const correctable = (candidate: Model, sites: readonly Site[]): readonly Site[] =>
  sites.filter(site => uncorrectable(candidate, site) === null);
