/** What a worker opens to work on a study that somebody else searches: the network, its factors, the images where a role needs them. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeStatistics } from '../../calibrate/encode.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { CalibrationStatistics } from '../../decompose/statistics.ts';
import type { Device } from '../../device/device.ts';
import { latencyBudget } from '../../device/profile.ts';
import { UserError } from '../../errors/user-error.ts';
import { openScorer } from '../../evaluate/open.ts';
import type { Fleet } from '../../fleet/open.ts';
import { closeAll } from '../../host/close-all.ts';
import type { MeasuredBy } from '../../host/environment.ts';
import { loadModel, sha256Of } from '../../host/model-file.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import type { Role } from '../../store/fleet.ts';
import type { Study } from '../../store/study.ts';
import { reopenCalibration } from '../build/calibration.ts';
import { openStudyData } from '../build/open-data.ts';
import { type Plan, withWait } from '../build/plan.ts';
import { locatedModel, reopenPlan } from '../build/reopen.ts';
import { openMaking } from '../measure/instruments.ts';
import { patienceOf } from '../measure/patience.ts';
import { quietWatch } from '../measure/quiet-reference.ts';
import { disagreement } from './agreement.ts';
import type { Workshop } from './perform.ts';

export interface ShopOptions {
  readonly fleet: Fleet;
  readonly place: string;
  readonly study: Study;
  readonly device: Device;
  readonly roles: readonly Role[];
  readonly by: MeasuredBy;
  readonly waitMs: number | undefined;
  /** Where the files are here, if not where the study says. */
  readonly moved: {
    readonly model?: string | undefined;
    readonly data?: string | undefined;
    readonly calibration?: string | undefined;
  };
  readonly note: (message: string) => void;
}

export interface OpenShop extends Workshop {
  close(): Promise<void>;
}

/**
 * The roles of what is opened are those that are possible here: without the images of a study nothing is scored, and nothing corrected.
 *
 * @throws UserError where none is, and says why
 */
export async function openShop(options: ShopOptions): Promise<OpenShop> {
  const { fleet, study, device, by, note } = options;
  const watch = { warn: note };
  const closers: (() => unknown)[] = [];
  const close = (): Promise<void> => closeAll(closers, note);
  try {
    const scratch = scratchFolder();
    closers.push(scratch.remove);
    const plan = withWait(await planOf(options, scratch.path), options.waitMs);
    const wantsImages = options.roles.some(role => role === 'accuracy' || (role === 'build' && corrects(study)));
    const dataset = wantsImages ? await imagesOf(options) : null;
    let roles = options.roles.filter(
      role => dataset !== null || (role !== 'accuracy' && !(role === 'build' && corrects(study))),
    );
    const calibration = dataset && (await reopenCalibration(plan, dataset, study, options.moved.calibration, watch));
    const statistics = calibration?.statistics?.statistics ?? (await statisticsOf(fleet, study));
    const scratchPath = scratch.path;
    const making = await openMaking({ plan, calibration, statistics, watch, scratch: scratchPath, closers });
    const { builder, reference } = making;
    const latency = latencyBudget(plan.hardware, study.seed);
    if (roles.includes('latency')) {
      const why = await disagreement(options, { device, builder, reference, space: plan.space, latency });
      if (why !== null) {
        note(`No latency of study "${study.name}" is measured here: ${why}. It counts as another class of device.`);
        roles = roles.filter(role => role !== 'latency');
      }
    }
    if (roles.length === 0) throw nothingToDo(study, options.roles);
    const scorer =
      dataset && roles.includes('accuracy')
        ? await openScorer({
            modelPath: reference.path,
            modelName: plan.loaded.path,
            heads: plan.outputs.judged,
            dataset,
            inputShape: plan.hardware.inputShape,
            host: plan.hardware.host,
            proxyImages: study.proxy.images,
            metric: plan.metric ?? undefined,
            setAside: calibration?.setAside,
            seed: study.proxy.seed,
          })
        : undefined;
    if (scorer) closers.push(() => scorer.close());
    return {
      store: fleet.store,
      study,
      instruments: {
        build: builder.write,
        uncorrected: builder.uncorrected,
        reference,
        device,
        ...(scorer ? { scorer } : {}),
      },
      latency,
      patience: patienceOf(latency.waitMs ?? 0),
      quiet: quietWatch(fleet.store, study),
      roles,
      by,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const corrects = ({ calibration }: Study): boolean => calibration !== null && calibration?.corrections !== 'none';

/** The network as a file here, or from the store. */
async function planOf({ fleet, study, place, moved }: ShopOptions, scratch: string): Promise<Plan> {
  const here = moved.model ?? locatedModel(study, place);
  if (moved.model !== undefined || isModel(here, study.model.sha256)) return reopenPlan(study, place, here);
  const bytes = await fleet.blobs.get(study.model.sha256);
  if (!bytes)
    throw new UserError(
      `The network of study "${study.name}" is neither at "${here}" nor in the store.`,
      'Give it with --model.',
    );
  const folder = join(scratch, 'model');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'model.onnx');
  writeFileSync(file, bytes);
  return reopenPlan(study, place, file);
}

function isModel(path: string, sha256: string): boolean {
  try {
    return existsSync(path) && loadModel(path).sha256 === sha256;
  } catch {
    return false;
  }
}

/** Null where they are not here. */
async function imagesOf({ study, moved, note }: ShopOptions): Promise<Dataset | null> {
  try {
    return await openStudyData(study, moved.data);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    note(`Nothing of study "${study.name}" is scored or corrected here: ${error.message}`);
    return null;
  }
}

/** As whoever searches keeps them in the store. */
async function statisticsOf({ blobs }: Fleet, study: Study): Promise<CalibrationStatistics | null> {
  const { calibration } = study;
  if (calibration?.factors !== 'data-aware' || calibration.statistics === undefined) return null;
  const bytes = await blobs.get(calibration.statistics);
  if (bytes && sha256Of(bytes) === calibration.statistics) return decodeStatistics(bytes);
  throw new UserError(
    `The statistics of study "${study.name}", which its factors follow from, are not in the store.`,
    'Start its search again: that puts them there.',
  );
}

const nothingToDo = (study: Study, roles: readonly Role[]): UserError =>
  new UserError(
    `Nothing can be done here for study "${study.name}" with the roles ${roles.join(', ')}.`,
    'Give its images with --data, or other --roles.',
  );
