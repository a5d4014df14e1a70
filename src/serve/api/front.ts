/**
 * The front of a study. Its members come whole, so that the page picks by the same functions as `rankfront pick`; of the many trials beside
 * it come the figures that a dot needs.
 */
import { objectivesOf } from '../../objectives/objectives.ts';
import type { FrontPoint, FrontReport } from '../../report/front/front.ts';
import type { Study } from '../../store/study.ts';
import type { StudyReading } from '../../study/read/study-reading.ts';
import { disagreementText } from '../../study/recount/disagreement.ts';
import { amountsOf, denseAmountsOf } from './amounts.ts';
import { type Query, type Source, studyIn } from './reader.ts';

/** One list per figure, all of the same length: thousands of trials are sent so. */
export interface Dots {
  readonly trial: readonly number[];
  /** By kind of objective, in its unit: milliseconds, a share, bytes. */
  readonly amounts: Readonly<Record<string, readonly (number | null)[]>>;
  readonly macs: readonly number[];
  readonly params: readonly number[];
  /** Trials of these whose latency is not known. */
  readonly disturbed: readonly number[];
}

export interface FrontAnswer {
  readonly study: string;
  readonly state: Study['state'];
  /** Of the store, for commands. */
  readonly store: string;
  /** Kinds of objectives, in the order of the study. */
  readonly kinds: readonly string[];
  /** Null before the dense model is measured, and where it does not add up. */
  readonly fronts: {
    /** By the best figures there are; `dominated` holds those that left the front after they were confirmed. */
    readonly best: FrontReport;
    /** By the figures of the search; without what others beat, which is in `dominated` below. */
    readonly search: FrontReport;
  } | null;
  readonly dominated: Dots;
  /** Complete trials beyond the limits of the study. */
  readonly beyond: Dots;
  /** Why there is no front, or what does not add up. */
  readonly doubts: readonly string[];
}

export async function front(source: Source, query: Query): Promise<FrontAnswer> {
  const study = await studyIn(source, query);
  const answer = await source.kept(study, 'front', async () => answerOf(source, study, await source.reading(study)));
  // A state changes the revision too; the place does not.
  return { ...answer, state: study.state };
}

function answerOf({ place }: Source, study: Study, reading: StudyReading): FrontAnswer {
  const { fronts } = reading;
  const kinds = objectivesOf(study.objectives).map(({ kind }) => kind);
  const members = new Set(fronts ? [...fronts.best.points, ...fronts.best.dominated].map(({ trial }) => trial) : []);
  const shown = fronts && {
    best: fronts.best.confirmed ? fronts.best : { ...fronts.best, dominated: [] },
    search: { ...fronts.search, dominated: [] },
  };
  const isOther = ({ trial }: FrontPoint): boolean => !fronts?.best.confirmed || !members.has(trial);
  return {
    study: study.name,
    state: study.state,
    store: place,
    kinds,
    fronts: shown,
    dominated: dotsOf(kinds, fronts?.search.dominated.filter(isOther) ?? []),
    beyond: beyondOf(study, reading),
    doubts: reading.disagreements.map(disagreementText),
  };
}

const dotsOf = (kinds: readonly string[], points: readonly FrontPoint[]): Dots => ({
  trial: points.map(({ trial }) => trial),
  amounts: Object.fromEntries(kinds.map(kind => [kind, points.map(point => figure(point, kind))])),
  macs: points.map(({ macs }) => macs),
  params: points.map(({ params }) => params),
  disturbed: points.flatMap(({ trial, latencyQuality }) => (latencyQuality === 'disturbed' ? [trial] : [])),
});

const figure = ({ search }: FrontPoint, kind: string): number | null =>
  kind === 'latency'
    ? search.latencyMs
    : kind === 'accuracy'
      ? search.accuracy
      : (search.further.find(each => each.kind === kind)?.amount ?? null);

function beyondOf(study: Study, reading: StudyReading): Dots {
  const trials = reading.figures.filter(({ number }) => number > 0 && !reading.feasible.has(number));
  const dense = denseAmountsOf(study, reading.figures[0]?.values ?? [], reading.observations.get(0) ?? []);
  const amounts = trials.map(({ values }) => amountsOf(study, values, dense));
  const kinds = objectivesOf(study.objectives).map(({ kind }) => kind);
  return {
    trial: trials.map(({ number }) => number),
    amounts: Object.fromEntries(kinds.map((kind, i) => [kind, amounts.map(own => own[i] ?? null)])),
    macs: trials.map(({ macs }) => macs),
    params: trials.map(({ params }) => params),
    disturbed: [],
  };
}
