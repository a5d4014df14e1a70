/** What is known of a study that was read. */
import type { Limits } from '../../objectives/limit.ts';
import type { FrontReport } from '../../report/front/front.ts';
import type { ObservationSummary } from '../../store/observation.ts';
import type { Store, TrialFigures } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Disagreement } from '../recount/disagreement.ts';
import type { JudgedStudy } from '../recount/judged.ts';
import type { RecountedTrial } from '../recount/recount-trial.ts';

export type ReadStore = Pick<Store, 'studies' | 'trials' | 'tuning' | 'training'>;

/** Of the complete trials. */
export interface StoredFigures {
  readonly limits: Limits;
  /** By number. */
  readonly figures: readonly TrialFigures[];
  /** By the number of the trial. */
  readonly observations: ReadonlyMap<number, readonly ObservationSummary[]>;
  /** The numbers of the members of the front. */
  readonly inFront: ReadonlySet<number>;
  /** Whether anything but the dense model was begun. */
  readonly begun: boolean;
  /** Whether any of these has come to an end, of whatever kind. */
  readonly tried: boolean;
}

export interface StudyReading extends StoredFigures, Pick<JudgedStudy, 'front' | 'hypervolume' | 'feasible'> {
  readonly study: Study;
  /** By number: the dense model, what is printed of the study, and the trials that were named. */
  readonly recounted: ReadonlyMap<number, RecountedTrial>;
  readonly disagreements: readonly Disagreement[];
  /** Null while the dense model has not been measured, and where it does not add up. */
  readonly fronts: Fronts | null;
}

/** Before fronts are chosen. */
export type WithoutFronts = Omit<StudyReading, 'fronts'>;

/** The front by the figures of the search, and by the best there are: the same where nothing is confirmed. */
export interface Fronts {
  readonly search: FrontReport;
  readonly best: FrontReport;
}
