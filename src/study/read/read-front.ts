/** The front of a stored study. */
import { UserError } from '../../errors/user-error.ts';
import type { FrontInput, FrontReport } from '../../report/front/front.ts';
import { frontReport } from '../../report/front/front-report.ts';
import { confirmCommand } from '../../report/front/known.ts';
import type { Study } from '../../store/study.ts';
import { frontInputOf } from './front-input.ts';
import { type ReadStore, readStudy } from './reading.ts';
import type { StudyReading } from './study-reading.ts';

/** `best`: confirmed ones where there are any; `confirmed` demands that there are. */
export type WhichFigures = 'best' | 'confirmed' | 'search';

/** @throws UserError while the dense model has not been measured, and where it does not add up */
export const readFront = async (store: ReadStore, study: Study, figures: WhichFigures): Promise<FrontReport> =>
  frontOf(await readStudy(store, study), figures);

/**
 * Of a study that was read already.
 *
 * @throws UserError as `readFront` does
 */
export function frontOf(reading: StudyReading, figures: WhichFigures): FrontReport {
  const { study, fronts } = reading;
  // Without fronts the input says why there are none.
  const report = fronts ? fronts[figures === 'search' ? 'search' : 'best'] : frontReport(frontInputOf(reading, false));
  if (figures !== 'confirmed' || report.confirmImages !== null) return report;
  throw new UserError(
    `The front of "${study.name}" is not confirmed yet.`,
    `Confirm it with "${confirmCommand(study.name)}", or leave out --confirmed.`,
  );
}

/** What a report is made from. */
export const readFrontInput = async (store: ReadStore, study: Study, confirmed: boolean): Promise<FrontInput> =>
  frontInputOf(await readStudy(store, study), confirmed);
