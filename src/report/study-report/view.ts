/** What a report on a study is made from. */
import type { StoppedTrial } from '../chart/marks.ts';
import type { FrontPoint, FrontReport } from '../front/front.ts';
import type { TrialView } from '../trial-report.ts';

export interface StudyReportView {
  /** By the best figures there are. */
  readonly front: FrontReport;
  readonly stopped: readonly StoppedTrial[];
  /** The model file, without its folder. */
  readonly modelName: string;
  /** Of the study: `searching`, `confirming`, `complete` or `stopped`. */
  readonly state: string;
  /** By state, the dense model counted. */
  readonly counts: Readonly<Record<'waiting' | 'running' | 'complete' | 'failed' | 'pruned', number>>;
  /** A share of accuracy that the pick may lose: 0.01 is one point. */
  readonly maxDrop: number;
  /** The trial that the reader asked for; null where the report goes by what is recommended. */
  readonly asked: number | null;
  /** The figures of the trial that the report is about, the dense model's among them. */
  readonly point: FrontPoint;
  /** Of the trial that the report is about; the dense model where nothing else is worth it. */
  readonly pick: TrialView;
  /** The candidate's file; null for one that is not complete. */
  readonly pickSha256: string | null;
  /** ISO 8601: when the first trial began and the last one ended. */
  readonly began: string;
  readonly ended: string | null;
  /** SHA-256 (hexadecimal) of everything that the search was given, by what it is. */
  readonly hashes: Readonly<Record<string, string>>;
  /** As `rankfront` was called for the search. */
  readonly commandLine: readonly string[];
  /** Where the study is kept, as the user calls it. */
  readonly store: string;
  readonly version: string;
}
