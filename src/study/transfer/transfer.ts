/**
 * `transfer`: the front of a study on another device, as a study of its own (docs/decisions/0030), so that everything that works on a study
 * works on it.
 */
import { isDeepStrictEqual } from 'node:util';
import { tellsMemory } from '../../device/open.ts';
import { latencyBudget } from '../../device/profile.ts';
import { UserError } from '../../errors/user-error.ts';
import type { TellStage } from '../../events/stage.ts';
import { rankfrontVersion } from '../../host/version.ts';
import { furtherOf, kindsOf, objectives as kindsTable, unconfirmedKinds } from '../../objectives/objectives.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial, RunningTrial } from '../../store/trial.ts';
import { reopenCalibration } from '../build/calibration.ts';
import { demandSameModule } from '../build/metric.ts';
import { openStudyData } from '../build/open-data.ts';
import { demandTimeablePlan, makePlan, type Plan, withWait } from '../build/plan.ts';
import { locatedModel, reopenPlan } from '../build/reopen.ts';
import { demandBrought } from '../measure/brought.ts';
import { openInstruments } from '../measure/instruments.ts';
import { quietWatch } from '../measure/quiet-reference.ts';
import { demandSameLadders } from '../propose/same-ladders.ts';
import { readFront } from '../read/read-front.ts';
import { demandStudyName } from '../search/study-name.ts';
import { confirmThere, type TransferParts, transferTrial } from './measure.ts';
import { transferredProfile } from './profile.ts';
import { type SourceTrial, sourceTrials } from './source.ts';

export interface TransferOptions {
  readonly storePath: string;
  readonly hardwareText: string;
  readonly hardwareName: string;
  /** Of the study that is made; by default that of the first with the name of the device. */
  readonly name: string | undefined;
  /** How many members of the front, evenly spread; all by default. */
  readonly trials: number | undefined;
  readonly waitMs: number | undefined;
  /** Where the files of the study are now, if they have moved. */
  readonly model: string | undefined;
  readonly data: string | undefined;
  readonly calibration: string | undefined;
  readonly commandLine: readonly string[];
}

