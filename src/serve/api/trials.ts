/** Every trial of a study, of whatever state, as a long table shows it; or those that are new since the last look. */
import { objectivesOf } from '../../objectives/objectives.ts';
import type { TrialOutline } from '../../store/store.ts';
import type { TrialState } from '../../store/trial.ts';
import { amountsOf, denseAmountsOf } from './amounts.ts';
import { type Query, type Source, studyIn, trialCount, wholeIn } from './reader.ts';

/** By place, since there are thousands. */
export type TrialRow = readonly [
  number: number,
  state: TrialState,
  /** One per objective of the study, minimised; empty where nothing was seen. */
  values: readonly number[],
  standardErrors: readonly number[],
  /** The same in their units: milliseconds, a share, bytes. */
  amounts: readonly (number | null)[],
  macs: number | null,
  params: number | null,
  startedAtMs: number,
  finishedAtMs: number | null,
  strategy: string,
  /** Why it failed or was stopped early. */
  why: string | null,
  /** Whether it keeps to the limits of the study; null where it is not complete. */
  feasible: boolean | null,
];

export interface TrialsRecord {
  readonly study: string;
  readonly kinds: readonly string[];
  /** As the study names them. */
  readonly objectives: readonly string[];
  readonly rows: readonly TrialRow[];
  /** The `after` of the next look. */
  readonly sequence: number;
  /** How many trials there are, and how many of them are beyond the limits: whoever has other numbers must read all again. */
  readonly count: number;
  readonly beyond: number;
  readonly front: readonly number[];
  readonly confirmed: readonly number[];
}

export async function trials(source: Source, query: Query): Promise<TrialsRecord> {
  const study = await studyIn(source, query);
  const { trials: archive } = source.store;
  const after = wholeIn(query, 'after');
  const outlines = await archive.outlines(study.id, after ?? undefined);
  const [dense] = await archive.list(study.id, { numbers: [0] });
  const measured = dense?.state === 'complete' ? dense : null;
  const amounts = denseAmountsOf(study, measured?.values ?? [], measured?.observations ?? []);
  const figures = await archive.figures(study.id);
  const members = await source.kept(study, 'members', async () =>
    (await archive.front(study.id)).map(({ number }) => number),
  );
  return {
    study: study.name,
    kinds: objectivesOf(study.objectives).map(({ kind }) => kind),
    objectives: study.objectives,
    rows: outlines.map(outline => rowOf(outline, amountsOf(study, outline.values, amounts))),
    sequence: Math.max(after ?? 0, ...figures.map(({ finishedSequence }) => finishedSequence), sequenceOf(outlines)),
    count: await trialCount(source, study),
    beyond: figures.filter(({ feasible }) => !feasible).length,
    front: members,
    confirmed: figures.flatMap(({ number, confirmed }) => (confirmed.includes('latency') ? [number] : [])),
  };
}

const sequenceOf = (outlines: readonly TrialOutline[]): number =>
  outlines.reduce((latest, { finishedSequence }) => Math.max(latest, finishedSequence ?? 0), 0);

const rowOf = (outline: TrialOutline, amounts: readonly (number | null)[]): TrialRow => [
  outline.number,
  outline.state,
  outline.values,
  outline.standardErrors,
  amounts,
  outline.macs,
  outline.params,
  outline.startedAtMs,
  outline.finishedAtMs,
  outline.number === 0 ? '' : outline.strategy,
  outline.reason === null ? outline.detail : `${outline.reason}: ${outline.detail ?? ''}`,
  outline.feasible,
];
