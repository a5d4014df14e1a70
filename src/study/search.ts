/** `search`: from a dense model, images and a device to a measured Pareto front in a store. */

import { type Normalization, normalizationName } from '../data/normalize.ts';
import { openDataset } from '../data/open.ts';
import { parseDataSpec } from '../data/spec.ts';
import { truncationError } from '../decompose/truncation.ts';
import { latencyBudget } from '../device/profile.ts';
import { UserError } from '../errors/user-error.ts';
import { modelCost } from '../onnx/cost.ts';
import type { EndedBy, StudyEvent } from '../report/event.ts';
import { type FrontReport, frontReport } from '../report/front-report.ts';
import { ladderLengths, spaceSize } from '../space/configuration.ts';
import { priorGuesses } from '../space/prior.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import { createStrategy } from '../tuner/strategies.ts';
import type { Configuration } from '../tuner/strategy.ts';
import { rankfrontVersion } from '../workers/version.ts';
import { confirmBudget, confirmFront } from './confirm.ts';
import { type OpenInstruments, openInstruments } from './instruments.ts';
import { runLoop, StoppedSearch } from './loop.ts';
import { observe } from './observe.ts';
import { modelBaseName, type Plan, planFromFiles } from './plan.ts';
import { readFrontInput } from './read-front.ts';
import { trialEvents } from './trial-events.ts';

export interface SearchOptions {
  /** Path of the dense model, an ONNX file. */
  readonly model: string;
  /** `cifar10:DIR`, `folder:DIR` or the path of a dataset YAML. */
  readonly data: string;
  /** Path of a search space; without it, one is proposed. */
  readonly space?: string | undefined;
  /** Path of a hardware profile. */
  readonly hardware: string;
  /** Name of the study; the model's base name by default. */
  readonly study?: string | undefined;
  /** `results/rankfront.sqlite` by default. */
  readonly store?: string | undefined;
  /** Trials of the study, the dense model not counted; 100 by default, without bound when `timeMs` is given. */
  readonly trials?: number | undefined;
  /** Wall time of this run, confirmation included. */
  readonly timeMs?: number | undefined;
  /** `nsga2` by default. */
  readonly strategy?: string | undefined;
  /** 0 by default. */
  readonly seed?: number | undefined;
  readonly normalize?: Normalization | undefined;
  /** The size of the proxy subset; by default chosen from the size of the data. */
  readonly proxyImages?: number | undefined;
  /** Whether to go on with a dense model that looks wrong on these images (near chance, say); false by default. */
  readonly acceptDense?: boolean | undefined;
  /** Aborted to end after the trial that runs. */
  readonly finish?: AbortSignal | undefined;
  /** Aborted to end at once. */
  readonly stop?: AbortSignal | undefined;
  readonly onEvent?: ((event: StudyEvent) => void) | undefined;
  /** Called while factors are computed. */
  readonly onFactors?: ((done: number, total: number) => void) | undefined;
  /** Kept with the study. */
  readonly commandLine?: readonly string[] | undefined;
}

export interface SearchResult {
  readonly study: string;
  readonly endedBy: EndedBy;
  /** The front as it stands: confirmed figures where every member has them. */
  readonly report: FrontReport;
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
  const started = performance.now();
  const emit = options.onEvent ?? (() => {});
  const finish = options.finish ?? never;
  const stop = options.stop ?? never;
  const seed = options.seed ?? 0;
  const warn = (message: string): void => emit({ kind: 'warning', trial: null, message });

  const plan = planFromFiles(options.model, options.space, options.hardware);
  const dataset = await openDataset(parseDataSpec(options.data), { normalize: options.normalize });
  const instruments = await openInstruments({
    plan,
    dataset,
    proxyImages: options.proxyImages,
    seed,
    watch: { warn, ...(options.onFactors ? { progress: options.onFactors } : {}) },
  });
  const strategy = createStrategy(
    options.strategy ?? 'nsga2',
    { ladderLengths: ladderLengths(plan.space), objectives: 2 },
    { seed, firstGuesses: guesses(plan, instruments) },
  );
  const abort = (): void => void instruments.close();
  stop.addEventListener('abort', abort);
  try {
    for (const note of instruments.scorer.info.notes) warn(note);
    await judgeDense(instruments, options.acceptDense ?? false, warn);
    const store = await openStore(options.store ?? 'results/rankfront.sqlite');
    try {
      const study = await store.studies.create(
        newStudy(options, plan, instruments, dataset.hash, normalizationName(dataset.spec.normalize), strategy.name),
      );
      return await run(study, store);
    } finally {
      await store.close();
    }
  } finally {
    stop.removeEventListener('abort', abort);
    await instruments.close();
  }

