/** A stored trial as `show` wants it. */

import { findSites } from '../../decompose/find-sites.ts';
import type { Rung } from '../../decompose/method.ts';
import { fullRank, rungMacs } from '../../decompose/ranks.ts';
import type { Site } from '../../decompose/site.ts';
import type { Cause } from '../../device/conditions.ts';
import type { Warning } from '../../device/warning.ts';
import { wordCause, wordWarning } from '../../device/wording.ts';
import { type Environment, measurerText } from '../../host/environment.ts';
import { loadModel } from '../../host/model-file.ts';
import { furtherOf, kinds } from '../../objectives/objectives.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import type { Figures } from '../../report/front/front.ts';
import { figuresOf } from '../../report/front/front-report.ts';
import type { TrainingView } from '../../report/trainings-text.ts';
import type { RefinementView, TrialPhase, TrialSite, TrialView } from '../../report/trial-report.ts';
import type { StoredObservation, TimedPhase } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { StageTimes, Trial } from '../../store/trial.ts';
import { deviceOf } from '../measure/device-of.ts';
import { inOrder } from '../measure/measures.ts';
import { disagreementText } from '../recount/disagreement.ts';
import { doubtful, doubtsOf } from '../recount/doubts.ts';
import { frontInputOf } from './front-input.ts';
import { measurement } from './measurement.ts';
import { observationsIn, type PhaseObservations, refinedBy } from './phase-observations.ts';
import { type ReadStore, readStudy } from './reading.ts';
import type { StudyReading } from './study-reading.ts';

/**
 * The rows of sites are left empty of full ranks and MACs when the model is not where it was.
 *
 * @param read what was read of the study already, this trial named
 */
export async function trialView(
  store: ReadStore,
  study: Study,
  trial: Trial,
  sites: readonly Site[],
  read?: StudyReading,
): Promise<TrialView> {
  const reading = read ?? (await readStudy(store, study, [trial.number]));
  const { recounted, disagreements, front } = reading;
  const samples = recounted.get(trial.number)?.samples ?? [];
  const doubted = doubtful(disagreements);
  // A trial whose numbers do not add up has no figures, and none has where the dense model's do not.
  const believed = doubted.has(0) || doubted.has(trial.number) ? [] : samples;
  const finished = trial.state === 'complete' || trial.state === 'failed' || trial.state === 'pruned' ? trial : null;
  return {
    study: study.name,
    objectives: study.objectives,
    trial: trial.number,
    state: trial.state,
    prunedFor: trial.state === 'pruned' ? trial.detail : null,
    strategy: trial.number === 0 ? null : trial.strategy,
    onFront: front.includes(trial.number) && !doubted.has(trial.number),
    doubts: [...doubtsOf(disagreements, 0), ...(trial.number === 0 ? [] : doubtsOf(disagreements, trial.number))].map(
      disagreementText,
    ),
    sites: trialSites(trial, sites),
    cost: trial.state === 'complete' ? { macs: trial.macs, params: trial.params } : null,
    denseCost: study.dense,
    device: deviceOf(study),
    search: phaseOf('search', trial, believed, reading),
    confirm: phaseOf('confirm', trial, believed, reading),
    refined: refinedOf(trial, believed, reading),
    refinement: await refinementOf(store, trial),
    stages: stagesOf(finished?.stages),
    warnings: samples.flatMap(({ warnings }) =>
      warnings.map(warning => {
        const { seen, remedy } = wordWarning(warning as unknown as Warning);
        return { message: seen, remedy };
      }),
    ),
    environment: environmentOf(study, trial, samples),
    trainings: await trainingsOf(store, trial),
    failure: trial.state === 'failed' ? { reason: trial.reason, detail: trial.detail } : null,
  };
}

/** Each stage once: the correction is a part of the build. */
function stagesOf(stages: StageTimes | undefined): TrialView['stages'] {
  if (!stages) return [];
  const { buildMs, correctionMs = null, ...measured } = stages;
  return Object.entries({
    correction: correctionMs,
    build: buildMs === null ? null : buildMs - (correctionMs ?? 0),
    ...Object.fromEntries(inOrder(kinds).map(kind => [kind, measured[`${kind}Ms`] ?? null])),
  }).flatMap(([stage, wallMs]) => (wallMs === null ? [] : [{ stage, wallMs }]));
}

async function trainingsOf(store: Pick<Store, 'training'>, trial: Trial): Promise<TrainingView[]> {
  const runs = await store.training.list(trial.id);
  return Promise.all(runs.map(async run => ({ run, ...(await store.training.metrics(run.id)) })));
}

/** Null when the model cannot be read any more. */
export function sitesOf(study: Study, modelPath: string): readonly Site[] | null {
  try {
    const { model, sha256 } = loadModel(modelPath);
    return sha256 === study.model.sha256 ? findSites(model, inferShapes(model.graph, model.opsets)).sites : null;
  } catch {
    return null;
  }
}

