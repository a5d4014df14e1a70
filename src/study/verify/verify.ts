/** `verify`: every stored number recounted, and what is printed made and measured again (docs/decisions/0004). */
import type { TellStage } from '../../events/stage.ts';
import { modelCost } from '../../onnx/cost.ts';
import { effectiveFront } from '../../report/front/effective-front.ts';
import { frontReport } from '../../report/front/front-report.ts';
import { stageLine } from '../../report/stage-text.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { reopenCalibration } from '../build/calibration.ts';
import { demandSameModule } from '../build/metric.ts';
import { openStudyData } from '../build/open-data.ts';
import { demandBrought, openerFor } from '../measure/brought.ts';
import { type OpenInstruments, openInstruments } from '../measure/instruments.ts';
import { patienceOf } from '../measure/patience.ts';
import { quietTimes } from '../measure/quiet-reference.ts';
import { sameRungs } from '../propose/same-ladders.ts';
import { readFrontInput } from '../read/read-front.ts';
import type { Disagreement, Figure } from '../recount/disagreement.ts';
import { doubtful } from '../recount/doubts.ts';
import { type Recount, recountStudy } from '../recount/recount-study.ts';
import { phases } from '../recount/recount-trial.ts';
import { truthOf, wrongAnswers } from './answers.ts';
import { type DenseVerdict, type FreshLatency, judgeDenseLatency } from './dense-latency.ts';
import { deviceOrNone } from './device-or-none.ts';
import { memoryJudge } from './memory.ts';
import { endedOf, type Recounted, type VerifyOptions } from './options.ts';
import { rebuilt, remeasured, type VerifyParts } from './remeasure.ts';
import type { TrainingVerdict } from './retrained.ts';
import { demandSameImages } from './same-images.ts';
import { storedCosts } from './stored-costs.ts';
import { verifyTrainings } from './trainings.ts';
import type { TrialVerdict } from './verdict.ts';

export type { VerifyHooks, VerifyOptions } from './options.ts';

export interface VerifyReport extends Recounted {
  readonly trials: readonly TrialVerdict[];
  readonly dense: readonly DenseVerdict[];
  readonly trainings: readonly TrainingVerdict[];
  /** Why no latency was measured, in a sentence: the device of the study cannot be reached from here. Null where it can. */
  readonly unreachable: string | null;
  /** What another version counted in another way, so that it is not checked in files that are the same. */
  readonly countedOtherwise: readonly Figure[];
}

/**
 * Fewer verdicts when it is interrupted.
 *
 * @throws UserError, after the recount, when files of the study are others, or what its program brought is not here
 */
export async function verifyStudy(options: VerifyOptions): Promise<VerifyReport> {
  const { store, study, measure, hooks, brought = {} } = options;
  hooks.progress('recounting what is stored');
  const recount = await recountStudy(store, study, { bounds: true });
  const recounted = recount.trials.filter(({ samples }) => samples.length > 0).length;
  hooks.onRecount({ recounted, disagreements: recount.disagreements });
  demandSameModule(study);
  demandBrought(study, brought, { timed: brought.device !== undefined });
  const plan = await options.plan();
  hooks.progress('opening the images');
  const stage: TellStage = (name, done, total) => hooks.progress(stageLine({ stage: name, done, total }));
  const watch = { warn: hooks.warn, stage };
  const dataset = await openStudyData(study, options.data);
  const calibration = await reopenCalibration(plan, dataset, study, options.calibration, watch);
  const roundedOtherwise = calibration?.record.statistics !== study.calibration?.statistics;
  if (roundedOtherwise)
    hooks.warn(
      'The calibration statistics were measured again and differ from the stored ones in rounding: so do the candidates.',
    );
  const device = deviceOrNone(options.openDevice ?? openerFor(study, brought));
  const instruments = await openInstruments({
    plan,
    openDevice: device.open,
    dataset,
    proxyImages: study.proxy.images,
    seed: study.proxy.seed,
    calibration,
    brought,
    watch,
  });
  const unreachable = device.why();
  if (unreachable !== null) hooks.warn(`No latency is measured again: ${unreachable}`);
  const abort = (): void => void instruments.close();
  hooks.stop.addEventListener('abort', abort);
  try {
    demandSameImages(study, instruments.scorer.info.transform);
    const dense = recount.trials.find(({ trial }) => trial.number === 0);
    const { countedOtherwise, ...ofDense } = storedCosts(
      study.dense,
      modelCost(plan.loaded.model, plan.hardware.inputShape),
      dense?.trial,
    );
    const found = [
      ...ofDense.disagreements,
      ...(roundedOtherwise ? [] : otherRungs(recount, instruments)),
      ...wrongAnswers(recount.trials, truthOf(instruments.scorer, dataset, dense?.samples ?? [])),
    ];
    if (found.length > 0) hooks.onRecount({ recounted, disagreements: found });
    const fresh: FreshLatency[] = [];
    const stored = recount.trials.map(({ trial }) => trial);
    const parts = {
      ...{ store, plan, instruments, roundedOtherwise, seed: study.seed, ended: endedOf(hooks) },
      patience: patienceOf(plan.hardware.latencyBudget.waitMs),
      quietTimes: quietTimes(stored),
      unreachable: unreachable !== null,
      countedOtherwise,
      objectives: study.objectives,
      judgeMemory: memoryJudge(instruments.device, instruments.reference),
    };
    const chosen = await choose(store, study, recount, measure);
    const trials = await verifyTrials(recount, chosen, options, { ...parts, measured: each => fresh.push(each) });
    const trainings = await verifyTrainings(recount, trials, options, plan, instruments);
    return {
      recounted,
      disagreements: [...recount.disagreements, ...found],
      trials,
      dense: judgeDenseLatency(recount.trials, fresh),
      trainings,
      unreachable,
      countedOtherwise,
    };
  } finally {
    hooks.stop.removeEventListener('abort', abort);
    await instruments.close();
  }
}