  async function run(study: Study, store: Store): Promise<SearchResult> {
    await store.queue.requeueLost(study.id);
    const before = await store.trials.list(study.id, { states: ['complete', 'failed', 'pruned'] });
    const trials = options.trials ?? (options.timeMs === undefined ? 100 : Number.POSITIVE_INFINITY);
    emit({
      kind: 'study-started',
      study: study.name,
      trialsPlanned: Number.isFinite(trials) ? trials : null,
      timeMs: options.timeMs ?? null,
      sites: plan.space.sites.length,
      spaceSize: spaceSize(plan.space).toPrecision(3),
      resumedFrom: before.length,
    });
    await store.studies.setState(study.id, 'searching');
    const budget = latencyBudget(plan.hardware, seed);
    const timeoutMs = scoreTimeoutMs;
    const events = trialEvents({ store, study, emit });
    const parts = { store, study, space: plan.space, strategy, emit, finished: events.finished };
    let confirmMs = 0;
    const timeLeft = (): boolean =>
      options.timeMs === undefined || performance.now() - started + confirmMs < options.timeMs;
    let endedBy: EndedBy;
    try {
      endedBy = await runLoop(
        {
          ...parts,
          observe: trial =>
            observe(instruments, trial.assignment, {
              latency: { ...budget, seed: seed + trial.number },
              score: { images: 'proxy', timeoutMs },
            }),
          finished: async (trial, result) => {
            await events.finished(trial, result);
            confirmMs = await confirmEstimateMs(store, study, instruments);
          },
        },
        { trials, timeLeft, finish, stop },
      );
    } catch (error) {
      if (!(error instanceof StoppedSearch)) throw error;
      await store.studies.setState(study.id, 'stopped');
      throw new UserError(
        `The search stopped: ${error.message}.`,
        `What is stored stays; run the same command again to go on.`,
        { cause: error },
      );
    }
    let confirmed = false;
    if (endedBy !== 'interrupted') {
      await store.studies.setState(study.id, 'confirming');
      confirmed = await confirmFront({
        store,
        study,
        instruments,
        latency: confirmBudget(budget),
        timeoutMs,
        emit,
        finish,
        stop,
      });
      if (finish.aborted || stop.aborted) endedBy = 'interrupted';
    }
    if (!stop.aborted) await store.studies.setState(study.id, endedBy === 'interrupted' ? 'stopped' : 'complete');
    const all = await store.trials.list(study.id);
    const count = (state: string): number => all.filter(trial => trial.state === state).length;
    emit({
      kind: 'study-finished',
      study: study.name,
      complete: count('complete'),
      failed: count('failed'),
      frontSize: (await store.trials.front(study.id)).length,
      wallMs: performance.now() - started,
      endedBy,
    });
    return { study: study.name, endedBy, report: frontReport(await readFrontInput(store, study, confirmed)) };
  }
}

/** From nearly dense to the cheapest: least squared weight error, all sites alike, for the multiply-accumulates. */
const guesses = ({ space }: Plan, { factors }: OpenInstruments): Configuration[] =>
  priorGuesses(space, {
    loss: (site, rung) =>
      rung.method === 'dense' ? 0 : truncationError(factors(site.name, rung.method), rung).relative ** 2,
  });

/** Ends the search before a night is spent on a dense model that is fed wrongly. */
async function judgeDense(
  { scorer }: OpenInstruments,
  accept: boolean,
  warn: (message: string) => void,
): Promise<void> {
  const suspicion = await scorer.checkDense(scoreTimeoutMs);
  if (suspicion === null) return;
  if (!accept) throw new UserError(suspicion, 'To go on all the same, add --accept-dense.');
  warn(suspicion);
}

/** A scorer that has not answered by then hangs: an hour is beyond any proxy or confirm set that this is meant for. */
const scoreTimeoutMs = 3_600_000;

/** What confirming the front as it stands would take, from what the search's measurements took. */
async function confirmEstimateMs(store: Store, study: Study, instruments: OpenInstruments): Promise<number> {
  const front = await store.trials.front(study.id);
  const mean = (stage: 'latencyMs' | 'accuracyMs'): number =>
    front.reduce((sum, { stages }) => sum + (stages[stage] ?? 0), 0) / Math.max(1, front.length);
  const { proxyIndices, confirmIndices } = instruments.scorer;
  return (
    (front.length + 1) *
    (4 * mean('latencyMs') + (mean('accuracyMs') * confirmIndices.length) / Math.max(1, proxyIndices.length))
  );
}

function newStudy(
  options: SearchOptions,
  plan: Plan,
  { scorer }: OpenInstruments,
  dataHash: string,
  normalisation: string,
  strategy: string,
): Parameters<Store['studies']['create']>[0] {
  const seed = options.seed ?? 0;
  return {
    name: options.study ?? modelBaseName(options.model),
    model: { path: options.model, sha256: plan.loaded.sha256 },
    space: plan.spaceSource,
    hardware: plan.hardwareSource,
    data: { spec: options.data, sha256: dataHash, normalisation, transform: JSON.stringify(scorer.info.transform) },
    proxy: { images: scorer.proxyIndices.length, seed },
    objectives: ['latency', scorer.objective],
    seed,
    strategy: { name: strategy, options: {} },
    packageVersion: rankfrontVersion(),
    commandLine: options.commandLine ?? [],
    dense: modelCost(plan.loaded.model, plan.hardware.inputShape),
  };
}
