/** Opens what trials are measured with: the device, the scorer and the builder of candidates. */

import type { Corrector } from '../../calibrate/calibrator.ts';
import { openCorrector } from '../../calibrate/corrector.ts';
import { startProbeRunner } from '../../calibrate/probe-runner.ts';
import { openReconstructor } from '../../calibrate/reconstructor.ts';
import type { Dataset } from '../../data/dataset.ts';
import type { Rung } from '../../decompose/method.ts';
import type { LossUnit } from '../../decompose/output-error.ts';
import { rungMacs } from '../../decompose/ranks.ts';
import type { CalibrationStatistics } from '../../decompose/statistics.ts';
import type { ModelFile } from '../../device/device.ts';
import type { OpenDevice } from '../../device/driver.ts';
import type { Attempt } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { type OpenScorer, openScorer } from '../../evaluate/open.ts';
import { withOwnScorer } from '../../evaluate/with-own-scorer.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import { withoutDominated } from '../../space/dominated.ts';
import type { Space } from '../../space/space.ts';
import type { Calibration } from '../build/calibration.ts';
import { type CandidateBuilder, candidateBuilder } from '../build/candidate.ts';
import { type FactorLookup, type FactorWatch, type RungLoss, rungLosses, spaceFactors } from '../build/factors.ts';
import type { Plan } from '../build/plan.ts';
import { type Brought, openerOf } from './brought.ts';
import type { Instruments } from './observe.ts';
import { scorerPlace } from './scorer-place.ts';

export interface OpenInstruments extends Instruments {
  readonly scorer: OpenScorer;
  readonly builder: CandidateBuilder;
  /** Whether candidates are corrected by calibration images. */
  readonly corrects: boolean;
  readonly factors: FactorLookup;
  readonly loss: RungLoss;
  readonly lossUnit: LossUnit;
  /** The ladders of the plan without the rungs that another method beats. */
  readonly space: Space;
  /** Ends the child processes and removes the scratch folder; a measurement under way fails as `interrupted`. */
  readonly close: () => Promise<void>;
}

export interface InstrumentOptions {
  readonly plan: Plan;
  readonly dataset: Dataset;
  readonly proxyImages: number | undefined;
  readonly seed: number;
  /** What factors are made from and candidates corrected by; null for plain factors and no corrections. */
  readonly calibration: Calibration | null;
  readonly watch: FactorWatch;
  /** What the caller measures with in the place of ours. */
  readonly brought?: Brought | undefined;
  /** Opens the device; the caller's, or as the hardware profile says, by default. */
  readonly openDevice?: OpenDevice | undefined;
}