/** What the tuner was told of and what was built must be the same. */
const otherRungs = ({ trials }: Recount, { space }: OpenInstruments): Disagreement[] =>
  trials.flatMap(({ trial }) =>
    sameRungs(space, trial)
      ? []
      : [
          {
            trial: trial.number,
            phase: null,
            figure: 'configuration' as const,
            stored: `[${trial.configuration}]`,
            recounted: 'other rungs than those that it was built with',
          },
        ],
  );

/** The dense model, the front of the search, and all that any command reports of a front, confirmed or not. */
async function choose(
  store: Store,
  study: Study,
  recount: Recount,
  measure: VerifyOptions['measure'],
): Promise<ReadonlySet<number>> {
  if (typeof measure === 'number') return new Set([measure]);
  if (measure === 'all') return new Set(recount.trials.map(({ trial }) => trial.number));
  const front = [0, ...recount.front, ...(await store.trials.front(study.id)).map(({ number }) => number)];
  if (doubtful(recount.disagreements).has(0)) return new Set(front);
  const search = frontReport(await readFrontInput(store, study, false));
  const reports =
    search.confirmImages === null ? [search] : [search, frontReport(await readFrontInput(store, study, true))];
  return new Set([
    ...front,
    ...reports.flatMap(report => [...report.points, ...effectiveFront(report)].map(({ trial }) => trial)),
  ]);
}

async function verifyTrials(
  recount: Recount,
  chosen: ReadonlySet<number>,
  { measure, phase, hooks }: VerifyOptions,
  parts: Omit<VerifyParts, 'doing'>,
): Promise<TrialVerdict[]> {
  const complete = recount.trials.flatMap(({ trial, ...rest }) =>
    trial.state === 'complete' ? [{ ...rest, trial: trial as CompleteTrial }] : [],
  );
  const measured = complete.filter(({ trial }) => chosen.has(trial.number));
  const others = typeof measure === 'number' ? [] : complete.filter(({ trial }) => !chosen.has(trial.number));
  const verdicts: TrialVerdict[] = [];
  const ended = endedOf(hooks);
  const tell = (verdict: TrialVerdict): void => {
    if (hooks.stop.aborted) return;
    verdicts.push(verdict);
    hooks.onTrial(verdict);
  };
  const silent = { ...parts, doing: () => {} };
  for (const [done, each] of others.entries()) {
    if (ended()) return verdicts;
    hooks.progress(`rebuilding trial ${each.trial.number}: ${others.length - done} of ${others.length} left`);
    tell(await rebuilt(each, silent));
  }
  for (const [done, each] of measured.entries()) {
    if (ended()) return verdicts;
    const left = `${measured.length - done} of ${measured.length} left`;
    const doing = (what: string): void =>
      hooks.progress(`measuring trial ${each.trial.number} again, ${what}: ${left}`);
    tell(await remeasured(each, phase === null ? [...phases, 'refined'] : [phase], { ...parts, doing }));
  }
  return verdicts;
}
