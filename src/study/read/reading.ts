/**
 * A study as it is read: all complete trials by their stored figures, and those that are printed recounted from their samples.
 *
 * Who is on a front is chosen by stored figures. What is chosen is then recounted; where it does not add up it is left out, and the choice
 * is made again, until all that is chosen adds up. A trial whose stored figures are worse than what was measured is not chosen, as it is
 * left out where everything is recounted: either way the front is the same. Only `verify` names it.
 */

import type { FrontReport } from '../../report/front/front.ts';
import type { Study } from '../../store/study.ts';
import { type Disagreement, disagreementText } from '../recount/disagreement.ts';
import { constraintsIn, type JudgedStudy, judgedStudy } from '../recount/judged.ts';
import { textsOf, trainingsOf } from '../recount/of-study.ts';
import type { RecountedTrial } from '../recount/recount-trial.ts';
import { whenSettled } from '../recount/when-settled.ts';
import { frontsOf, printedOf, toRecountFirst } from './printed.ts';
import { recountedOf, unchanged } from './recounted.ts';
import { storedFigures } from './stored-figures.ts';
import type { Fronts, ReadStore, StoredFigures, StudyReading, WithoutFronts } from './study-reading.ts';

export type { ReadStore } from './study-reading.ts';

/**
 * A search may go on meanwhile: what disagrees is believed when nothing was written between the first and the last look.
 *
 * @param named trials that are recounted too, of whatever state
 * @param before an earlier reading of the study: what has stayed as it was is then neither read nor recounted again
 */
export const readStudy = (
  store: ReadStore,
  study: Study,
  named: readonly number[] = [],
  before: StudyReading | null = null,
): Promise<StudyReading> =>
  whenSettled(
    store,
    study,
    () => look(store, study, named, before && isOf(before, study) ? before : null),
    ({ disagreements }) => disagreements.length === 0,
  );

/** A study that was deleted and made again may have the same number. */
const isOf = ({ study: { id, name, createdAtMs } }: StudyReading, now: Study): boolean =>
  id === now.id && name === now.name && createdAtMs === now.createdAtMs;

/**
 * The same with one more trial recounted, without reading the study again: its figures are believed when they add up by themselves, and
 * where they do not, everything is read once more, since a search may have gone on meanwhile.
 */
export async function alsoRecounted(store: ReadStore, reading: StudyReading, number: number): Promise<StudyReading> {
  if (reading.recounted.has(number)) return reading;
  const dense = reading.recounted.get(0)?.samples ?? [];
  const [found] = await recountedOf(store, reading.study, [number], dense, null);
  if (!found || found.disagreements.length > 0) return readStudy(store, reading.study, [number]);
  return { ...reading, recounted: new Map([...reading.recounted, [number, found]]) };
}

async function look(
  store: ReadStore,
  study: Study,
  named: readonly number[],
  before: StudyReading | null,
): Promise<StudyReading> {
  const stored = await storedFigures(store, study, before);
  const dense = await store.trials.get(study.id, 0);
  const known = dense && unchanged(dense, before?.recounted ?? null);
  const denseSamples = known?.samples ?? (dense ? await store.trials.samples(dense.id) : []);
  // Everything is compared with the dense model.
  const same = known && before ? before.recounted : null;
  const judge = judging(study, stored);
  const recounted = new Map<number, RecountedTrial>();
  const looked = new Set<number>();
  let wanted: readonly number[] = [0, ...named, ...toRecountFirst(study, stored)];
  for (;;) {
    const fresh = [...new Set(wanted)].filter(number => !looked.has(number));
    for (const number of fresh) looked.add(number);
    for (const each of await recountedOf(store, study, fresh, denseSamples, same))
      recounted.set(each.trial.number, each);
    const reading = readingOf(study, stored, recounted, judge(recounted));
    const fronts = frontsOf(reading);
    wanted = printedOf(reading.front, fronts);
    if (wanted.some(number => !looked.has(number))) continue;
    const trials = byNumber(recounted).map(({ trial }) => trial);
    return withDoubts(reading, fronts, await trainingsOf(store, trials));
  }
}

/** Reports name all that does not add up, trainings too. */
function withDoubts(reading: WithoutFronts, fronts: Fronts | null, ofTrainings: readonly Disagreement[]): StudyReading {
  const disagreements = [...reading.disagreements, ...ofTrainings];
  const doubts = disagreements.map(disagreementText);
  const told = (report: FrontReport): FrontReport => ({ ...report, doubts });
  return { ...reading, disagreements, fronts: fronts && { search: told(fronts.search), best: told(fronts.best) } };
}

const byNumber = (recounted: ReadonlyMap<number, RecountedTrial>): RecountedTrial[] =>
  [...recounted.values()].sort((a, b) => a.trial.number - b.trial.number);

/** Judged once for the stored values, and again only where those of a recounted trial are others. */
function judging(study: Study, stored: StoredFigures): (recounted: ReadonlyMap<number, RecountedTrial>) => JudgedStudy {
  let last: { readonly key: string; readonly judged: JudgedStudy } | null = null;
  return recounted => {
    const others = new Map<number, readonly number[]>();
    for (const { number, values } of stored.figures) {
      const found = recounted.get(number)?.values;
      if (found && found.join() !== values.join()) others.set(number, found);
    }
    const key = JSON.stringify([...others]);
    if (last?.key === key) return last.judged;
    const dense = stored.figures[0]?.number === 0 ? recounted.get(0) : undefined;
    const measured = dense ? { values: dense.values, observations: dense.samples } : null;
    const constraints = constraintsIn(study, stored.limits, measured, stored.begun);
    const complete = stored.figures.map(trial => ({ ...trial, values: others.get(trial.number) ?? trial.values }));
    last = { key, judged: judgedStudy(study, complete, constraints, stored.inFront) };
    return last.judged;
  };
}

const readingOf = (
  study: Study,
  stored: StoredFigures,
  recounted: ReadonlyMap<number, RecountedTrial>,
  { front, hypervolume, feasible, disagreements }: JudgedStudy,
): WithoutFronts => ({
  ...stored,
  study,
  recounted,
  front,
  hypervolume,
  feasible,
  disagreements: [...textsOf(study), ...byNumber(recounted).flatMap(each => each.disagreements), ...disagreements],
});
