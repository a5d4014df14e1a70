/** Rankfront as a library: what the command line does, with types, and the seams where a program brings something of its own. */

// The seams.
export type { Calibrator, CalibratorImages, Corrector } from './calibrate/calibrator.ts';
// What stands in their signatures.
export type { MeanStd, Normalization, NormalizationName } from './data/normalize.ts';
// For devices, scorers and strategies of your own.
export { normalizations } from './data/normalize.ts';
export type { InputArray, InputItem, InputModule } from './data/tensors/input-module.ts';
export type { ChannelCorrection, Refit, SiteCorrection } from './decompose/corrections/moments.ts';
export type { Corrections } from './decompose/corrections/packing.ts';
export type { MatrixProduct, SiteKind } from './decompose/dense-node.ts';
export type { Assignment, FactorRung, Method, MethodName, Rank, Rung } from './decompose/method.ts';
export type { RankOf } from './decompose/methods/methods.ts';
export type { Site } from './decompose/site.ts';
export type { Cause, Conditions, Summaries, Tail } from './device/conditions.ts';
export type { Device, LatencyBudget, ModelFile, PairedLatency, PeakMemory, QuietTimes } from './device/device.ts';
export type { Energy } from './device/energy/energy.ts';
export type { Circumstances } from './device/from-sessions.ts';
export { latencyFromSessions } from './device/from-sessions.ts';
export type { NodeTiming, NodeTimings } from './device/node-times.ts';
export type { Pairs } from './device/sampling.ts';
export { exactLatency } from './device/scripted.ts';
export type { Warning } from './device/warning.ts';
export type { Attempt, Failure, FailureReason } from './errors/failure.ts';
export { complete, failed } from './errors/failure.ts';
// Search, read, pick.
export { UserError } from './errors/user-error.ts';
export type { JudgingImage, JudgingImages, OwnScorer } from './evaluate/own-scorer.ts';
export { scoreOfClasses } from './evaluate/own-scorer.ts';
export type { Score, ScoreBudget, Scorer, Stopping } from './evaluate/scorer.ts';
export type {
  Confirmed,
  ConfirmFinished,
  ConfirmStarted,
  DenseObserved,
  EndedBy,
  FurtherValue,
  FurtherValues,
  Happening,
  Interval,
  LimitsSet,
  Refined,
  RefinePass,
  RefineStarted,
  RemeasuredTrial,
  SiteTableMeasured,
  StudyEvent,
  StudyFinished,
  StudyStarted,
  SweepPlanned,
  TrialFailed,
  TrialFinished,
  TrialPruned,
  TrialStarted,
  WarningRaised,
} from './events/event.ts';
export type { Stage, StageReached } from './events/stage.ts';
export type { Climate } from './host/climate.ts';
export type { Environment, MeasuredBy, Whereabouts } from './host/environment.ts';
export { currentEnvironment, currentLoad } from './host/environment.ts';
export type { Owner } from './host/process-identity.ts';
export type { Exported, MovedFiles } from './library/export-trial.ts';
export type { OpenStudy, OpenStudyOptions, ReplayStudyOptions, TrialDetails } from './library/open-study.ts';
export { openStudy } from './library/open-study.ts';
export type { ObjectiveValue, TrialSummary } from './library/trial-summary.ts';
export type { Verified, VerifyStudyOptions } from './library/verified-study.ts';
export type { MetricImage, MetricOutput, OwnMetric } from './metric/own-metric.ts';
export type { LimitKey, Limits } from './objectives/limit.ts';
export type { Kind as ObjectiveKind } from './objectives/objective.ts';
export type {
  Attribute as OnnxAttribute,
  Dimension as OnnxDimension,
  ElementType as OnnxElementType,
  Graph as OnnxGraph,
  Model as OnnxModel,
  Node as OnnxNode,
  Shape as OnnxShape,
  Tensor as OnnxTensor,
  ValueInfo as OnnxValueInfo,
} from './onnx/graph.ts';
export type { Rng, RngState } from './random/rng.ts';
export type { Changed } from './report/change.ts';
export type { Source } from './report/front/effective-front.ts';
export type {
  DeviceName,
  Figures,
  FrontLimits,
  FrontPoint,
  FrontReport,
  Judged,
} from './report/front/front.ts';
export type { FurtherFigure } from './report/front/further.ts';
export type { Gain } from './report/front/gain.ts';
export type { FrontRecord, PointRecord } from './report/front/json.ts';
export { frontRecord } from './report/front/json.ts';
export type { ObjectiveRecord } from './report/front/objectives-json.ts';
export type { Choice, Picked, PickOptions } from './report/front/pick.ts';
export { pick } from './report/front/pick.ts';
export type { PickLimits, PickRule } from './report/front/pick-rule.ts';
export type { TrainingView } from './report/trainings-text.ts';
export type { RefinementView, TrialPhase, TrialSite, TrialView } from './report/trial-report.ts';
export type { LatencyStatistic, latencyStatistics } from './stats/latency-statistic.ts';
export type { Marks } from './stats/marks.ts';
export type { Quality } from './stats/quality.ts';
export type {
  AccuracySamples,
  AccuracySummary,
  ConditionsRecord,
  EnergyRecord,
  LatencySamples,
  LatencySummary,
  MemorySamples,
  MemorySummary,
  Observation,
  ObservationSummary,
  Phase,
  SizeSummary,
  Stored,
  StoredObservation,
  WarningRecord,
} from './store/observation.ts';
export { openStore } from './store/open.ts';
export type { Patience, StoreOptions } from './store/options.ts';
export type { RefinedTrial, Refinement, StoredRefinement, UnchangedTrial } from './store/refinement.ts';
export type {
  FrontOf,
  FrontState,
  JsonRecord,
  Store,
  StoredPoint,
  StudyStore,
  TrialArchive,
  TrialFigures,
  TrialFilter,
  TrialOutline,
  TrialQueue,
  TuningStore,
} from './store/store.ts';
export type { NewStudy, SourceText, Study, StudyCalibration, StudyState, StudySummary } from './store/study.ts';
export type {
  NewTrainingRun,
  TrainingEnd,
  TrainingEpoch,
  TrainingPhase,
  TrainingRun,
  TrainingRunState,
  TrainingStore,
} from './store/training.ts';
export type {
  Asked,
  CompleteResult,
  CompleteTrial,
  FailedResult,
  FailedTrial,
  Finished,
  NewTrial,
  PrunedResult,
  PrunedTrial,
  Remeasured,
  Revision,
  RunningTrial,
  StageTimes,
  Trial,
  TrialBase,
  TrialResult,
  TrialState,
  WaitingTrial,
} from './store/trial.ts';
export type { StoreWatch } from './store/watch.ts';
export type { Brought } from './study/measure/brought.ts';
export type { Replay } from './study/read/replay.ts';
export type { Difference, Disagreement, Figure } from './study/recount/disagreement.ts';
export type { SearchOptions, SearchResult } from './study/search/search.ts';
export { search } from './study/search/search.ts';
export type { DenseVerdict } from './study/verify/dense-latency.ts';
export type { TrainingVerdict } from './study/verify/retrained.ts';
export type {
  AccuracyVerdict,
  LatencyVerdict,
  Memories,
  MemoryVerdict,
  PhaseVerdict,
  Ratio,
  RefinedVerdict,
  TrialVerdict,
} from './study/verify/verdict.ts';
export type { VerifyReport } from './study/verify/verify.ts';
export type { Chance } from './tuner/early-stopping.ts';
export type { OwnStrategy } from './tuner/own.ts';
export type { Point } from './tuner/pareto/dominance.ts';
export type { SiteTable, TunerPrior } from './tuner/prior.ts';
export type { StrategyOptions } from './tuner/strategies.ts';
export type { Configuration, Constraint, Observed, Outcome, Problem, Strategy } from './tuner/strategy.ts';
