/** How a device elsewhere runs networks over images for whoever scores. */
import type { Attempt } from '../errors/failure.ts';
import type { Device } from './device.ts';
import type { ScoreWork } from './remote/score-work.ts';

/** By SHA-256; called where the other machine lacks it. See `Device.latency` of what a candidate was before it was corrected. */
export type SentModels = ReadonlyMap<
  string,
  () => { readonly bytes: Uint8Array; readonly uncorrected: Uint8Array | null }
>;

/**
 * What comes back is plain JSON, as whoever scores there wrote it (`evaluate/answer-json.ts`). Fails as a latency does: over a lost link it
 * waits, and what a network does is a failure with its reason.
 *
 * @param models by SHA-256, those that the work names
 * @param images prepared images or arrays by SHA-256, likewise; sent once
 */
export type RunOver = (
  work: ScoreWork,
  models: SentModels,
  images: ReadonlyMap<string, () => Uint8Array>,
) => Promise<Attempt<unknown>>;

/** A device on another machine that runs networks over images, too. */
export interface ScoringDevice extends Device {
  readonly runOver: RunOver;
}

/** Null where there is no other machine than this one, or it runs no images. */
export const runOverOf = (device: Pick<Device, 'driver'>): RunOver | null =>
  'runOver' in device ? (device as ScoringDevice).runOver : null;
