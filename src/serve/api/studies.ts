/** The studies of the store as the page lists them: what `rankfront studies` says, and how each goes on. */

import { plannedIn } from '../../report/planned.ts';
import { noProgress, trialsPerHour } from '../../report/progress.ts';
import type { StudyRow } from '../../report/study-list.ts';
import type { TrialFigures, TrialOutline } from '../../store/store.ts';
import type { Study, StudySummary } from '../../store/study.ts';
import { studyRow } from '../../study/read/study-rows.ts';
import type { Source } from './reader.ts';

export interface StudyLine extends StudyRow {
  readonly running: number;
  /** Complete, failed and stopped early, without the dense model. */
  readonly done: number;
  /** As the command that began it asked; null where it named no number. */
  readonly planned: number | null;
  /** The hypervolume after trials, evenly picked from all; empty before the first. */
  readonly spark: readonly number[];
  /** By the median of the last gaps between trials; null before the second. */
  readonly trialsPerHour: number | null;
  /** Milliseconds; null where it is not known or nothing is left. */
  readonly leftMs: number | null;
  /** When the last trial ended, milliseconds since 1970; null before the first. */
  readonly lastAtMs: number | null;
}

export interface StudiesRecord {
  readonly studies: readonly StudyLine[];
  /** Of the server, to tell how long ago something was. */
  readonly nowMs: number;
}

export async function studies(source: Source): Promise<StudiesRecord> {
  const lines: StudyLine[] = [];
  for (const summary of await source.store.studies.list()) {
    const study = await source.store.studies.get(summary.name);
    if (study) lines.push(await source.kept(study, 'line', () => lineOf(source, study, summary)));
  }
  return { studies: lines, nowMs: Date.now() };
}

async function lineOf(source: Source, study: Study, summary: StudySummary): Promise<StudyLine> {
  const reading = await source.reading(study);
  const outlines = await source.store.trials.outlines(study.id);
  const endsMs = endsOf(outlines);
  const { trials, timeMs } = plannedIn(study.commandLine);
  const done = outlines.filter(({ number, finishedAtMs }) => number > 0 && finishedAtMs !== null).length;
  const gapsMs = gapsOf(endsMs);
  const perHour = trialsPerHour({ ...noProgress, gapsMs });
  const left = study.state !== 'searching' || trials === null || perHour === null ? null : (trials - done) / perHour;
  const untilMs = study.state === 'searching' && timeMs !== null ? study.createdAtMs + timeMs - Date.now() : null;
  const lefts = [left === null ? null : left * 3_600_000, untilMs].filter(each => each !== null && each > 0);
  return {
    ...studyRow(summary, reading),
    running: summary.trials.running,
    done,
    planned: trials,
    spark: sparkOf(reading.figures),
    trialsPerHour: perHour,
    leftMs: lefts.length === 0 ? null : Math.min(...(lefts as number[])),
    lastAtMs: endsMs.at(-1) ?? null,
  };
}

const endsOf = (outlines: readonly TrialOutline[]): number[] =>
  outlines.flatMap(({ finishedAtMs }) => finishedAtMs ?? []).sort((a, b) => a - b);

const gapsKept = 15;

/** Between the ends of the last trials. */
const gapsOf = (endsMs: readonly number[]): number[] =>
  endsMs
    .slice(-gapsKept - 1)
    .flatMap((endMs, i, last) => (i === 0 ? [] : [endMs - (last[i - 1] ?? endMs)]))
    .filter(gapMs => gapMs > 0);

const sparkPoints = 60;

/** In the order in which trials were finished. */
function sparkOf(figures: readonly TrialFigures[]): number[] {
  const all = [...figures]
    .sort((a, b) => a.finishedSequence - b.finishedSequence)
    .map(({ hypervolume }) => hypervolume);
  const step = Math.max(1, (all.length - 1) / (sparkPoints - 1));
  const count = Math.min(all.length, sparkPoints);
  return Array.from({ length: count }, (_, i) => all[Math.round(i * step)] ?? 0);
}
