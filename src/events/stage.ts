/** The stages of a command whose size is known: what a watcher sees of the minutes before the first trial. */

/**
 * In the order in which a search comes to them, with what is counted. What is taken from the cache has no stage of its own.
 *
 * - `calibration-images`, `images`: images decoded and resized once, those that calibrate where they are not the study's own
 * - `statistics`, `sensitivities`: images that the dense model has run over
 * - `factors`, `losses`: pairs of a site and a method, ready at full rank, and with the loss of every rung
 * - `corrections`: images that the dense model was measured on, for candidates to be corrected by
 * - `sweep`: measurements of single sites on the device
 * - `scoring`, `retraining`: configurations of an audit
 */
export type Stage =
  | 'calibration-images'
  | 'images'
  | 'statistics'
  | 'sensitivities'
  | 'factors'
  | 'losses'
  | 'corrections'
  | 'sweep'
  | 'scoring'
  | 'retraining';

/** How far a stage is. The first of a stage may say 0; the last says `done` = `total`, unless the stage failed. */
export interface StageReached {
  readonly kind: 'stage';
  readonly stage: Stage;
  readonly done: number;
  /** At least 1. */
  readonly total: number;
}

/** How whoever does the work tells it, as often as it likes. */
export type TellStage = (stage: Stage, done: number, total: number) => void;

/** Between two events of one stage, unless it is the last. */
const leastMs = 200;

interface Told {
  readonly done: number;
  readonly total: number;
  readonly atMs: number;
}

/**
 * Says which events of stages go on to a listener: the first and the last of each stage, and between them at most one for each per cent
 * and one in 200 ms. So a stage of a million steps is no flood, and `done` only grows. A stage that had ended may begin again.
 */
export function stageSieve(): (event: StageReached, atMs: number) => boolean {
  const latest = new Map<Stage, Told>();
  return ({ stage, done, total }, atMs) => {
    const before = latest.get(stage);
    const begins = before === undefined || before.done >= before.total;
    if (before && begins && done >= total && total === before.total) return false;
    if (!begins && done <= before.done) return false;
    if (!begins && done < total && !isDue(before, { done, total, atMs })) return false;
    latest.set(stage, { done, total, atMs });
    return true;
  };
}

const isDue = (before: Told, now: Told): boolean =>
  now.atMs - before.atMs >= leastMs && percentOf(now) > percentOf(before);

const percentOf = ({ done, total }: Told): number => Math.floor((100 * done) / total);
