/** What a scorer is opened with, and what it is once it is open. */
import type { Dataset } from '../data/dataset.ts';
import type { Normalization } from '../data/normalize.ts';
import type { PrepareOptions, UnreadableImage } from '../images/prepare.ts';
import type { MetricChoice } from '../metric/choice.ts';
import type { SessionSettings } from '../runtime/session.ts';
import type { Asker } from './ask-child.ts';
import type { Scorer } from './scorer.ts';
import type { Scoring } from './scoring.ts';

export interface ScorerOptions {
  /** The dense model. */
  readonly modelPath: string;
  /** What errors call it, where that is another file than the user's; by default its path. */
  readonly modelName?: string | undefined;
  /** The outputs that count, the labelled one first; by default the first that holds class scores. */
  readonly heads?: readonly string[] | undefined;
  readonly dataset: Dataset;
  /** What this host runs the models with. */
  readonly host: SessionSettings;
  /** Whoever runs them in its place, such as a device elsewhere; closed with the scorer. */
  readonly asker?: Asker | undefined;
  /** Sizes of the dynamic dimensions of its inputs, as a hardware profile has them. */
  readonly inputShape?: Readonly<Record<string, number>> | undefined;
  /** Images per call where the model leaves it open; by default it follows from the size of the input. */
  readonly scoreBatch?: number | undefined;
  /** The size of the proxy set; 1,000 or half of the images by default, nine tenths at most. */
  readonly proxyImages?: number | undefined;
  /** Indices of images that judge nothing, such as those that candidates are calibrated with. */
  readonly setAside?: Int32Array | undefined;
  /** Seeds the choice of the proxy set. */
  readonly seed: number;
  /** By default `top1` when there are labels, else `agreement`. */
  readonly metric?: MetricChoice | undefined;
  /** Where prepared images are kept, and what is called while they are made. */
  readonly prepare?: PrepareOptions | undefined;
  /** The longest that loading the model and a first call may take; 2 minutes by default. */
  readonly loadTimeoutMs?: number | undefined;
}

export interface ScorerInfo {
  /** SHA-256 of the data, see `Dataset`. */
  readonly datasetHash: string;
  /** Readable images. */
  readonly images: number;
  readonly unreadable: readonly UnreadableImage[];
  /** The width of the output. */
  readonly classes: number;
  readonly transform: object;
  readonly normalize: Normalization;
  /** Images per call. */
  readonly batch: number;
  /** For people: what was skipped, left out or cut. */
  readonly notes: readonly string[];
}

export interface OpenScorer extends Scorer, Scoring {
  /** Indices into the dataset, ascending; a score has one entry per index, in this order. */
  readonly proxyIndices: Int32Array;
  readonly confirmIndices: Int32Array;
  readonly info: ScorerInfo;
}
