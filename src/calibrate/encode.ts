/**
 * Statistics as bytes, the same on every machine: a header in JSON, then the numbers, little-endian. A store keeps them with the
 * study, so that its candidates can be built again where the runtime would round otherwise.
 */
import type { CalibrationStatistics, InputMoments, SiteStatistics } from '../decompose/statistics.ts';

interface Header {
  readonly version: 2;
  readonly images: number;
  readonly sites: readonly SiteHeader[];
}

interface SiteHeader {
  readonly site: string;
  readonly patches: number;
  readonly entries: number;
  readonly outputs: number;
  readonly input: { readonly kind: InputMoments['kind']; readonly order: number; readonly length: number } | null;
  readonly output: { readonly order: number; readonly length: number } | null;
  readonly sensitivity: { readonly order: number; readonly length: number } | null;
}

export function encodeStatistics({ images, sites }: CalibrationStatistics): Uint8Array {
  const listed = [...sites.values()];
  const header: Header = { version: 2, images, sites: listed.map(siteHeader) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const parts = listed.flatMap(({ inputMean, outputMean, outputVariance, outputScale, input, output, sensitivity }) => [
    inputMean,
    outputMean,
    outputVariance,
    outputScale,
    ...(input ? [input.data] : []),
    ...(output ? [output.data] : []),
    ...(sensitivity ? [sensitivity.data] : []),
  ]);
  const size = parts.reduce((sum, { byteLength }) => sum + byteLength, 4 + text.length);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = 4 + text.length;
  for (const part of parts) {
    for (const value of part) {
      if (part instanceof Float64Array) view.setFloat64(at, value, true);
      else view.setFloat32(at, value, true);
      at += part.BYTES_PER_ELEMENT;
    }
  }
  return bytes;
}

/** @throws Error when the bytes are none of `encodeStatistics` */
export function decodeStatistics(bytes: Uint8Array): CalibrationStatistics {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Header;
  if (header.version !== 2) throw new Error(`expected calibration statistics of version 2, found ${header.version}`);
  let at = 4 + length;
  const doubles = (count: number): Float64Array => {
    const values = Float64Array.from({ length: count }, (_, i) => view.getFloat64(at + 8 * i, true));
    at += 8 * count;
    return values;
  };
  const singles = (count: number): Float32Array => {
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++, at += 4) values[i] = view.getFloat32(at, true);
    return values;
  };
  const sites = new Map<string, SiteStatistics>();
  for (const { site, patches, entries, outputs, input, output, sensitivity } of header.sites) {
    const [inputMean, outputMean, outputVariance, outputScale] = [
      doubles(entries),
      doubles(outputs),
      doubles(outputs),
      doubles(outputs),
    ] as const;
    sites.set(site, {
      site,
      patches,
      inputMean,
      outputMean,
      outputVariance,
      outputScale,
      input: input && { kind: input.kind, order: input.order, data: singles(input.length) },
      output: output && { order: output.order, data: singles(output.length) },
      sensitivity: sensitivity && { order: sensitivity.order, data: singles(sensitivity.length) },
    });
  }
  return { images: header.images, sites };
}

function siteHeader({ site, patches, inputMean, outputMean, input, output, sensitivity }: SiteStatistics): SiteHeader {
  return {
    site,
    patches,
    entries: inputMean.length,
    outputs: outputMean.length,
    input: input && { kind: input.kind, order: input.order, length: input.data.length },
    output: output && { order: output.order, length: output.data.length },
    sensitivity: sensitivity && { order: sensitivity.order, length: sensitivity.data.length },
  };
}
