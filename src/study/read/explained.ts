/** What a tuner makes of a study, from plain data: a function that a thread can run while the store is read on. */
import { referencePoint } from '../../objectives/objectives.ts';
import { seededRng } from '../../random/rng.ts';
import type { ExplainView, NextView } from '../../report/explain-text.ts';
import type { JsonRecord } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { CompleteTrial, Trial } from '../../store/trial.ts';
import { type Beliefs, beliefsAfter, type LeftOut, outlookOf } from '../../tuner/explain.ts';
import type { Configuration } from '../../tuner/strategy.ts';
import { answerOf } from '../propose/asker.ts';
import { nextAsked, toldFor } from '../propose/history.ts';
import { type Setup, setupFrom, strategyOf } from '../propose/setup.ts';

/** Of a study, all that its tuner is told and all that is said of it. */
export interface ExplainInputs {
  readonly study: Pick<Study, 'name' | 'seed' | 'objectives'>;
  /** As `setupRecord` writes it. */
  readonly setup: JsonRecord;
  readonly outOfReach: string | null;
  readonly disturbed: number;
  readonly sites: readonly string[];
  /** What rungs are called, by `site rung`, as far as they were tried. */
  readonly labels: readonly (readonly [key: string, label: string])[];
  /** The numbers of its members. */
  readonly front: readonly number[];
  /** All, by number; without observations and assignments. */
  readonly trials: readonly Trial[];
}

export interface Explained {
  readonly view: ExplainView;
  /** What the others say of each trial that the models learn from, by objective. */
  readonly leftOut: readonly { readonly trial: number; readonly byObjective: readonly LeftOut[] }[];
}

export function explained(inputs: ExplainInputs): Explained {
  const { study, trials } = inputs;
  const setup = setupFrom(inputs.setup);
  const members = new Set(inputs.front);
  const front = trials.filter(trial => trial.state === 'complete' && members.has(trial.number)) as CompleteTrial[];
  const all = { after: Number.POSITIVE_INFINITY, known: trials.length };
  const { history } = toldFor(trials, all, setup.problem.constraints ?? []);
  const beliefs = beliefsAfter(
    setup.problem,
    setup.options,
    history,
    front.map(({ configuration }) => configuration),
  );
  const numbers = new Map(trials.map(({ configuration, number }) => [configuration.join(), number]));
  return {
    view: {
      study: study.name,
      strategy: setup.strategy,
      prior: setup.options.prior != null,
      limits: setup.limits,
      outOfReach: inputs.outOfReach,
      objectives: study.objectives,
      trials: trials.length - 1,
      pruned: trials.filter(({ state }) => state === 'pruned').length,
      disturbed: inputs.disturbed,
      calibration: beliefs?.calibration ?? null,
      importance:
        beliefs &&
        inputs.sites.map((site, i) => ({ site, byObjective: beliefs.importance.map(each => each[i] ?? Number.NaN) })),
      hypervolume: hypervolumeCurve(trials),
      next: nextOf(setup, inputs, front, beliefs),
    },
    leftOut: (beliefs?.leftOut ?? []).flatMap(({ configuration, byObjective }) => {
      const trial = numbers.get(configuration.join());
      return trial === undefined ? [] : [{ trial, byObjective }];
    }),
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
  inputs: ExplainInputs,
  front: readonly CompleteTrial[],
  beliefs: Beliefs | null,
): NextView | null {
  const { study, trials } = inputs;
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
    ...nearestMember(front, trials, configuration, setup.problem.ladderLengths, inputs),
  };
}

/** The member of the front with the fewest other rungs, and what differs; without a front, of the complete trials. */
function nearestMember(
  front: readonly CompleteTrial[],
  trials: readonly Trial[],
  configuration: Configuration,
  lengths: readonly number[],
  inputs: Pick<ExplainInputs, 'labels' | 'sites'>,
): Pick<NextView, 'nearest' | 'onFront' | 'changes'> {
  const labels = new Map(inputs.labels);
  const label = (site: number, rung: number | undefined): string =>
    labels.get(`${site} ${rung}`) ?? `rung ${Number(rung) + 1} of ${lengths[site]}, not tried yet`;
  const changesFrom = ({ configuration: from }: CompleteTrial): NextView['changes'] =>
    inputs.sites.flatMap((site, i) =>
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