function trialSites(trial: Trial, sites: readonly Site[]): TrialSite[] {
  return Object.entries(trial.assignment).flatMap(([name, rung]: [string, Rung]) => {
    const site = sites.find(each => each.name === name);
    if (!site) return [];
    const full = rung.method === 'dense' ? null : fullRank(site, rung.method);
    return [{ site: name, rung, fullRank: full, macs: rungMacs(site, rung), denseMacs: site.macs }];
  });
}

function phaseOf(
  phase: TimedPhase,
  trial: Trial,
  samples: readonly StoredObservation[],
  reading: StudyReading,
): TrialPhase | null {
  const seen = observationsIn(samples, phase, reading.study.objectives);
  return seen && shownPhase(seen, figuresIn(phase, trial, seen, reading));
}

function refinedOf(trial: Trial, samples: readonly StoredObservation[], reading: StudyReading): TrialPhase | null {
  const seen = refinedBy(reading.study.objectives)(samples);
  return seen && shownPhase(seen, figuresIn('confirm', trial, seen, reading));
}

async function refinementOf({ trials }: Pick<Store, 'trials'>, trial: Trial): Promise<RefinementView | null> {
  const found = await trials.refinement(trial.id);
  if (!found) return null;
  const { state, facts } = found;
  return state === 'refined'
    ? { state, facts, detail: '', modelSha256: found.modelSha256 }
    : { state, facts, detail: found.detail, modelSha256: null };
}

function shownPhase(seen: PhaseObservations, figures: Figures | null): TrialPhase | null {
  if (!figures) return null;
  return {
    figures,
    images: seen.accuracy.images,
    pairs: seen.latency.candidateSamplesMs.length,
    endedBy: seen.latency.endedBy,
    ...(seen.latency.energy ? { energy: seen.latency.energy } : {}),
    disturbance: (seen.latency.conditions?.causes ?? []).map(cause => wordCause(cause as unknown as Cause).seen),
  };
}

/** Also of trials that no front lists: given up early, or beyond the limits. Null before the dense model has any. */
function figuresIn(phase: TimedPhase, trial: Trial, seen: PhaseObservations, reading: StudyReading): Figures | null {
  const { objectives } = reading.study;
  if (trial.number === 0) return reading.fronts?.[phase === 'confirm' ? 'best' : 'search'].dense[phase] ?? null;
  const denseSeen = observationsIn(reading.recounted.get(0)?.samples ?? [], phase, objectives);
  const dense = frontInputOf(reading, false).dense[phase];
  return (
    denseSeen &&
    dense &&
    figuresOf(measurement(seen, denseSeen, furtherOf(objectives)), { ...dense, images: seen.accuracy.images })
  );
}

function environmentOf(study: Study, trial: Trial, samples: readonly StoredObservation[]): Record<string, string> {
  const [first] = samples;
  const device = deviceOf(study);
  const facts: Record<string, string> = {
    device: device
      ? `${device.name}${device.computed ? ', latencies computed from a model of it, not measured' : ''}`
      : '-',
    model: `${study.model.path} (SHA-256 ${study.model.sha256.slice(0, 16)}...)`,
    candidate: trial.state === 'complete' ? `SHA-256 ${trial.modelSha256.slice(0, 16)}...` : '-',
    data: `${study.data.spec} (SHA-256 ${study.data.sha256.slice(0, 16)}...), ${study.data.normalisation}`,
    proxy: `${study.proxy.images} images, seed ${study.proxy.seed}`,
    calibration: calibrationText(study),
  };
  if (!first) return facts;
  const { environment, load } = samples.find(({ kind }) => kind === 'latency') ?? first;
  const host = samples.find(({ kind }) => kind === 'accuracy')?.environment;
  const elsewhere = host !== undefined && machineText(host) !== machineText(environment);
  return {
    ...facts,
    [device?.computed ? 'computed on' : 'processor']: machineText(environment),
    load: `${load.toFixed(2)} when it was measured`,
    ...measurersOf(samples),
    versions: versionsText(environment),
    ...(elsewhere ? { 'scored on': `${machineText(host)}; ${versionsText(host)}` } : {}),
  };
}

/** Where several workers shared the study: who measured what. */
function measurersOf(samples: readonly StoredObservation[]): Record<string, string> {
  const named = samples.flatMap(({ kind, phase, environment: { measuredBy: by } }) =>
    by ? [`${kind} (${phase}): ${measurerText(by)}`] : [],
  );
  return named.length === 0 ? {} : { 'measured by': named.join('; ') };
}

const machineText = ({ cpuModel, cores, governor }: Environment): string =>
  `${cpuModel}, ${cores > 0 ? `${cores} cores, ` : ''}governor ${governor ?? 'unknown'}`;

const versionsText = ({ node, onnxruntime, rankfront, runtime }: Environment): string =>
  `${runtime === undefined ? '' : `${runtime}, `}node ${node}, onnxruntime ${onnxruntime}, rankfront ${rankfront}`;

const calibrationText = ({ calibration }: Study): string =>
  calibration
    ? `${calibration.images} images of ${calibration.spec}, seed ${calibration.seed}: ${calibration.factors} factors, corrections: ${calibration.corrections}`
    : 'none: plain factors, no corrections';
