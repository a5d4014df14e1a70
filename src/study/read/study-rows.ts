/** The studies of a store as the list wants them. */
import { unknownOf } from '../../report/front/known.ts';
import { bestSpeedup, type StudyRow } from '../../report/study-list.ts';
import type { Store } from '../../store/store.ts';
import type { StudySummary } from '../../store/study.ts';
import { doubtsText } from '../recount/doubts.ts';
import { readStudy } from './reading.ts';
import type { StudyReading } from './study-reading.ts';

export async function studyRows(store: Store): Promise<StudyRow[]> {
  const rows: StudyRow[] = [];
  for (const summary of await store.studies.list()) {
    const study = await store.studies.get(summary.name);
    rows.push(studyRow(summary, study && (await readStudy(store, study))));
  }
  return rows;
}

/** @param reading null where the study has gone since it was listed */
export function studyRow(summary: StudySummary, reading: StudyReading | null): StudyRow {
  const { trials } = summary;
  const report = reading?.fronts?.best ?? null;
  return {
    study: summary.name,
    state: summary.state,
    complete: trials.complete,
    failed: trials.failed,
    pruned: trials.pruned,
    waiting: trials.waiting + trials.running,
    frontSize: reading ? reading.front.length : summary.frontSize,
    bestSpeedup: report && bestSpeedup(report),
    ...unknownOf(report?.best ?? []),
    hypervolume: reading ? reading.hypervolume : summary.hypervolume,
    doubts: reading && doubtsText(summary.name, reading.disagreements),
    objectives: summary.objectives,
    limits: reading?.limits ?? {},
    created: new Date(summary.createdAtMs).toISOString(),
    model: summary.modelPath,
  };
}
