/** What a study has come to and what its tuner makes of it, from the store alone. */
import { rungLabel } from '../../decompose/ranks.ts';
import { referencePoint } from '../../objectives/objectives.ts';
import { seededRng } from '../../random/rng.ts';
import type { ExplainView, NextView } from '../../report/explain-text.ts';
import { outOfReach } from '../../report/front/out-of-reach.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial, Trial } from '../../store/trial.ts';
import { type Beliefs, beliefsAfter, outlookOf } from '../../tuner/explain.ts';
import type { Configuration } from '../../tuner/strategy.ts';
import { isDisturbedIn } from '../measure/latency-quality.ts';
import { triedOf } from '../measure/tried.ts';
import { answerOf } from '../propose/asker.ts';
import { nextAsked, toldFor } from '../propose/history.ts';
import { type Setup, strategyOf } from '../propose/setup.ts';
import { denseFigures, latestSetup } from '../propose/stored-setup.ts';

/** Null before the first proposal, and for studies from before proposals were recorded. */
export async function explainStudy(store: Pick<Store, 'trials' | 'tuning'>, study: Study): Promise<ExplainView | null> {
  const setup = await latestSetup(store, study);
  if (!setup) return null;
  const trials = await store.trials.list(study.id);
  const front = await store.trials.front(study.id);
  const constraints = setup.problem.constraints ?? [];
  const all = { after: Number.POSITIVE_INFINITY, known: trials.length };
  const { history } = toldFor(trials, all, constraints);
  const beliefs = beliefsAfter(
    setup.problem,
    setup.options,
    history,
    front.map(({ configuration }) => configuration),
  );
  const names = Object.keys(trials[0]?.assignment ?? {});
  return {
    study: study.name,
    strategy: setup.strategy,
    prior: setup.options.prior != null,
    limits: setup.limits,
    outOfReach: outOfReach(setup.limits, triedOf(study.objectives, trials, await denseFigures(store, study))),
    objectives: study.objectives,
    trials: trials.length - 1,
    pruned: trials.filter(({ state }) => state === 'pruned').length,
    // In the search, whose figures the tuner learns from.
    disturbed: trials.filter(trial => 'observations' in trial && isDisturbedIn('search', trial)).length,
    calibration: beliefs?.calibration ?? null,
    importance:
      beliefs && names.map((site, i) => ({ site, byObjective: beliefs.importance.map(each => each[i] ?? Number.NaN) })),
    hypervolume: hypervolumeCurve(trials),
    next: nextOf(setup, study, trials, front, beliefs),
  };
}

/** After every finished trial, in that order; 0 before the first that counts. */
function hypervolumeCurve(trials: readonly Trial[]): number[] {
  const finished = trials
    .flatMap(trial => ('finishedSequence' in trial ? [trial] : []))
    .sort((a, b) => a.finishedSequence - b.finishedSequence);
  let last = 0;
  return finished.map(trial => {
    if (trial.state === 'complete') last = trial.hypervolume;
    return last;
  });
}

/** What would be proposed if the search went on now with all that is finished. */
function nextOf(
  setup: Setup,
  study: Study,
  trials: readonly Trial[],
  front: readonly CompleteTrial[],
  beliefs: Beliefs | null,
): NextView | null {
  const constraints = setup.problem.constraints ?? [];
  const told = toldFor(trials, { ...nextAsked(trials, 0), after: Number.POSITIVE_INFINITY }, constraints);
  const rng = trials.findLast(({ rngAfter }) => rngAfter !== null)?.rngAfter ?? seededRng(study.seed).state();
  const { configuration } = answerOf(strategyOf(setup), { ...told, rng });
  if (!configuration) return null;
  const prediction = beliefs?.predict(configuration) ?? null;
  const values = front.map(each => each.values);
  return {
    prediction,
    outlook: prediction && outlookOf(prediction, values, referencePoint(study.objectives), constraints),
    ...nearestMember(front, trials, configuration, setup.problem.ladderLengths),
  };
}

/** The member of the front with the fewest other rungs, and what differs; without a front, of the complete trials. */
function nearestMember(
  front: readonly CompleteTrial[],
  trials: readonly Trial[],
  configuration: Configuration,
  lengths: readonly number[],
): Pick<NextView, 'nearest' | 'onFront' | 'changes'> {
  const labels = new Map<string, string>();
  for (const trial of trials) {
    Object.values(trial.assignment).forEach((rung, site) => {
      labels.set(`${site} ${trial.configuration[site]}`, rungLabel(rung));
    });
  }
  const label = (site: number, rung: number | undefined): string =>
    labels.get(`${site} ${rung}`) ?? `rung ${Number(rung) + 1} of ${lengths[site]}, not tried yet`;
  const changesFrom = ({ configuration: from, assignment }: CompleteTrial): NextView['changes'] =>
    Object.keys(assignment).flatMap((site, i) =>
      from[i] === configuration[i] ? [] : [{ site, from: label(i, from[i]), to: label(i, configuration[i]) }],
    );
  let nearest: { readonly number: number; readonly changes: NextView['changes'] } | null = null;
  const complete = trials.filter(trial => trial.state === 'complete');
  for (const member of front.length > 0 ? front : complete) {
    const changes = changesFrom(member);
    if (!nearest || changes.length < nearest.changes.length) nearest = { number: member.number, changes };
  }
  return { nearest: nearest?.number ?? null, onFront: front.length > 0, changes: nearest?.changes ?? [] };
}