export async function openInstruments({
  plan,
  dataset,
  proxyImages,
  seed,
  calibration,
  watch,
  brought = {},
  openDevice: open = openerOf(brought),
}: InstrumentOptions): Promise<OpenInstruments> {
  const closers: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const scratch = scratchFolder();
    closers.push(scratch.remove);
    const statistics = calibration?.statistics?.statistics ?? null;
    const making = await openMaking({ plan, calibration, statistics, watch, brought, scratch: scratch.path, closers });
    const { factors, builder, corrects, reference } = making;
    const { loss, unit: lossUnit } = await rungLosses(plan.loaded.model, plan.space, statistics, factors, watch);
    const space = withoutDominated(plan.space, { cost: rungMacs, loss });
    const device = await open(plan.hardware, { scratchDir: scratch.path, onWait: onceEach(watch.warn) });
    closers.push(() => device.close());
    const place = brought.scorer ? { host: plan.hardware.host } : scorerPlace(plan.hardware, device, plan.metric);
    const ours = await openScorer({
      ...place,
      modelPath: reference.path,
      modelName: plan.loaded.path,
      heads: plan.outputs.judged,
      dataset,
      inputShape: plan.hardware.inputShape,
      ...(proxyImages === undefined ? {} : { proxyImages }),
      metric: plan.metric ?? undefined,
      setAside: calibration?.setAside,
      prepare: { onProgress: (done, total) => watch.stage?.('images', done, total) },
      seed,
    });
    closers.push(() => ours.close());
    const scorer = brought.scorer ? await withOwnScorer(ours, brought.scorer, dataset, reference.path) : ours;
    if (brought.scorer) closers.push(() => scorer.close());
    return {
      build: builder.write,
      uncorrected: builder.uncorrected,
      builder,
      corrects,
      factors,
      loss,
      lossUnit,
      space,
      reference,
      device,
      scorer,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export interface MakingOptions extends Pick<InstrumentOptions, 'plan' | 'calibration' | 'watch' | 'brought'> {
  /** What factors are made from; null for plain ones. */
  readonly statistics: CalibrationStatistics | null;
  readonly scratch: string;
  /** What is to be called, the last one first, when it is over. */
  readonly closers: (() => unknown)[];
}

/** What candidates are made by, and the dense model through the same writer. */
export interface Making extends Pick<OpenInstruments, 'factors' | 'builder' | 'corrects' | 'reference'> {}

/** The part that needs no device, and no images but those that correct. */
export async function openMaking(options: MakingOptions): Promise<Making> {
  const { plan, calibration, statistics, watch, brought = {}, scratch, closers } = options;
  const { model } = plan.loaded;
  const factors = await spaceFactors(model, plan.space, statistics, watch);
  const corrector =
    calibration && calibration.record.corrections !== 'none'
      ? await correctorFor(plan, calibration, brought, scratch, closers, watch)
      : null;
  const builder = candidateBuilder({ model, sites: plan.sites, factors, scratch, corrector });
  return { factors, builder, corrects: corrector !== null, reference: await writeReference(builder, plan) };
}

/** Every session waits anew for a process that measures beside this one; to say so once is enough. */
function onceEach(warn: (message: string) => void): (message: string) => void {
  const told = new Set<string>();
  return message => {
    if (!told.has(message)) warn(message);
    told.add(message);
  };
}

/** A dense model whose statistics cannot be taken is searched without corrections, and the user is told. */
async function correctorFor(
  { loaded, space, hardware }: Plan,
  { images, ids, record }: Calibration,
  { calibrator }: Brought,
  scratch: string,
  closers: (() => unknown)[],
  { warn, stage }: FactorWatch,
): Promise<Corrector | null> {
  const sites = space.sites.map(({ site }) => site);
  const open = async (): Promise<Attempt<Corrector>> => {
    if (calibrator) return calibrator.open(loaded.model, sites, { spec: record.spec, ids });
    const options = { images, scratch, timeoutMs: correctionTimeoutMs };
    if (record.corrections === 'reconstruction') {
      const reconstructor = openReconstructor(loaded.model, sites, { ...options, threads: hardware.host.threads });
      if (reconstructor.state === 'complete') closers.push(() => reconstructor.value.close());
      return reconstructor;
    }
    const runner = startProbeRunner(hardware.host);
    closers.push(() => runner.close());
    stage?.('corrections', 0, images.positions.length);
    const corrector = await openCorrector(loaded.model, sites, { ...options, runner });
    if (corrector.state === 'complete') stage?.('corrections', images.positions.length, images.positions.length);
    return corrector;
  };
  const opened = await open();
  if (opened.state === 'complete') return opened.value;
  warn(`Candidates are not corrected: ${opened.detail}.`);
  return null;
}

/** One forward over some hundred images that has not answered by then hangs. */
const correctionTimeoutMs = 600_000;

/** The dense model through the same writer as the candidates, its external data within. */
async function writeReference(builder: CandidateBuilder, plan: Plan): Promise<ModelFile> {
  const dense: Rung = { method: 'dense' };
  const written = await builder.write(
    Object.fromEntries(plan.space.sites.map(({ site }) => [site.name, dense])),
    'dense.onnx',
  );
  if (written.state === 'complete') return written.value;
  throw new UserError(
    `Cannot start: ${written.detail}.`,
    'Free some space, or name another folder in RANKFRONT_SCRATCH.',
  );
}
