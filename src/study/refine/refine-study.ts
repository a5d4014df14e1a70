/** `refine`: members of the front trained further towards the dense network, on the calibration images and without a label. */

import type { ChosenImages } from '../../calibrate/open.ts';
import type { Dataset } from '../../data/dataset.ts';
import { UserError } from '../../errors/user-error.ts';
import type { StudyEvent } from '../../events/event.ts';
import { telling } from '../../events/telling.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { leastRefiningImages } from '../../train/refine/held-back.ts';
import {
  type Calibration,
  type CalibrationWatch,
  moreCalibrationImages,
  reopenCalibration,
} from '../build/calibration.ts';
import { requireComplete } from '../build/export.ts';
import { demandSameModule } from '../build/metric.ts';
import { openStudyData } from '../build/open-data.ts';
import { type Plan, withWait } from '../build/plan.ts';
import { reopenPlan } from '../build/reopen.ts';
import { type Brought, demandBrought } from '../measure/brought.ts';
import { openInstruments } from '../measure/instruments.ts';
import { leftMs } from '../measure/run-budget.ts';
import { observationsIn } from '../read/phase-observations.ts';
import { readFront } from '../read/read-front.ts';
import { confirmWithin } from '../search/confirm-within.ts';
import type { RefineParts } from './refine-parts.ts';
import { refineTrial } from './refine-trial.ts';

export interface RefineOptions {
  readonly storePath: string;
  /** Only this trial; the members of the front by default. */
  readonly trial: number | undefined;
  /** Wall time of all of it, shared by the members that are left; without bound by default. */
  readonly timeMs: number | undefined;
  /** Passes over the images for each member, at most. */
  readonly epochs: number;
  /** The largest learning rate, as a share of the size of a weight. */
  readonly learningRate: number;
  /** How many images are taken from where the study calibrates; those that it calibrates with when missing. */
  readonly images?: number | undefined;
  /** Whether members that were refined before are refined again. */
  readonly restart: boolean;
  readonly waitMs?: number | undefined;
  /** Where the files of the study are now, if they have moved. */
  readonly model: string | undefined;
  readonly data: string | undefined;
  readonly calibration: string | undefined;
  readonly brought?: Brought | undefined;
}

export const defaultRefining = { epochs: 20, learningRate: 0.002 } as const;

