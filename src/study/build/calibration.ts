/** The unlabelled images of a study, and what is taken from them: statistics for its factors, corrections for its candidates. */

import { defaultCalibrationImages } from '../../calibrate/choose.ts';
import {
  type ChosenImages,
  type KeptStatistics,
  keptStatistics,
  openCalibrationImages,
  statisticsOf,
} from '../../calibrate/open.ts';
import type { Dataset } from '../../data/dataset.ts';
import { sharedImages } from '../../data/shared-images.ts';
import type { CalibrationStatistics } from '../../decompose/statistics.ts';
import { UserError } from '../../errors/user-error.ts';
import type { TellStage } from '../../events/stage.ts';
import type { SessionSettings } from '../../runtime/session.ts';
import type { Study, StudyCalibration } from '../../store/study.ts';
import { openData, openStudyData } from './open-data.ts';
import type { Plan } from './plan.ts';

export interface CalibrationRequest {
  /** Where the images are: what `--data` takes, or `none`; when missing, some of the study's own are set aside. */
  readonly calibration?: string | undefined;
  /** How many are wanted; 512 by default. */
  readonly calibrationImages?: number | undefined;
  /** `moments` by default. */
  readonly corrections?: StudyCalibration['corrections'] | undefined;
  /** Seeds the choice of images and of positions within them. */
  readonly seed: number;
  /** The hash of statistics that were taken from just these images before, if any were. */
  readonly statistics?: string | undefined;
}

export interface Calibration {
  readonly images: ChosenImages;
  /** What factors are made from; null for plain ones. */
  readonly statistics: KeptStatistics | null;
  /** Indices into the study's own data that must not judge a candidate; empty where the images come from elsewhere. */
  readonly setAside: Int32Array;
  /** The names of `images` in their dataset. */
  readonly ids: readonly string[];
  /** What the store keeps. */
  readonly record: StudyCalibration;
}

export interface CalibrationWatch {
  readonly warn: (message: string) => void;
  readonly stage?: TellStage | undefined;
}

/**
 * Null when none is wanted, or when the study's own images are too few to set some aside.
 *
 * @param dataset whose images judge the candidates
 * @param dataSpec how that was given
 * @throws UserError when the images cannot be used, or are wanted and missing
 */
export async function openCalibration(
  plan: Plan,
  dataset: Dataset,
  dataSpec: string,
  request: CalibrationRequest,
  watch: CalibrationWatch,
): Promise<Calibration | null> {
  const { calibration: asked, corrections = 'moments', seed } = request;
  if (asked === 'none') {
    if (plan.factors === 'data-aware')
      throw noImages('there are none', 'Give --calibration, or write `factors: plain`.');
    if (request.corrections !== undefined && corrections !== 'none')
      throw new UserError(
        'Cannot correct candidates: expected calibration images, found --calibration none.',
        `Give images with --calibration, or leave --corrections ${corrections} out.`,
      );
    return null;
  }
  const given = asked === undefined ? dataset : await readAlike(asked, dataset);
  const own = given.hash === dataset.hash;
  if (!own) {
    demandDisjoint(given, dataset, asked ?? '');
    for (const note of given.notes) watch.warn(note);
  }
  const wanted = request.calibrationImages ?? defaultCalibrationImages;
  const { inputShape } = plan.hardware;
  const images = await openCalibrationImages(
    plan.loaded.model,
    { dataset: given, inputShape, own, wanted, seed },
    (done, total) => watch.stage?.(own ? 'images' : 'calibration-images', done, total),
  );
  if (!images) {
    const few = `${dataset.count} images are too few to set some aside`;
    if (asked !== undefined || plan.factors === 'data-aware')
      throw noImages(few, 'Give other images of the same kind, labelled or not, with --calibration.');
    watch.warn(
      `Factors are plain and nothing is corrected: ${few}. Give other ones, labelled or not, with --calibration.`,
    );
    return null;
  }
  const factors = plan.factors ?? 'data-aware';
  const known = request.statistics === undefined ? null : await keptStatistics(request.statistics, watch);
  const statistics = factors === 'plain' ? null : (known ?? (await measured(plan, images, seed, watch)));
  return {
    images,
    ids: Array.from(images.indices, at => given.ids[at] ?? ''),
    statistics,
    setAside: own ? images.indices : new Int32Array(),
    record: {
      spec: asked ?? dataSpec,
      sha256: given.hash,
      images: images.positions.length,
      seed,
      factors,
      corrections,
      ...(statistics ? { statistics: statistics.sha256 } : {}),
    },
  };
}

const measured = (
  plan: Plan,
  images: ChosenImages,
  seed: number,
  { warn, stage }: CalibrationWatch,
): Promise<KeptStatistics> => {
  // In full precision on the CPU, whatever the host scores with.
  const session: SessionSettings = { provider: 'cpu', threads: plan.hardware.host.threads, graphOptimization: 'all' };
  return statisticsOf(plan.loaded, plan.sites, images, session, seed, { warn, progress: stage });
};

