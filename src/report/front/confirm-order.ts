/** Which member of a front is worth confirming next, by what is known so far. */
import { effectiveFront } from './effective-front.ts';
import type { FrontReport } from './front.ts';
import { gainOf, headlineDrop } from './gain.ts';
import { fasterBeyondNoise, kneeOf, within } from './judge.ts';

/**
 * First the one that the headline would recommend if confirming bore it out: the fastest that seems to keep within the drop, unless a
 * confirmed one is faster still. Then the one that a headline names otherwise, then the knee, then the most accurate: those are the ones
 * that somebody may pick.
 *
 * @param open members that are not confirmed, not empty; disturbed figures count here, since there is nothing better to go by
 */
export function nextToConfirm(report: FrontReport, open: readonly number[]): number {
  const isOpen = (trial: number): boolean => open.includes(trial);
  const points = effectiveFront(report, true).filter(({ trial }) => trial !== 0);
  const gain = gainOf(report);
  const settled = gain.kind === 'gained' && gain.point.confirmed ? gain.point.speedup : 1;
  const [hopeful] = points.filter(
    point =>
      isOpen(point.trial) &&
      point.speedup > settled &&
      fasterBeyondNoise(point) &&
      within(point.judged.drop, headlineDrop),
  );
  if (hopeful) return hopeful.trial;
  if ('point' in gain && isOpen(gain.point.trial)) return gain.point.trial;
  const knee = kneeOf(points);
  if (knee && isOpen(knee.trial)) return knee.trial;
  const [accurate] = points
    .filter(({ trial }) => isOpen(trial))
    .sort((a, b) => a.judged.drop - b.judged.drop || a.trial - b.trial);
  return accurate?.trial ?? open[0] ?? 0;
}
