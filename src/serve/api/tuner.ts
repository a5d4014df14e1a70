/** What the tuner makes of a study: how well it predicts, which layers matter, what it would try next and why. */
import type { ExplainView } from '../../report/explain-text.ts';
import type { Study } from '../../store/study.ts';
import { explainInputs } from '../../study/read/explain.ts';
import type { Explained } from '../../study/read/explained.ts';
import { normalQuantile } from '../../tuner/acquisition/normal.ts';
import type { LeftOut } from '../../tuner/explain.ts';
import { explainedApart } from '../work.ts';
import { type ObjectiveName, objectiveNames } from './figures.ts';
import { type Query, type Source, studyIn } from './reader.ts';

/** How many observations lie within an interval that is said to hold this share of them. */
export interface Coverage {
  readonly said: number;
  /** By objective. */
  readonly seen: readonly number[];
}

export interface TunerRecord {
  readonly study: string;
  readonly objectives: readonly ObjectiveName[];
  /** Without the hypervolumes, which `history` has. Null where the store does not say how trials were proposed. */
  readonly view: Omit<ExplainView, 'hypervolume'> | null;
  /** Of the trials that the models learn from: what the others predict, and what was observed. In minimised values. */
  readonly leftOut: readonly { readonly trial: number; readonly byObjective: readonly LeftOut[] }[];
  readonly coverage: readonly Coverage[];
}

export async function tuner(source: Source, query: Query): Promise<TunerRecord> {
  const study = await studyIn(source, query);
  const found = await explainedOf(source, study);
  const objectives = objectiveNames(study.objectives);
  if (!found) return { study: study.name, objectives, view: null, leftOut: [], coverage: [] };
  const { hypervolume: _, ...view } = found.view;
  return {
    study: study.name,
    objectives,
    view,
    leftOut: found.leftOut,
    coverage: coverageOf(found.leftOut, objectives.length),
  };
}

interface Kept {
  readonly revision: number;
  readonly answer: Promise<Explained | null>;
}

/** By store and study: it takes seconds, and is asked by more than one view. */
const kept = new WeakMap<object, Map<string, Kept>>();

async function explainedOf({ store }: Source, study: Study): Promise<Explained | null> {
  const studies = kept.get(store) ?? new Map<string, Kept>();
  kept.set(store, studies);
  const key = `${study.id} ${study.name}`;
  const revision = await store.studies.revision(study.id);
  const found = studies.get(key);
  if (found?.revision === revision) return found.answer;
  const answer = explainInputs(store, study).then(inputs => inputs && explainedApart(inputs));
  studies.set(key, { revision, answer });
  answer.catch(() => studies.delete(key));
  return answer;
}

const shares = [0.5, 0.8, 0.9, 0.95, 0.99];

/** What is exact is predicted to the last digit but for rounding. */
export function coverageOf(leftOut: TunerRecord['leftOut'], objectives: number): Coverage[] {
  if (leftOut.length === 0) return [];
  return shares.map(said => {
    const z = normalQuantile(0.5 + said / 2);
    const within = ({ observed, mean, sd }: LeftOut): boolean =>
      Math.abs(observed - mean) <= z * sd + 1e-9 * Math.abs(observed);
    const seen = Array.from({ length: objectives }, (_, k) => {
      const inside = leftOut.filter(({ byObjective }) => byObjective[k] && within(byObjective[k]));
      return inside.length / leftOut.length;
    });
    return { said, seen };
  });
}
