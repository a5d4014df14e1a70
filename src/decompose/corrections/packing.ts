/** Scales and shifts as bytes: per site, in the order of the graph, the scales and then the shifts, little-endian float32. */
import type { Assignment } from '../method.ts';
import type { Site } from '../site.ts';
import type { ChannelCorrection, SiteCorrection } from './moments.ts';

/** By site name: scales and shifts, or refits, for all of them alike. */
export type Corrections = ReadonlyMap<string, SiteCorrection>;

/** The sites that `assignment` factorises, in the order of the graph. */
export const factorisedSites = (sites: readonly Site[], assignment: Assignment): readonly Site[] =>
  sites.filter(({ name }) => Object.hasOwn(assignment, name) && assignment[name]!.method !== 'dense');

/** @param sites those of the candidate that are factorised; one without a correction is packed as scale 1 and shift 0 */
export function packCorrections(
  sites: readonly Site[],
  corrections: ReadonlyMap<string, ChannelCorrection>,
): Uint8Array {
  const bytes = new Uint8Array(packedBytes(sites));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { name, outChannels } of sites) {
    const { scale, shift } = corrections.get(name) ?? identity(outChannels);
    for (const value of [...scale, ...shift]) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/** Null when the bytes are not those of these sites. */
export function unpackCorrections(sites: readonly Site[], bytes: Uint8Array): Corrections | null {
  if (bytes.length !== packedBytes(sites)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const corrections = new Map<string, ChannelCorrection>();
  let at = 0;
  for (const { name, outChannels } of sites) {
    const floats = (): Float32Array => {
      const from = at;
      at += 4 * outChannels;
      return Float32Array.from({ length: outChannels }, (_, c) => view.getFloat32(from + 4 * c, true));
    };
    const scale = floats();
    corrections.set(name, { scale, shift: floats() });
  }
  return corrections;
}

const identity = (channels: number): ChannelCorrection => ({
  scale: new Float32Array(channels).fill(1),
  shift: new Float32Array(channels),
});

const packedBytes = (sites: readonly Site[]): number =>
  sites.reduce((sum, { outChannels }) => sum + 8 * outChannels, 0);

/** The largest difference between two packed corrections, relative to 1 + |x|; infinite when they are of other sites. */
export function largestDifference(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length) return Number.POSITIVE_INFINITY;
  const [a, b] = [one, other].map(bytes => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  let largest = 0;
  for (let at = 0; at < one.length; at += 4) {
    const [x, y] = [a!.getFloat32(at, true), b!.getFloat32(at, true)];
    largest = Math.max(largest, Math.abs(x - y) / (1 + Math.abs(x)));
  }
  return largest;
}
