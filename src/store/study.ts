/** A study: what is searched, on which device, with which images, for which objectives, from which seed. */

/** A text that decides the search, as it was read, and its SHA-256 (hexadecimal). */
export interface SourceText {
  readonly text: string;
  readonly sha256: string;
}

export type StudyState = 'searching' | 'confirming' | 'complete' | 'stopped';

/** What a study calibrates with. Two studies that differ here build different candidates. */
export interface StudyCalibration {
  /** As it was given: `cifar10:DIR`, `folder:DIR` or a YAML file. */
  readonly spec: string;
  /** SHA-256 (hexadecimal) of that dataset. */
  readonly sha256: string;
  /** Images drawn from it, and the seed that draws them. */
  readonly images: number;
  readonly seed: number;
  readonly factors: 'data-aware' | 'plain';
  /** What every candidate is corrected by: `moments`, `reconstruction`, `none`, or the name of a calibrator that the caller brought. */
  readonly corrections: string;
  /** SHA-256 of the statistics that data-aware factors were made from. */
  readonly statistics?: string;
}

export interface NewStudy {
  /** Unique in its store. */
  readonly name: string;
  /** The path as it was given, and the SHA-256 of the file's bytes. */
  readonly model: { readonly path: string; readonly sha256: string };
  readonly space: SourceText;
  readonly hardware: SourceText;
  readonly data: {
    /** As it was given: `cifar10:DIR`, `folder:DIR` or a YAML file. */
    readonly spec: string;
    readonly sha256: string;
    readonly normalisation: string;
    readonly transform: string;
  };
  /** The stratified subset that the search looks at. */
  readonly proxy: { readonly images: number; readonly seed: number };
  /** The unlabelled images that factors and corrections are taken from; null or missing where there are none. */
  readonly calibration?: StudyCalibration | null;
  /** In the order of the trials' `values`, such as `['latency', 'top1']`. */
  readonly objectives: readonly string[];
  readonly seed: number;
  readonly strategy: { readonly name: string; readonly options: Readonly<Record<string, unknown>> };
  readonly packageVersion: string;
  readonly commandLine: readonly string[];
  /** What is known of the dense model without running it; its measured figures are those of trial 0. */
  readonly dense: { readonly macs: number; readonly params: number };
}

export interface Study extends NewStudy {
  readonly id: number;
  readonly state: StudyState;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
}

export interface StudySummary {
  readonly name: string;
  readonly state: StudyState;
  readonly createdAtMs: number;
  readonly modelPath: string;
  readonly objectives: readonly string[];
  /** The number of trials in each state. */
  readonly trials: Readonly<Record<'waiting' | 'running' | 'complete' | 'failed' | 'pruned', number>>;
  readonly frontSize: number;
  /** After the latest complete trial; null before the first. */
  readonly hypervolume: number | null;
}
