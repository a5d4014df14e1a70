/** `search`: from a dense model, images and a device to a measured Pareto front in a store. */

import { type Normalization, normalizationName } from '../../data/normalize.ts';
import { tellsMemory } from '../../device/open.ts';
import { UserError } from '../../errors/user-error.ts';
import type { EndedBy, StudyEvent } from '../../events/event.ts';
import { telling } from '../../events/telling.ts';
import type { Fleet } from '../../fleet/open.ts';
import { rankfrontVersion } from '../../host/version.ts';
import { type MetricChoice, parseMetric } from '../../metric/choice.ts';
import type { Limits } from '../../objectives/limit.ts';
import type { Kind } from '../../objectives/objective.ts';
import { modelCost } from '../../onnx/cost.ts';
import type { FrontReport } from '../../report/front/front.ts';
import { ladderLengths } from '../../space/configuration.ts';
import { openStore } from '../../store/open.ts';
import { shownPlace, storePlaceOf } from '../../store/place.ts';
import type { Store } from '../../store/store.ts';
import { demandOwnName, type OwnStrategy } from '../../tuner/own.ts';
import { createStrategy } from '../../tuner/strategies.ts';
import { type Calibration, openCalibration } from '../build/calibration.ts';
import { rememberedMetric, sameMetric } from '../build/metric.ts';
import { notesOf } from '../build/model-notes.ts';
import { dataOnce } from '../build/open-data.ts';
import {
  demandTimeablePlan,
  modelBaseName,
  type Plan,
  planFromFiles,
  type StoredSpace,
  withWait,
} from '../build/plan.ts';
import { type Brought, demandBrought, demandNames, withNames } from '../measure/brought.ts';
import { type OpenInstruments, openInstruments } from '../measure/instruments.ts';
import { judgeDense } from '../measure/judge-dense.ts';
import { openProposer } from '../propose/proposer.ts';
import { rememberLimits } from '../propose/remember-limits.ts';
import { demandSameLadders } from '../propose/same-ladders.ts';
import { readFront } from '../read/read-front.ts';
import { readStudy } from '../read/reading.ts';
import { doubtsText } from '../recount/doubts.ts';
import { absentDevice } from '../work/absent-device.ts';
import { runStudy } from './run-study.ts';
import type { RunParts } from './search-trials.ts';
import { demandStudyName } from './study-name.ts';
import { studyKinds, studyNames } from './study-objectives.ts';

export interface SearchOptions extends Brought {
  /** Path of the dense model, an ONNX file. */
  readonly model: string;
  /** `cifar10:DIR`, `folder:DIR` or the path of a dataset YAML. */
  readonly data: string;
  /** Path of a search space; without it a stored study keeps its own, and for a new one it is proposed. */
  readonly space?: string | undefined;
  /** Path of a hardware profile; with a `device` of the caller's, what its ranks and measurements follow. */
  readonly hardware: string;
  /** Sizes of inputs that the network leaves open, such as `input=1x3x48x320`; by default as the data has them. */
  readonly inputShape?: string | undefined;
  /** Name of the study; the model's base name by default. */
  readonly study?: string | undefined;
  /** A path, `results/rankfront.sqlite` by default; or an open store, which stays the caller's to close. */
  readonly store?: string | Store | undefined;
  /** Trials of the study, the dense model not counted; 100 by default, without bound when `timeMs` is given. */
  readonly trials?: number | undefined;
  /** Wall time of this run, confirmation included. */
  readonly timeMs?: number | undefined;
  /** How long a measurement waits for a quiet machine, in milliseconds; by default as the hardware profile says. */
  readonly waitMs?: number | undefined;
  /** The name of one of ours, `bayesian` by default, or a strategy of the caller's, which is asked in this thread. */
  readonly strategy?: string | OwnStrategy | undefined;
  /** Whether to begin from what single sites change and lose, measured at the start; true by default. */
  readonly prior?: boolean | undefined;
  /** Whether trials that can hardly enter the front any more are given up half-way; true by default. */
  readonly pruning?: boolean | undefined;
  /**
   * What is minimised, among `latency`, `accuracy`, `size` (of the model file) and `memory` (peak of a run); the first two always.
   * Left out, a stored study keeps its own, and a new one has these two and those of its limits.
   */
  readonly objectives?: readonly Kind[] | undefined;
  /** Candidates beyond these are of no use. Left out, those of the stored study hold on; `{}` lifts them. */
  readonly limits?: Limits | undefined;
  /** 0 by default. */
  readonly seed?: number | undefined;
  readonly normalize?: Normalization | undefined;
  /**
   * Unlabelled images for data-aware factors and corrections, as `data` takes them, or `none`; by default some of `data` are set aside
   * and judge nothing.
   */
  readonly calibration?: string | undefined;
  /** 512 by default. */
  readonly calibrationImages?: number | undefined;
  /** What every candidate is corrected by where there are calibration images; `moments` by default. */
  readonly corrections?: 'moments' | 'reconstruction' | 'none' | undefined;
  /**
   * What accuracy means: `top1`, `top5`, `agreement`, `fidelity`, `fidelity:OUTPUT,OUTPUT=RULE` `module:FILE` or `command:PROGRAM`. By default top-1 where the network gives class
   * scores and images have labels, agreement where they have none, and fidelity for any other network.
   */
  readonly metric?: string | undefined;
  /** The size of the proxy subset; by default chosen from the size of the data. */
  readonly proxyImages?: number | undefined;
  /** Whether to go on with a dense model that looks wrong on these images (near chance, say); false by default. */
  readonly acceptDense?: boolean | undefined;
  /** With a PostgreSQL store: whether this process measures, too, and not only shares out; true by default. */
  readonly worker?: boolean | undefined;
  /** Aborted to end after the trial that runs. */
  readonly finish?: AbortSignal | undefined;
  /** Aborted to end at once. */
  readonly stop?: AbortSignal | undefined;
  /** Called with all that happens; the minutes before the first trial are told as stages. */
  readonly onEvent?: ((event: StudyEvent) => void) | undefined;
  /** What events take their time from, in milliseconds since 1970; the clock of the machine by default. */
  readonly now?: (() => number) | undefined;
  /** Kept with the study. */
  readonly commandLine?: readonly string[] | undefined;
}

