/**
 * Refits as bytes: a mark, and then per site, in the order of the graph, its weight and its shifts, little-endian float32. Packed scales and shifts
 * begin with a scale, and none has the value of the mark (3e-9).
 */
import type { Model } from '../../onnx/graph.ts';
import type { Site } from '../site.ts';
import type { ChannelCorrection, Refit, SiteCorrection } from './moments.ts';
import { type Corrections, packCorrections, unpackCorrections } from './packing.ts';
import { lastWeight, uncorrectable } from './site-node.ts';

const mark = new TextEncoder().encode('RFT1');

/**
 * @param candidate as its factors made it, which says how large weights are
 * @param sites those of the candidate that are factorised; one without a refit is packed as it is
 */
export function packRefits(candidate: Model, sites: readonly Site[], refits: ReadonlyMap<string, Refit>): Uint8Array {
  const able = refittable(candidate, sites);
  const bytes = new Uint8Array(packedBytes(able));
  bytes.set(mark);
  const view = new DataView(bytes.buffer);
  let at = mark.length;
  for (const { site, weight: own } of able) {
    const { weight, shift } = refits.get(site.name) ?? { weight: own, shift: new Float32Array(site.outChannels) };
    for (const values of [weight, shift]) {
      for (const value of values) {
        view.setFloat32(at, value, true);
        at += 4;
      }
    }
  }
  return bytes;
}

/** Refits where there are any, scales and shifts otherwise. */
export function packAny(candidate: Model, sites: readonly Site[], corrections: Corrections): Uint8Array {
  const refits = only(corrections, each => 'weight' in each);
  if (refits.size > 0) return packRefits(candidate, sites, refits as ReadonlyMap<string, Refit>);
  return packCorrections(sites, only(corrections, each => 'scale' in each) as ReadonlyMap<string, ChannelCorrection>);
}

const only = (corrections: Corrections, wanted: (each: SiteCorrection) => boolean): Corrections =>
  new Map([...corrections].filter(([, each]) => wanted(each)));

/** Refits, or scales and shifts, of a candidate; null when the bytes are not those of these sites. */
export function unpackAny(candidate: Model, sites: readonly Site[], bytes: Uint8Array): Corrections | null {
  if (!mark.every((byte, i) => bytes[i] === byte)) return unpackCorrections(sites, bytes);
  const able = refittable(candidate, sites);
  if (bytes.length !== packedBytes(able)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = mark.length;
  const floats = (count: number): Float32Array => {
    const from = at;
    at += 4 * count;
    return Float32Array.from({ length: count }, (_, i) => view.getFloat32(from + 4 * i, true));
  };
  return new Map(
    able.map(({ site, weight }) => [site.name, { weight: floats(weight.length), shift: floats(site.outChannels) }]),
  );
}

interface Refittable {
  readonly site: Site;
  readonly weight: Float32Array;
}

/** Sites whose last layer can be written to, with its weight as it is. */
const refittable = (candidate: Model, sites: readonly Site[]): Refittable[] =>
  sites
    .filter(site => uncorrectable(candidate, site) === null)
    .map(site => ({ site, weight: lastWeight(candidate, site) }));

const packedBytes = (sites: readonly Refittable[]): number =>
  sites.reduce((sum, { site, weight }) => sum + 4 * (weight.length + site.outChannels), mark.length);
