/** Values of trials in the units that people read, from what a study minimises. */
import type { Kind } from '../../objectives/objective.ts';
import { denseFiguresOf, objectivesOf } from '../../objectives/objectives.ts';
import type { Store, TrialFigures } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';

export interface ObjectiveName {
  readonly name: string;
  readonly kind: Kind;
  /** In a sentence: `latency`. */
  readonly words: string;
  readonly unit: 'ms' | 'B' | null;
  readonly better: 'lower' | 'higher';
}

export interface Figures {
  readonly objectives: readonly ObjectiveName[];
  /** Of the complete trials, by number. */
  readonly all: readonly TrialFigures[];
  /** One amount per objective: milliseconds, a share of images, bytes. Null where it is not known. */
  readonly amounts: (values: readonly number[]) => readonly (number | null)[];
}

export const objectiveNames = (names: readonly string[]): readonly ObjectiveName[] =>
  objectivesOf(names).map(({ kind, words, unit, better }, k) => ({
    name: names[k] ?? kind,
    kind,
    words,
    unit,
    better,
  }));

/** Amounts are those of the dense model's own measurement of the search; without it they are not known. */
export async function figuresOf(store: Store, study: Study): Promise<Figures> {
  const all = await store.trials.figures(study.id);
  const dense = await store.trials.get(study.id, 0);
  const figures = dense?.state === 'complete' ? denseFiguresOf(study.objectives, dense.values, dense.observations) : {};
  const objectives = objectivesOf(study.objectives);
  return {
    objectives: objectiveNames(study.objectives),
    all,
    amounts: values =>
      objectives.map(({ kind, amountOf }, k) => {
        const [value, figure] = [values[k], figures[kind]];
        const amount = value === undefined || !figure ? Number.NaN : amountOf(value, figure);
        return Number.isFinite(amount) ? amount : null;
      }),
  };
}