export interface RefineHooks {
  readonly onEvent: (event: StudyEvent) => void;
  readonly now?: (() => number) | undefined;
  /** Ends it after the current pass; the member that is being refined stays as it was. */
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

export interface RefineEnd {
  readonly refined: number;
  /** Members that stay as they were, since nothing was gained. */
  readonly unchanged: number;
  /** Those that were not tried, or could not be. */
  readonly left: number;
}

/**
 * Each member is stored when it is done, so that the next call goes on with the others.
 *
 * @param store open to be written to
 * @throws UserError when the study has nothing to refine with or towards, or its files are not what they were
 */
export async function refineStudy(
  store: Store,
  study: Study,
  options: RefineOptions,
  hooks: RefineHooks,
): Promise<RefineEnd> {
  const startedMs = performance.now();
  const { timeMs, brought = {} } = options;
  demandSameModule(study);
  demandBrought(study, brought);
  const timeLeftMs = (): number => leftMs({ timeMs: timeMs ?? null, startedMs });
  const { finish, stop } = hooks;
  const { emit, watch } = telling(hooks.onEvent, hooks.now);
  const members = await membersOf(store, study, options);
  const open = options.restart ? members : await unrefined(store, members);
  if (open.length === 0) return endOf(store, members);
  const plan = withWait(await reopenPlan(study, options.storePath, options.model), options.waitMs);
  const dataset = await openStudyData(study, options.data);
  const calibration = requireStudyImages(
    await reopenCalibration(plan, dataset, study, options.calibration, watch),
    study,
  );
  const instruments = await openInstruments({
    plan,
    dataset,
    proxyImages: study.proxy.images,
    seed: study.proxy.seed,
    // Candidates are built with the corrections that they have: none is found anew.
    calibration: { ...calibration, record: { ...calibration.record, corrections: 'none' } },
    brought,
    watch,
  });
  const abort = (): void => void instruments.close();
  stop.addEventListener('abort', abort);
  try {
    emit({ kind: 'refine-started', trials: open.map(({ number }) => number) });
    const images = await imagesFor(plan, dataset, study, calibration, options, watch);
    const parts = {
      store,
      study,
      plan,
      calibration: { ...calibration, images },
      instruments,
      emit,
      stop,
      budget: options,
    };
    for (const [at, { number }] of open.entries()) {
      if (finish.aborted || stop.aborted || timeLeftMs() <= 0) break;
      await confirmed(parts, number, timeLeftMs, hooks);
      const member = requireComplete(await store.trials.get(study.id, number), number, study);
      await refineTrial(parts, member, {
        timeMs: timeLeftMs() / (open.length - at),
        interrupted: () => finish.aborted || stop.aborted,
        done: at + 1,
        total: open.length,
      });
    }
    return await endOf(store, members);
  } finally {
    stop.removeEventListener('abort', abort);
    await instruments.close();
  }
}

/** The fastest first: they have the most to win back. */
async function membersOf(store: Store, study: Study, { trial }: RefineOptions): Promise<readonly CompleteTrial[]> {
  requireComplete(await store.trials.get(study.id, 0), 0, study);
  if (trial !== undefined) return [requireComplete(await store.trials.get(study.id, trial), trial, study)];
  const { best } = await readFront(store, study, 'best');
  const numbers = best.map(point => point.trial).filter(number => number > 0);
  const found = await store.trials.list(study.id, { states: ['complete'], numbers });
  const members = found as readonly CompleteTrial[];
  return numbers.flatMap(number => members.find(each => each.number === number) ?? []);
}

async function unrefined(store: Store, members: readonly CompleteTrial[]): Promise<readonly CompleteTrial[]> {
  const known = await Promise.all(members.map(({ id }) => store.trials.refinement(id)));
  return members.filter((_, i) => known[i] === null);
}

async function endOf(store: Store, members: readonly CompleteTrial[]): Promise<RefineEnd> {
  const known = await Promise.all(members.map(({ id }) => store.trials.refinement(id)));
  const count = (state: 'refined' | 'unchanged'): number => known.filter(each => each?.state === state).length;
  return {
    refined: count('refined'),
    unchanged: count('unchanged'),
    left: known.filter(each => each === null).length,
  };
}

function requireStudyImages(calibration: Calibration | null, { name }: Study): Calibration {
  if (calibration) return calibration;
  throw new UserError(
    `Cannot refine: study "${name}" was searched without calibration images.`,
    'Search with --calibration in a study of another name, or retrain with labels: rankfront retrain.',
  );
}

/** Those of the study, or more of the same kind. */
async function imagesFor(
  plan: Plan,
  dataset: Dataset,
  study: Study,
  calibration: Calibration,
  { images: wanted, calibration: moved }: RefineOptions,
  watch: CalibrationWatch,
): Promise<ChosenImages> {
  const images =
    wanted === undefined
      ? calibration.images
      : await moreCalibrationImages(plan, dataset, study, { wanted, moved }, watch);
  const count = images.positions.length;
  if (count >= leastRefiningImages) return images;
  throw new UserError(
    `Cannot refine with ${count} calibration images: expected at least ${leastRefiningImages}, since some are held back.`,
    'Give more with --images, where there are more, or search with more in a study of another name.',
  );
}

/** Before and after are compared on the same images: both the dense model and the member are scored on them first. */
async function confirmed(
  { store, study, plan, instruments, emit }: RefineParts,
  number: number,
  leftMs: () => number,
  { finish, stop }: RefineHooks,
): Promise<void> {
  const known = async (each: number): Promise<boolean> => {
    const trial = await store.trials.get(study.id, each);
    return trial !== null && observationsIn(await store.trials.samples(trial.id), 'confirm') !== null;
  };
  if ((await known(0)) && (await known(number))) return;
  await confirmWithin({ store, study, plan, instruments, emit, finish, stop, only: number }, leftMs);
}