export interface SearchResult {
  readonly study: string;
  readonly endedBy: EndedBy;
  /** The front as it stands, by confirmed figures where there are any; null when it ended before the dense model was measured. */
  readonly report: FrontReport | null;
}

const never = new AbortController().signal;

/**
 * Runs a search, or goes on with one. Everything that is stored stays, however it ends.
 *
 * @throws UserError for a file, study or dataset that cannot be used, and when the place does not let it go on
 *
 * @example
 * const { report } = await search({ model: 'resnet18.onnx', data: 'folder:val', hardware: 'cpu.yaml', trials: 80 });
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const startedMs = performance.now();
  const { emit, watch } = telling(options.onEvent ?? (() => {}), options.now);
  const { warn } = watch;
  const finish = options.finish ?? never;
  const stop = options.stop ?? never;
  const seed = options.seed ?? 0;

  demandNames(options);
  const own = typeof options.strategy === 'object' ? options.strategy : undefined;
  if (own) demandOwnName(own);
  const metric = options.metric === undefined ? undefined : parseMetric(options.metric);
  const data = dataOnce(options.data, options.normalize);
  const told = new Set<string>();
  const note = (message: string): void => {
    if (!told.has(message)) warn(message);
    told.add(message);
  };
  const sizes = { inputShape: options.inputShape, data, note };
  const planned = async (judgedBy: MetricChoice | undefined, stored?: StoredSpace): Promise<Plan> =>
    withWait(
      await planFromFiles(options.model, options.space, options.hardware, judgedBy, sizes, stored),
      options.waitMs,
    );
  const fromFiles = await planned(metric);
  if (!options.device) demandTimeablePlan(fromFiles);
  const dataset = await data();
  // A store that cannot be written is told of before minutes go into factors and images.
  const lent = typeof options.store === 'object' ? options.store : null;
  const place = typeof options.store === 'string' ? options.store : 'results/rankfront.sqlite';
  const fleet = !lent && isShared(place) ? await openFleetOf(place, warn) : null;
  const store = lent ?? fleet?.store ?? (await openStore(place, { onWaiting: warn }));
  const works = options.worker ?? true;
  if (!works && !fleet) throw nobodyElse(lent ? 'of the program' : place);
  try {
    const name = options.study ?? modelBaseName(options.model);
    const before = await store.studies.get(name);
    if (before) demandBrought(before, options);
    else demandStudyName(name);
    const asked = before ? await planned(sameMetric(metric, before), before) : fromFiles;
    const { device } = options;
    const kinds = studyKinds({
      named: options.objectives,
      limits: options.limits,
      stored: before,
      device: device
        ? { driver: device.driver, tellsMemory: device.peakMemory !== undefined }
        : { driver: asked.hardware.driver.kind, tellsMemory: tellsMemory(asked.hardware) },
      note: warn,
    });
    const corrections = options.calibrator?.name ?? options.corrections;
    const request = { ...options, corrections, seed };
    const calibration = await openCalibration(asked, dataset, options.data, request, watch);
    if (options.calibrator && !calibration) throw nothingToCorrectBy(options.calibrator.name);
    const instruments = await openInstruments({
      plan: asked,
      dataset,
      proxyImages: options.proxyImages,
      seed,
      calibration,
      brought: options,
      openDevice: works ? undefined : async profile => absentDevice(profile),
      watch,
    });
    const plan: Plan = { ...asked, space: instruments.space };
    const abort = (): void => void instruments.close();
    stop.addEventListener('abort', abort);
    try {
      for (const note of [...notesOf(plan), ...instruments.scorer.info.notes]) warn(note);
      await judgeDense(instruments.scorer, options.acceptDense ?? false, warn);
      const objectives = studyNames(kinds, instruments.scorer.objective);
      // A name that nobody knows is told of before the study is stored.
      const problem = { ladderLengths: ladderLengths(plan.space), objectives: objectives.length };
      const named = typeof options.strategy === 'string' ? options.strategy : 'bayesian';
      const strategy = own?.name ?? createStrategy(named, problem, { seed }).name;
      const normalisation = normalizationName(dataset.spec.normalize);
      const study = await store.studies.create(
        newStudy(options, plan, instruments, objectives, calibration, dataset.hash, normalisation, strategy),
      );
      demandSameLadders(plan.space, await store.trials.list(study.id), study.name);
      const doubts = doubtsText(study.name, (await readStudy(store, study)).disagreements);
      if (doubts) warn(doubts);
      const trials = options.trials ?? (options.timeMs === undefined ? 100 : Number.POSITIVE_INFINITY);
      const { limits, prior = true } = options;
      const limitsGiven = limits !== undefined;
      const remember = limits && (() => rememberLimits({ store, study, strategy, emit, ...problem }, limits));
      const propose: RunParts['propose'] = budget =>
        openProposer({ store, study, plan, instruments, strategy, own, limitsGiven, prior, emit, budget });
      const endedBy = await runStudy(
        {
          store,
          study,
          plan,
          instruments,
          propose,
          emit,
          pruning: options.pruning ?? true,
          rememberLimits: remember,
          ...(fleet ? { sharing: { fleet, works, calibration, ladders: asked.space } } : {}),
        },
        { trials, timeMs: options.timeMs ?? null, startedMs, finish, stop },
      );
      const measured = (await store.trials.get(study.id, 0))?.state === 'complete';
      const report = measured ? await readFront(store, study, 'best') : null;
      return { study: study.name, endedBy, report };
    } finally {
      stop.removeEventListener('abort', abort);
      await instruments.close();
    }
  } finally {
    if (fleet) await fleet.close();
    else if (!lent) await store.close();
  }
}

const isShared = (place: string): boolean => storePlaceOf(place).kind === 'postgres';

/** Loaded only where there are other machines: a search in a file needs nothing of it. */
async function openFleetOf(place: string, onWaiting: (message: string) => void): Promise<Fleet> {
  return (await import('../../fleet/open.ts')).openFleet(place, { onWaiting });
}

