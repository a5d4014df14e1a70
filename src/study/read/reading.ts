/**
 * A study as it is read: all complete trials by their stored figures, and those that are printed recounted from their samples.
 *
 * Who is on a front is chosen by stored figures. What is chosen is then recounted; where it does not add up it is left out, and the choice
 * is made again, until all that is chosen adds up. A trial whose stored figures are worse than what was measured is not chosen, as it is
 * left out where everything is recounted: either way the front is the same. Only `verify` names it.
 */

import type { FrontReport } from '../../report/front/front.ts';
import type { StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { latestLimits } from '../propose/stored-setup.ts';
import { type Disagreement, disagreementText } from '../recount/disagreement.ts';
import { constraintsIn, type JudgedStudy, judgedStudy } from '../recount/judged.ts';
import { textsOf, trainingsOf } from '../recount/of-study.ts';
import { type RecountedTrial, recountTrial } from '../recount/recount-trial.ts';
import { whenSettled } from '../recount/when-settled.ts';
import { frontsOf, printedOf, toRecountFirst } from './printed.ts';
import type { Fronts, StoredFigures, StudyReading, WithoutFronts } from './study-reading.ts';

export type ReadStore = Pick<Store, 'studies' | 'trials' | 'tuning' | 'training'>;

/**
 * A search may go on meanwhile: what disagrees is believed when nothing was written between the first and the last look.
 *
 * @param named trials that are recounted too, of whatever state
 */
export const readStudy = (store: ReadStore, study: Study, named: readonly number[] = []): Promise<StudyReading> =>
  whenSettled(
    store,
    study,
    () => look(store, study, named),
    ({ disagreements }) => disagreements.length === 0,
  );

/**
 * The same with one more trial recounted, without reading the study again: its figures are believed when they add up by themselves, and
 * where they do not, everything is read once more, since a search may have gone on meanwhile.
 */
export async function alsoRecounted(store: ReadStore, reading: StudyReading, number: number): Promise<StudyReading> {
  if (reading.recounted.has(number)) return reading;
  const dense = reading.recounted.get(0)?.samples ?? [];
  const [found] = await recountedOf(store, reading.study, [number], dense);
  if (!found || found.disagreements.length > 0) return readStudy(store, reading.study, [number]);
  return { ...reading, recounted: new Map([...reading.recounted, [number, found]]) };
}

async function look(store: ReadStore, study: Study, named: readonly number[]): Promise<StudyReading> {
  const stored = await storedFigures(store, study);
  const dense = await store.trials.get(study.id, 0);
  const denseSamples = dense ? await store.trials.samples(dense.id) : [];
  const judge = judging(study, stored);
  const recounted = new Map<number, RecountedTrial>();
  const looked = new Set<number>();
  let wanted: readonly number[] = [0, ...named, ...toRecountFirst(study, stored)];
  for (;;) {
    const fresh = [...new Set(wanted)].filter(number => !looked.has(number));
    for (const number of fresh) looked.add(number);
    for (const each of await recountedOf(store, study, fresh, denseSamples)) recounted.set(each.trial.number, each);
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

async function storedFigures(store: ReadStore, study: Study): Promise<StoredFigures> {
  const limits = await latestLimits(store, study);
  const figures = await store.trials.figures(study.id);
  const first = await store.trials.get(study.id, 1);
  return {
    limits,
    figures,
    observations: await store.trials.observations(study.id),
    inFront: new Set((await store.trials.front(study.id)).map(({ number }) => number)),
    begun: figures.length > 1 || first !== null,
    tried: figures.length > 1 || (first !== null && 'finishedSequence' in first),
  };
}

async function recountedOf(
  { trials }: Pick<Store, 'trials'>,
  { id, objectives, seed, proxy }: Study,
  numbers: readonly number[],
  dense: readonly StoredObservation[],
): Promise<RecountedTrial[]> {
  const question = { objectives, studySeed: seed, proxyImages: proxy.images, dense, bounds: false };
  const found: RecountedTrial[] = [];
  for (let from = 0; from < numbers.length; from += atOnce)
    for (const trial of await trials.list(id, { numbers: numbers.slice(from, from + atOnce) }))
      found.push(recountTrial(trial, await trials.samples(trial.id), question));
  return found;
}

/** Databases bound how many values a question may have. */
const atOnce = 500;

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
