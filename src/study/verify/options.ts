/** What `verify` is asked, and what it tells on its way. */
import type { OpenDevice } from '../../device/driver.ts';
import type { Phase } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Plan } from '../build/plan.ts';
import type { Brought } from '../measure/brought.ts';
import type { Disagreement } from '../recount/disagreement.ts';
import type { TrialVerdict } from './verdict.ts';

export interface Recounted {
  /** Trials of which every stored number was recounted. */
  readonly recounted: number;
  readonly disagreements: readonly Disagreement[];
}

export interface VerifyOptions {
  readonly store: Store;
  readonly study: Study;
  /** Opens the model of the study; called after what needs no model is recounted. */
  readonly plan: () => Promise<Plan>;
  readonly storePath: string;
  /** Where the images, the calibration images and retrained networks are now, if they have moved. */
  readonly data?: string | undefined;
  readonly calibration?: string | undefined;
  readonly retrained?: string | undefined;
  /** What is scored and timed again: whatever is printed, every trial, or one. */
  readonly measure: 'printed' | 'all' | number;
  /** Null for all. */
  readonly phase: Phase | null;
  readonly hooks: VerifyHooks;
  /** What the program that searched brought, brought again. */
  readonly brought?: Brought | undefined;
  /** Opens the device; the one that was brought, or as the hardware profile of the study says, by default. */
  readonly openDevice?: OpenDevice | undefined;
}

export interface VerifyHooks {
  readonly onRecount: (recount: Recounted) => void;
  readonly onTrial: (verdict: TrialVerdict) => void;
  /** What is being done, and how much of it is left. */
  readonly progress: (doing: string) => void;
  readonly warn: (message: string) => void;
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

/** Whether nothing more is to be begun. */
export const endedOf =
  ({ finish, stop }: Pick<VerifyHooks, 'finish' | 'stop'>) =>
  (): boolean =>
    finish.aborted || stop.aborted;