/** Statistics on images that judge nothing. */
export async function calibrationStatistics(
  plan: Plan,
  dataset: Dataset,
  { wanted = defaultCalibrationImages, seed }: { readonly wanted: number | undefined; readonly seed: number },
  watch: CalibrationWatch,
): Promise<CalibrationStatistics> {
  const { inputShape } = plan.hardware;
  const images = await openCalibrationImages(
    plan.loaded.model,
    { dataset, inputShape, own: false, wanted, seed },
    (done, total) => watch.stage?.('calibration-images', done, total),
  );
  if (!images) throw noImages('there are none', 'Give other images with --calibration.');
  return (await measured(plan, images, seed, watch)).statistics;
}

/** Opened to be read as the images of the study are: the same pixels would give the same inputs. */
async function readAlike(spec: string, { spec: judged }: Dataset): Promise<Dataset> {
  const { normalize, channels, resize, crop } = judged;
  const found = await openData(spec, normalize);
  return { ...found, spec: { ...found.spec, normalize, channels, resize, crop } };
}

function demandDisjoint(given: Dataset, judging: Dataset, spec: string): void {
  const shared = sharedImages(given, judging);
  if (shared === 0) return;
  throw new UserError(
    `Cannot calibrate with "${spec}": ${shared} of its images also judge the candidates.`,
    'Give other images, or leave --calibration out: then some of the judging ones are set aside.',
  );
}

const noImages = (why: string, wayOut: string): UserError =>
  new UserError(`Cannot make data-aware factors: expected calibration images, but ${why}.`, wayOut);

/** The calibration of a stored study, from its images where they are now; null when it has none. */
export async function reopenCalibration(
  plan: Plan,
  dataset: Dataset,
  study: Study,
  moved: string | undefined,
  watch: CalibrationWatch,
): Promise<Calibration | null> {
  const { calibration: stored, name } = study;
  if (!stored) return null;
  const own = stored.sha256 === study.data.sha256;
  const opened = await openCalibration(
    plan,
    dataset,
    study.data.spec,
    {
      calibration: own ? undefined : (moved ?? stored.spec),
      calibrationImages: stored.images,
      corrections: stored.corrections,
      seed: stored.seed,
      statistics: stored.statistics,
    },
    watch,
  );
  if (opened?.record.sha256 === stored.sha256 && opened.record.images === stored.images) return opened;
  throw new UserError(
    `The images of "${moved ?? stored.spec}" are not those that study "${name}" calibrates with.`,
    'Give the original images with --calibration.',
  );
}

/**
 * More images from where a stored study calibrates, for whoever needs no statistics of them.
 *
 * @param wanted how many, at most
 * @throws UserError where the study set some of its own images aside, and all others judge
 */
export async function moreCalibrationImages(
  { loaded, hardware }: Pick<Plan, 'loaded' | 'hardware'>,
  judging: Dataset,
  { name, data, calibration }: Study,
  { wanted, moved }: { readonly wanted: number; readonly moved: string | undefined },
  { stage }: CalibrationWatch,
): Promise<ChosenImages> {
  if (!calibration || calibration.sha256 === data.sha256)
    throw new UserError(
      `Cannot take more images: study "${name}" calibrates with some of its own, and all others judge.`,
      'Leave --images out.',
    );
  const spec = moved ?? calibration.spec;
  const dataset = await readAlike(spec, judging);
  if (dataset.hash !== calibration.sha256)
    throw new UserError(
      `The images of "${spec}" are not those that study "${name}" calibrates with.`,
      'Give the original images with --calibration.',
    );
  demandDisjoint(dataset, judging, spec);
  const source = { dataset, inputShape: hardware.inputShape, own: false, wanted, seed: calibration.seed };
  const images = await openCalibrationImages(loaded.model, source, (done, total) =>
    stage?.('calibration-images', done, total),
  );
  if (!images) throw noImages('there are none', 'Give other images with --calibration.');
  return images;
}

/** The statistics of a stored study, as they were where this machine still has them; null where its factors are plain. */
export async function reopenStatistics(
  plan: Plan,
  study: Study,
  moved: { readonly data: string | undefined; readonly calibration: string | undefined },
  watch: CalibrationWatch,
): Promise<CalibrationStatistics | null> {
  const { calibration } = study;
  if (calibration?.factors !== 'data-aware') return null;
  const known = calibration.statistics === undefined ? null : await keptStatistics(calibration.statistics, watch);
  if (known) return known.statistics;
  const dataset = await openStudyData(study, moved.data);
  const opened = await reopenCalibration(plan, dataset, study, moved.calibration, watch);
  return opened?.statistics?.statistics ?? null;
}
