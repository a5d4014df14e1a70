/** A stored study as Optuna would keep it: one categorical parameter for each site, its rungs the choices. */
import { rungLabel } from '../../decompose/ranks.ts';
import { hasLimits } from '../../objectives/limits.ts';
import { type DenseFigures, objectivesOf } from '../../objectives/objectives.ts';
import type { OptunaStudy, OptunaTrial } from '../../store/optuna-study.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';
import { deviceOf } from '../measure/device-of.ts';
import { denseFigures, latestLimits } from '../propose/stored-setup.ts';

/** @param name of the study in Optuna */
export async function optunaStudy(
  store: Pick<Store, 'trials' | 'tuning'>,
  study: Study,
  name: string,
): Promise<OptunaStudy> {
  const trials = await store.trials.list(study.id);
  const rungs = rungsOf(trials);
  const dense = trials[0]?.state === 'complete' ? await denseFigures(store, study) : {};
  const limited = hasLimits(await latestLimits(store, study));
  const front = new Set((await store.trials.front(study.id)).map(({ number }) => number));
  return {
    name,
    objectives: objectivesOf(study.objectives).map(({ words, unit, better }) => ({
      name: unit === null ? words : `${words} (${unit})`,
      direction: better === 'lower' ? 'MINIMIZE' : 'MAXIMIZE',
    })),
    attributes: {
      study: study.name,
      device: deviceOf(study)?.name ?? null,
      model: study.model.path,
      model_sha256: study.model.sha256,
      data_sha256: study.data.sha256,
      rankfront: study.packageVersion,
    },
    choices: Object.fromEntries([...rungs].map(([site, ladder]) => [site, ladder.map(({ label }) => label)])),
    trials: trials.map(trial => trialOf(trial, study, rungs, dense, front, limited)),
  };
}

type Rungs = ReadonlyMap<string, readonly { readonly ordinal: number; readonly label: string }[]>;

/** Of every site those rungs that some trial has, ascending: a store does not keep the others. */
function rungsOf(trials: readonly Trial[]): Rungs {
  const found = new Map<string, Map<number, string>>();
  for (const { assignment, configuration } of trials)
    Object.entries(assignment).forEach(([site, rung], at) => {
      const ladder = found.get(site) ?? new Map<number, string>();
      ladder.set(configuration[at] ?? -1, rungLabel(rung));
      found.set(site, ladder);
    });
  return new Map(
    [...found].map(([site, ladder]) => [
      site,
      [...ladder].map(([ordinal, label]) => ({ ordinal, label })).sort((a, b) => a.ordinal - b.ordinal),
    ]),
  );
}

const states = {
  complete: 'COMPLETE',
  pruned: 'PRUNED',
  failed: 'FAIL',
  waiting: 'WAITING',
  // Nobody runs it in the copy.
  running: 'WAITING',
} as const;

function trialOf(
  trial: Trial,
  study: Study,
  rungs: Rungs,
  dense: DenseFigures,
  front: ReadonlySet<number>,
  limited: boolean,
): OptunaTrial {
  const minimised = trial.state === 'complete' || trial.state === 'pruned' ? trial.values : [];
  const values = objectivesOf(study.objectives).flatMap(({ kind, amountOf }, place) => {
    const value = minimised[place];
    const amount =
      value === undefined ? Number.NaN : amountOf(value, dense[kind] ?? { value: Number.NaN, amount: Number.NaN });
    return Number.isFinite(amount) ? [amount] : [];
  });
  const ended = 'finishedAtMs' in trial;
  return {
    number: trial.number,
    state: states[trial.state],
    startedAtMs: trial.startedAtMs,
    endedAtMs: ended ? trial.finishedAtMs : null,
    values: values.length === study.objectives.length ? values : [],
    params: Object.fromEntries(
      Object.keys(trial.assignment).map((site, at) => [
        site,
        rungs.get(site)?.findIndex(({ ordinal }) => ordinal === (trial.configuration[at] ?? -1)) ?? -1,
      ]),
    ),
    attributes: attributesOf(trial, front.has(trial.number)),
    constraint: limited && trial.state === 'complete' ? (trial.feasible ? 0 : 1) : null,
  };
}

function attributesOf(trial: Trial, onFront: boolean): OptunaTrial['attributes'] {
  const common = { strategy: trial.strategy, front: onFront };
  if (trial.state === 'failed') return { ...common, failure: trial.reason, detail: trial.detail };
  if (trial.state === 'pruned') return { ...common, detail: trial.detail };
  if (trial.state !== 'complete') return common;
  const confirmed = trial.observations
    .filter(({ phase }) => phase === 'confirm')
    .map(({ kind, value, interval }) => [`confirmed_${kind}`, { value, interval }]);
  return {
    ...common,
    macs: trial.macs,
    params: trial.params,
    sha256: trial.modelSha256,
    ...Object.fromEntries(confirmed),
  };
}
