/** `audit`: how far the accuracies that a search went by order configurations as dearer ones do. */

import type { Assignment, Rung } from '../../decompose/method.ts';
import { UserError } from '../../errors/user-error.ts';
import type { TellStage } from '../../events/stage.ts';
import { metricOf } from '../../metric/metric.ts';
import { entryOf } from '../../objectives/objectives.ts';
import type { AuditedTrial, ScoredTrial } from '../../report/audit/input.ts';
import { type AuditReport, auditReport } from '../../report/audit/report.ts';
import { areFlags } from '../../stats/marks.ts';
import type { StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { reopenCalibration } from '../build/calibration.ts';
import { demandSameModule } from '../build/metric.ts';
import { outputsNote } from '../build/model-notes.ts';
import { openStudyData } from '../build/open-data.ts';
import type { Plan } from '../build/plan.ts';
import { reopenPlan } from '../build/reopen.ts';
import { demandBrought } from '../measure/brought.ts';
import { type OpenInstruments, openInstruments } from '../measure/instruments.ts';
import { accuracyObservation } from '../measure/observe.ts';
import { scoreTimeoutMs } from '../measure/run-budget.ts';
import { doubtful } from '../recount/doubts.ts';
import { recountStudy } from '../recount/recount-study.ts';
import { chooseAudited, fewestAudited } from './audit-choice.ts';
import { type ShortRetrain, shortRetrains } from './audit-retrain.ts';

export interface AuditOptions {
  readonly storePath: string;
  /** How many configurations are compared; fewer where the study has fewer. */
  readonly configurations: number;
  /** Null: nothing is retrained. */
  readonly retrain: ShortRetrain | null;
  /** Where the files of the study are now, if they have moved. */
  readonly model: string | undefined;
  readonly data: string | undefined;
  readonly calibration: string | undefined;
  readonly commandLine: readonly string[];
}

export interface AuditHooks {
  readonly note: (text: string) => void;
  readonly stage: TellStage;
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

/** Images that must at least have been held back. */
const fewestHeldBack = 20;

/**
 * Scores what is not scored yet on the images that the search held back, and keeps it in the store: an audit that was stopped goes on
 * with what is measured, and a second one measures nothing again. Null when it was interrupted.
 *
 * @param store open to be written to
 * @throws UserError when the study cannot be audited
 */
export async function auditStudy(
  store: Store,
  study: Study,
  options: AuditOptions,
  hooks: AuditHooks,
): Promise<AuditReport | null> {
  const { dense, complete } = await auditable(store, study);
  const front = new Set((await store.trials.front(study.id)).map(({ number }) => number));
  const chosen = chooseAudited(study.objectives, complete, front, options.configurations);
  const { counts, label } = metricOf(study.objectives);
  if (!counts)
    throw cannot(
      study,
      `an audit counts images that are right, and ${label} does not say which are`,
      'Confirm its front.',
    );
  const plan = await reopenPlan(study, options.storePath, options.model);
  const judged = outputsNote(plan);
  if (judged !== null) hooks.note(judged);
  const measured = await scoreHeldBack(store, study, plan, [dense, ...chosen], options, hooks);
  if (!measured) return null;
  const retrained = options.retrain
    ? await shortRetrains(
        {
          store,
          study,
          short: options.retrain,
          files: options,
          note: hooks.note,
          progress: (done, total) => hooks.stage('retraining', done, total),
          finish: hooks.finish,
        },
        chosen,
      )
    : new Map<number, number>();
  if (hooks.finish.aborted || hooks.stop.aborted) return null;
  const answersOf = (trial: CompleteTrial): Promise<ScoredTrial | null> =>
    scored(store, study, trial, measured.heldBack);
  const denseAnswers = await answersOf(dense);
  if (!denseAnswers)
    throw cannot(study, 'its dense model could not be scored on the images held back', 'Run it again.');
  const audited: AuditedTrial[] = [];
  for (const trial of chosen) {
    const answers = await answersOf(trial);
    if (!answers) continue;
    const closedForm = measured.closedForm.get(trial.number) ?? Number.NaN;
    const onFront = front.has(trial.number);
    audited.push({ ...answers, onFront, closedForm, retrained: retrained.get(trial.number) ?? null });
  }
  const members = await Promise.all(complete.filter(({ number }) => front.has(number)).map(answersOf));
  return auditReport({
    study: study.name,
    objective: study.objectives.includes('agreement')
      ? 'agreement'
      : study.objectives.includes('top5')
        ? 'top5'
        : 'top1',
    seed: study.seed,
    completeTrials: complete.length,
    lossUnit: measured.lossUnit,
    dense: denseAnswers,
    audited,
    front: members.filter(member => member !== null),
    retrain: options.retrain && { epochs: options.retrain.epochs },
  });
}

const cannot = ({ name }: Study, why: string, wayOut: string): UserError =>
  new UserError(`Cannot audit the study "${name}": ${why}.`, wayOut);

/** The dense model, and the other complete trials; those whose stored numbers do not add up are left out. */
async function auditable(
  store: Store,
  study: Study,
): Promise<{ readonly dense: CompleteTrial; readonly complete: readonly CompleteTrial[] }> {
  const { trials, disagreements } = await recountStudy(store, study, { bounds: false });
  const left = doubtful(disagreements);
  const all = trials.flatMap(({ trial }) => (trial.state === 'complete' && !left.has(trial.number) ? [trial] : []));
  const dense = all.find(({ number }) => number === 0);
  if (left.has(0))
    throw cannot(
      study,
      'what is stored of its dense model does not add up',
      'See "rankfront verify", and go back to an unchanged copy of the store.',
    );
  const complete = all.filter(({ number }) => number > 0);
  if (dense && complete.length >= fewestAudited) return { dense, complete };
  throw cannot(
    study,
    `expected at least ${fewestAudited} complete trials, found ${complete.length}`,
    'Continue it with "rankfront search --trials", and add --no-pruning if most are stopped early.',
  );
}

interface Measured {
  /** Images held back. */
  readonly heldBack: number;
  /** By trial number. */
  readonly closedForm: ReadonlyMap<number, number>;
  readonly lossUnit: OpenInstruments['lossUnit'];
}

/** Null when it was interrupted. */
async function scoreHeldBack(
  store: Store,
  study: Study,
  plan: Plan,
  trials: readonly CompleteTrial[],
  options: AuditOptions,
  { note, stage, finish, stop }: AuditHooks,
): Promise<Measured | null> {
  demandSameModule(study);
  demandBrought(study, {}, { timed: false });
  const watch = { warn: note, stage };
  const dataset = await openStudyData(study, options.data);
  const calibration = await reopenCalibration(plan, dataset, study, options.calibration, watch);
  const { images: proxyImages, seed } = study.proxy;
  const instruments = await openInstruments({ plan, dataset, proxyImages, seed, calibration, watch });
  const abort = (): void => void instruments.close();
  stop.addEventListener('abort', abort);
  try {
    const heldBack = instruments.scorer.confirmIndices.length;
    if (heldBack < fewestHeldBack)
      throw cannot(
        study,
        `it held back ${heldBack} images from its search, and at least ${fewestHeldBack} are needed`,
        'Search again with fewer --proxy-images.',
      );
    for (const [done, trial] of trials.entries()) {
      if (finish.aborted || stop.aborted) return null;
      stage('scoring', done, trials.length);
      if (await scored(store, study, trial, heldBack)) continue;
      const dense =
        trial.number === 0 ? null : answers(await store.trials.samples(trials[0]?.id ?? trial.id), 'confirm');
      const problem = await scoreOne(store, trial, instruments, dense, note);
      if (stop.aborted) return null;
      if (problem) note(`Trial ${trial.number} is left out: ${problem}.`);
    }
    stage('scoring', trials.length, trials.length);
    const closedForm = new Map(
      trials.map(({ number, assignment }) => [number, closedFormOf(plan, assignment, instruments)]),
    );
    return { heldBack, closedForm, lossUnit: instruments.lossUnit };
  } finally {
    stop.removeEventListener('abort', abort);
    await instruments.close();
  }
}

/**
 * What is wrong, or null when its answers are stored.
 *
 * @param dense the answers of the dense model; null for the dense model itself
 */
async function scoreOne(
  store: Store,
  trial: CompleteTrial,
  { build, scorer }: OpenInstruments,
  dense: Uint8Array | null,
  note: (text: string) => void,
): Promise<string | null> {
  const built = await build(trial.assignment, 'candidate.onnx', await store.trials.correction(trial.id));
  if (built.state === 'failed') return built.detail;
  if (built.value.sha256 !== trial.modelSha256)
    note(`Trial ${trial.number} is rebuilt in other bytes than those that were searched (see "rankfront verify").`);
  const score = await scorer.accuracy(built.value.path, { images: 'confirm', timeoutMs: scoreTimeoutMs });
  if (score.state === 'failed') return score.detail;
  await store.queue.confirm(trial.id, [accuracyObservation(score.value, dense)]);
  return null;
}

const closedFormOf = ({ space }: Plan, assignment: Assignment, { loss }: OpenInstruments): number =>
  space.sites.reduce((sum, { site }) => {
    const rung: Rung = assignment[site.name] ?? { method: 'dense' };
    return sum + loss(site, rung);
  }, 0);

/** A trial's stored answers on both sets of images; null unless it has those of all images that are held back. */
async function scored(store: Store, study: Study, trial: CompleteTrial, heldBack: number): Promise<ScoredTrial | null> {
  const samples = await store.trials.samples(trial.id);
  const [proxy, confirm] = [answers(samples, 'search'), answers(samples, 'confirm')];
  if (!proxy || confirm?.length !== heldBack) return null;
  return { trial: trial.number, latency: entryOf(study.objectives, 'latency', trial.values), proxy, heldBack: confirm };
}

function answers(samples: readonly StoredObservation[], phase: StoredObservation['phase']): Uint8Array | null {
  const found = samples.find(each => each.kind === 'accuracy' && each.phase === phase);
  return found?.kind === 'accuracy' && areFlags(found.correct) ? found.correct : null;
}
