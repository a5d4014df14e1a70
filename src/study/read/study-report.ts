/** A stored study as its report wants it. */
import { UserError } from '../../errors/user-error.ts';
import { rankfrontVersion } from '../../host/version.ts';
import type { FrontPoint, FrontReport } from '../../report/front/front.ts';
import { gainOf, headlineDrop, recommended } from '../../report/front/gain.ts';
import type { StudyReportView } from '../../report/study-report/view.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { trialCounts } from './counts.ts';
import { frontOf } from './read-front.ts';
import { stoppedTrials } from './stopped-trials.ts';
import type { StudyReading } from './study-reading.ts';
import { sitesOf, trialView } from './trial-view.ts';

export interface StudyReportOptions {
  /** The store, as the user calls it. */
  readonly place: string;
  /** A complete trial; by default what the headline recommends. It must have been named when the study was read. */
  readonly trial?: number | undefined;
  /** What the recommended one may lose, a share: 0.01 by default. */
  readonly maxDrop?: number | undefined;
  /** Where the dense model is now, if it has moved. */
  readonly model?: string | undefined;
}

/** @throws UserError while the dense model has not been measured, and for a trial that has no figures */
export async function studyReportView(
  store: Store,
  study: Study,
  reading: StudyReading,
  { place, trial: asked, maxDrop = headlineDrop, model }: StudyReportOptions,
): Promise<StudyReportView> {
  const front = frontOf(reading, 'best');
  const number = asked ?? recommended(gainOf(front, maxDrop));
  const trial = await store.trials.get(study.id, number);
  const point = pointOf(front, reading, number);
  if (!trial || !point)
    throw new UserError(
      `Cannot report on trial ${number} of "${study.name}": it is no complete trial within the limits of the study.`,
      `See "rankfront trials --study ${study.name}".`,
    );
  const finished = (await store.trials.list(study.id)).flatMap(each =>
    'finishedAtMs' in each ? [each.finishedAtMs] : [],
  );
  return {
    front,
    point,
    stopped: await stoppedTrials(store, study),
    modelName: study.model.path.split(/[\\/]/).at(-1) ?? study.model.path,
    state: study.state,
    counts: await trialCounts(store, study),
    maxDrop,
    asked: asked ?? null,
    pick: await trialView(store, study, trial, sitesOf(study, model ?? study.model.path) ?? [], reading),
    pickSha256: trial.state === 'complete' ? trial.modelSha256 : null,
    began: new Date(study.createdAtMs).toISOString(),
    ended: finished.length > 0 ? new Date(Math.max(...finished)).toISOString() : null,
    hashes: hashesOf(study),
    commandLine: study.commandLine,
    store: place,
    version: rankfrontVersion(),
  };
}

/** A trial that others beat has figures of the search alone; its milliseconds are of the same dense model as all others. */
function pointOf(front: FrontReport, { fronts }: StudyReading, trial: number): FrontPoint | null {
  const known = [...front.best, ...front.points, ...front.dominated].find(each => each.trial === trial);
  if (known) return known;
  const searched = fronts?.search.dominated.find(each => each.trial === trial);
  return searched ? { ...searched, latencyMs: front.dense.latencyMs / searched.speedup } : null;
}

const hashesOf = ({ model, space, hardware, data, calibration }: Study): StudyReportView['hashes'] => ({
  'dense model': model.sha256,
  'search space': space.sha256,
  'hardware profile': hardware.sha256,
  images: data.sha256,
  ...(calibration ? { 'calibration images': calibration.sha256 } : {}),
});