const nobodyElse = (place: string): UserError =>
  new UserError(
    `Cannot leave the measuring to others: the store "${shownPlace(place)}" is not shared with other machines.`,
    'Leave --no-worker out, or give a PostgreSQL database with --store.',
  );

const nothingToCorrectBy = (name: string): UserError =>
  new UserError(
    `Cannot correct candidates with "${name}": there are no calibration images.`,
    'Give images with `calibration`, or leave the calibrator out.',
  );

function newStudy(
  options: SearchOptions,
  plan: Plan,
  { scorer }: OpenInstruments,
  objectives: readonly string[],
  calibration: Calibration | null,
  dataHash: string,
  normalisation: string,
  strategy: string,
): Parameters<Store['studies']['create']>[0] {
  const seed = options.seed ?? 0;
  const transform = { ...scorer.info.transform, ...rememberedMetric(plan.metric, scorer.objective) };
  return {
    name: options.study ?? modelBaseName(options.model),
    model: { path: options.model, sha256: plan.loaded.sha256 },
    space: plan.spaceSource,
    hardware: plan.hardwareSource,
    data: { spec: options.data, sha256: dataHash, normalisation, transform: withNames(transform, options) },
    proxy: { images: scorer.proxyIndices.length, seed },
    calibration: calibration?.record ?? null,
    objectives,
    seed,
    strategy: { name: strategy, options: {} },
    packageVersion: rankfrontVersion(),
    commandLine: options.commandLine ?? [],
    dense: modelCost(plan.loaded.model, plan.hardware.inputShape),
  };
}