export interface TransferHooks {
  readonly warn: (message: string) => void;
  readonly stage: TellStage;
  /** A trial was measured, or could not be. */
  readonly done: (sentence: string) => void;
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

/**
 * Goes on where it was interrupted.
 *
 * @returns the study that was filled; null where it was stopped before there was one
 * @throws UserError where the study has no front, its files are others, or the dense model cannot be timed on the device
 */
export async function transfer(
  store: Store,
  from: Study,
  options: TransferOptions,
  hooks: TransferHooks,
): Promise<Study> {
  demandSameModule(from);
  demandBrought(from, {}, { timed: false });
  const report = await readFront(store, from, 'best');
  const sources = await sourceTrials(store, from, report, options.trials);
  const { plan, objectives, name, scoresAnew } = await planThere(from, options, hooks);
  const dataset = await openStudyData(from, options.data);
  const calibration = await reopenCalibration(plan, dataset, from, options.calibration, hooks);
  const { images, seed } = from.proxy;
  const watch = { warn: hooks.warn, stage: hooks.stage };
  const instruments = await openInstruments({ plan, dataset, proxyImages: images, seed, calibration, watch });
  const abort = (): void => void instruments.close();
  hooks.stop.addEventListener('abort', abort);
  try {
    demandSameLadders(
      instruments.space,
      sources.map(({ trial }) => trial),
      from.name,
    );
    demandSameBytes(sources, instruments.builder, from);
    const { id: _id, state: _state, createdAtMs: _createdAtMs, ...same } = from;
    const study = await store.studies.create({
      ...same,
      name,
      hardware: plan.hardwareSource,
      objectives,
      calibration: from.calibration ?? null,
      strategy: { name: 'transfer', options: { from: from.name } },
      packageVersion: rankfrontVersion(),
      commandLine: options.commandLine,
    });
    const latency = latencyBudget(plan.hardware, study.seed);
    await measureAll({ store, study, instruments, latency, scoresAnew }, sources, hooks);
    return study;
  } finally {
    hooks.stop.removeEventListener('abort', abort);
    await instruments.close();
  }
}

async function planThere(from: Study, options: TransferOptions, { warn }: TransferHooks) {
  const there = await reopenPlan(from, options.storePath, options.model);
  const { text, profile, kept } = transferredProfile(options.hardwareText, options.hardwareName, there.hardware);
  if (isDeepStrictEqual([profile.driver, profile.batchSize], [there.hardware.driver, there.hardware.batchSize]))
    throw new UserError(
      `Cannot transfer "${from.name}" to "${profile.name}": it was measured with that driver and these settings.`,
      'Name the profile of another device with --hardware.',
    );
  if (kept.length > 0)
    warn(`Taken from the study in the place of the profile, so that its candidates stay the same: ${kept.join(', ')}.`);
  const plan: Plan = withWait(
    await makePlan({
      modelPath: options.model ?? locatedModel(from, options.storePath),
      hardwareText: text,
      hardwareName: options.hardwareName,
      spaceText: from.space.text,
      spaceName: `the search space of study "${from.name}"`,
      metric: there.metric ?? undefined,
    }),
    options.waitMs,
  );
  demandTimeablePlan(plan);
  const name = options.name ?? `${from.name} on ${profile.name}`;
  demandStudyName(name);
  if (name === from.name)
    throw new UserError(`Cannot call the study "${name}": it is the one that is transferred.`, 'Give another --as.');
  const dropped = furtherOf(from.objectives).filter(({ kind }) => kind === 'memory' && !tellsMemory(profile));
  if (dropped.length > 0) warn(`"${profile.name}" cannot tell how much memory a run takes, so that is left out.`);
  const objectives = from.objectives.filter(each => !dropped.some(({ names }) => names.includes(each)));
  const scoresAnew = [profile.scorer, there.hardware.scorer].includes('device');
  if (scoresAnew) warn('Images are scored again: a device scores, and answers depend on it.');
  return { plan, objectives, name, scoresAnew };
}

/** The candidate that is timed must be the one whose answers are taken over. */
function demandSameBytes(
  sources: readonly SourceTrial[],
  builder: {
    bytes(assignment: CompleteTrial['assignment'], correction: Uint8Array | null): { readonly sha256: string };
  },
  { name }: Study,
): void {
  const other = sources.find(
    ({ trial, correction }) => builder.bytes(trial.assignment, correction).sha256 !== trial.modelSha256,
  );
  if (other)
    throw new UserError(
      `Cannot transfer trial ${other.trial.number} of "${name}": it is rebuilt in other bytes than those that were measured.`,
      'Transfer it from the machine that searched, with the version that did.',
    );
}

async function measureAll(parts: TransferParts, sources: readonly SourceTrial[], hooks: TransferHooks): Promise<void> {
  const { store, study } = parts;
  const { finish, stop, done } = hooks;
  const quiet = quietWatch(store, study);
  const over = (): boolean => finish.aborted || stop.aborted;
  const timed = async (): Promise<TransferParts> => ({
    ...parts,
    latency: { ...parts.latency, quietReferenceMs: await quiet.times() },
  });
  await store.queue.requeueLost(study.id);
  await store.studies.setState(study.id, 'searching');
  const sourceOf = ({ configuration }: Pick<RunningTrial, 'configuration'>): SourceTrial | undefined =>
    sources.find(({ trial }) => `${trial.configuration}` === `${configuration}`);
  const run = async (trial: RunningTrial): Promise<void> => {
    const source = sourceOf(trial);
    if (!source) return;
    const result = await transferTrial(await timed(), trial, source);
    if (stop.aborted) return;
    if (result.state === 'failed' && trial.number === 0)
      throw new UserError(
        `Cannot time the dense model on the device: ${result.detail}.`,
        'Try the device with "rankfront doctor --hardware".',
      );
    done(
      result.state === 'failed'
        ? `Trial ${source.trial.number} could not be timed there: ${result.detail}.`
        : `Timed ${nameOf(source)}: ${(1 / (result.state === 'complete' ? (result.values[latencyAt(study)] ?? 1) : 1)).toFixed(2)}x.`,
    );
  };
  for (
    let trial = over() ? null : await store.queue.claim(study.id);
    trial;
    trial = over() ? null : await store.queue.claim(study.id)
  )
    await run(trial);
  for (const source of sources) {
    if (over()) break;
    const { configuration, assignment } = source.trial;
    const asked = { strategy: 'transfer', rngBefore: null, rngAfter: null, asked: null };
    const trial = await store.queue.begin(study.id, { configuration, assignment, ...asked });
    if (trial) await run(trial);
  }
  if (!over()) await store.studies.setState(study.id, 'confirming');
  for (const source of sources) {
    if (over()) break;
    const now = await targetOf(store, study, source);
    const taken = source.samples.some(({ kind, phase }) => kind === 'accuracy' && phase === 'confirm');
    if (!now || !taken || unconfirmedKinds(study.objectives, now.observations).length === 0) continue;
    const why = await confirmThere(await timed(), now, source);
    if (stop.aborted) break;
    await quiet.confirmed(now.number);
    done(
      why === null
        ? `Timed ${nameOf(source)} in the long run.`
        : `${nameOf(source)} could not be timed in the long run: ${why}.`,
    );
  }
  await store.studies.setState(study.id, over() ? 'stopped' : 'complete');
}

const nameOf = ({ trial: { number } }: SourceTrial): string => (number === 0 ? 'the dense model' : `trial ${number}`);

const latencyAt = ({ objectives }: Study): number => kindsOf(objectives).indexOf(kindsTable.latency.kind);

async function targetOf(store: Store, study: Study, { trial }: SourceTrial): Promise<CompleteTrial | null> {
  const all = await store.trials.list(study.id, { states: ['complete'] });
  const found = all.find(({ configuration }) => `${configuration}` === `${trial.configuration}`);
  return found?.state === 'complete' ? found : null;
}
