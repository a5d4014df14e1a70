/** From milliseconds a call to images a second, where it is known how many images a call takes. */
import type { LatencyStatistic } from '../../stats/latency-statistic.ts';
import type { DeviceName } from './front.ts';

/** Of a device that does one call after the other; null where the batch is not known. With a tail: what all but its share of the calls keep to. */
export const imagesPerSecond = (device: DeviceName | null, latencyMs: number): number | null =>
  device?.batchSize === undefined || !(latencyMs > 0) ? null : (1000 * device.batchSize) / latencyMs;

/** Three digits: `0.412`, `58.2`, `160`, `1240`, `12.4k`. */
export function throughputText(perSecond: number): string {
  if (perSecond >= 9999.5) return `${significant(perSecond / 1000)}k`;
  return significant(perSecond);
}

const significant = (value: number): string => value.toFixed(value < 1 ? 3 : value < 10 ? 2 : value < 99.95 ? 1 : 0);

/** `160 images/s at batch 1`; empty where it is not known. */
export function throughputWords(device: DeviceName | null, latencyMs: number): string {
  const perSecond = imagesPerSecond(device, latencyMs);
  return perSecond === null ? '' : `${throughputText(perSecond)} images/s at batch ${device?.batchSize}`;
}

/** What the milliseconds are, for an axis or a column. */
export const statisticOfDevice = (device: DeviceName | null): LatencyStatistic => device?.statistic ?? 'median';
