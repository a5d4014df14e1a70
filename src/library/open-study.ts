/** A stored study, read from a program: its front, its trials, their models, and the proof of its numbers. */
import type { Assignment } from '../decompose/method.ts';
import { UserError } from '../errors/user-error.ts';
import type { FrontReport } from '../report/front/front.ts';
import type { TrialView } from '../report/trial-report.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import { readFront } from '../study/read/read-front.ts';
import { type Replay, replay } from '../study/read/replay.ts';
import { sitesOf, trialView } from '../study/read/trial-view.ts';
import type { OwnStrategy } from '../tuner/own.ts';
import { type Exported, type MovedFiles, writeTrial } from './export-trial.ts';
import { namedStudy } from './find-study.ts';
import { summariesOf, type TrialSummary } from './trial-summary.ts';
import { type Verified, type VerifyStudyOptions, verifiedStudy } from './verified-study.ts';

export interface OpenStudyOptions extends MovedFiles {
  /** Told what a user should know: statistics that are measured again, say. Nobody is told by default. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Everything that is known of one trial, as `rankfront show --json` prints it. */
export interface TrialDetails extends TrialView {
  readonly configuration: Assignment;
}

export interface ReplayStudyOptions {
  /** The strategy that proposed trials of this study, where it was one of the caller's. */
  readonly strategy?: OwnStrategy | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Aborted to end after the proposal that is made. */
  readonly finish?: AbortSignal | undefined;
}

/** Every call may throw a `UserError`, whose message says what to do. */
export interface OpenStudy {
  /** What was searched, as it is stored. */
  readonly study: Study;
  /** By confirmed figures where there are any (`best`), by those alone, or by those of the search. */
  front(figures?: 'best' | 'confirmed' | 'search'): Promise<FrontReport>;
  /** By number, the dense model first; as they stand now, should another process go on with the study. */
  trials(): Promise<readonly TrialSummary[]>;
  trial(number: number): Promise<TrialDetails>;
  /** Writes the model of a complete trial as an ONNX file. */
  export(trial: number, path: string): Promise<Exported>;
  /** Recounts all stored numbers and measures again; a device, scorer or calibrator of the caller's is given again. */
  verify(options?: VerifyStudyOptions): Promise<Verified>;
  /** Makes every proposal again from what is stored. */
  replay(options?: ReplayStudyOptions): Promise<Replay>;
  /** Lets go of a store that was opened here; one that was given stays open. */
  close(): Promise<void>;
}

/**
 * Opens a study to be read; nothing is written to its store.
 *
 * @param store the path of a store, or an open one
 * @throws UserError when there is no such store, or no study of that name in it
 *
 * @example
 * const study = await openStudy('results/rankfront.sqlite', 'resnet18');
 * const { points } = await study.front();
 */
export async function openStudy(
  store: string | Store,
  name: string,
  options: OpenStudyOptions = {},
): Promise<OpenStudy> {
  const place = typeof store === 'string' ? store : '';
  const open = typeof store === 'string' ? await openStore(store, { readOnly: true }) : store;
  const close = async (): Promise<void> => {
    if (typeof store === 'string') await open.close();
  };
  try {
    const study = await namedStudy(open, place === '' ? 'The store' : `"${place}"`, name);
    return { ...methodsOf(open, study, place, options), study, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function methodsOf(
  store: Store,
  study: Study,
  place: string,
  { onWarning: warn = () => {}, ...moved }: OpenStudyOptions,
): Omit<OpenStudy, 'study' | 'close'> {
  return {
    front: (figures = 'best') => readFront(store, study, figures),
    trials: () => summariesOf(store, study),
    trial: async number => {
      const trial = await store.trials.get(study.id, number);
      if (!trial) throw new UserError(`"${study.name}" has no trial ${number}.`, 'See its `trials()`.');
      const sites = sitesOf(study, moved.model ?? study.model.path);
      if (!sites) warn('The dense model is not where it was: ranks are shown without their costs.');
      return { ...(await trialView(store, study, trial, sites ?? [])), configuration: trial.assignment };
    },
    export: async (number, path) => (await writeTrial({ store, study, place, moved, warn }, number, path)).exported,
    verify: (asked = {}) => verifiedStudy({ store, study, place, moved, warn }, asked),
    replay: ({ strategy, onProgress: progress, finish } = {}) => replay(store, study, { strategy, progress, finish }),
  };
}
