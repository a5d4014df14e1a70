/** How far a stage is, and what it came to, in words. */
import type { Stage, StageReached } from '../events/stage.ts';
import { formatDuration } from '../units/duration.ts';

type Counted = Pick<StageReached, 'stage' | 'done' | 'total'>;

/** `factors 12/40`. */
export const stageLine = ({ stage, done, total }: Counted): string => `${words[stage]} ${done}/${total}`;

/** One line for a log, when the stage has ended; null where another event tells it. */
export const stageEndText = ({ stage, total }: Counted, wallMs: number): string | null => {
  const what = ends[stage];
  return what && `${what(total)} in ${formatDuration(wallMs)}.`;
};

const words: Readonly<Record<Stage, string>> = {
  'calibration-images': 'preparing calibration images',
  images: 'preparing images',
  statistics: 'statistics from images',
  sensitivities: 'sensitivities from images',
  factors: 'factors',
  losses: 'losses of ranks',
  corrections: 'corrections from images',
  sweep: 'single sites',
  scoring: 'scoring',
  retraining: 'retraining',
};

const ends: Readonly<Record<Stage, ((total: number) => string) | null>> = {
  'calibration-images': total => `Prepared ${total} calibration images`,
  images: total => `Prepared ${total} images`,
  statistics: total => `Took the statistics of ${total} calibration images`,
  sensitivities: total => `Measured the sensitivity of every layer on ${total} images`,
  factors: total => `Made ${total} factorisations ready`,
  losses: total => `Computed the losses of ${total} factorisations`,
  corrections: total => `Took what candidates are corrected by from ${total} images`,
  // Told as the table of single sites.
  sweep: null,
  scoring: total => `Scored ${total} configurations`,
  retraining: total => `Retrained ${total} configurations`,
};
