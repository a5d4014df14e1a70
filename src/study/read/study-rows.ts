/** The studies of a store as the list wants them. */
import { frontReport } from '../../report/front/front-report.ts';
import { unknownOf } from '../../report/front/known.ts';
import { bestSpeedup, type StudyRow } from '../../report/study-list.ts';
import type { Store } from '../../store/store.ts';
import { latestLimits } from '../propose/proposer.ts';
import { doubtful, doubtsText } from '../recount/doubts.ts';
import { recountStudy } from '../recount/recount-study.ts';
import { readFrontInput } from './read-front.ts';

export async function studyRows(store: Store): Promise<StudyRow[]> {
  const rows: StudyRow[] = [];
  for (const summary of await store.studies.list()) {
    const study = await store.studies.get(summary.name);
    const { trials } = summary;
    const recount = study && (await recountStudy(store, study, { bounds: false }));
    const doubts = recount?.disagreements ?? [];
    const report =
      study && recount && trials.complete > 0 && !doubtful(doubts).has(0)
        ? frontReport(await readFrontInput(store, study, true, recount))
        : null;
    rows.push({
      study: summary.name,
      state: summary.state,
      complete: trials.complete,
      failed: trials.failed,
      pruned: trials.pruned,
      waiting: trials.waiting + trials.running,
      frontSize: recount ? recount.front.length : summary.frontSize,
      bestSpeedup: report && bestSpeedup(report),
      ...unknownOf(report?.best ?? []),
      hypervolume: recount ? recount.hypervolume : summary.hypervolume,
      doubts: study ? doubtsText(study.name, doubts) : null,
      objectives: summary.objectives,
      limits: study ? await latestLimits(store, study) : {},
      created: new Date(summary.createdAtMs).toISOString(),
      model: summary.modelPath,
    });
  }
  return rows;
}
