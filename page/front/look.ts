/** What the page shows of an answer, as its address says. */
import type { FrontReport } from '../../src/report/front/front.ts';
import type { PickLimits } from '../../src/report/front/pick-rule.ts';
import type { FrontAnswer } from '../../src/serve/api/front.ts';
import type { UrlState } from '../view.ts';
import { axesFor, type FrontAxis } from './axes.ts';
import type { Drawn } from './drawn.ts';
import { frameOf, type Range, wholeOf } from './frame.ts';
import { frontMarks } from './limit-marks.ts';
import { limitsIn, slidersFor } from './limits.ts';
import { type Verdict, verdictOf } from './verdict.ts';

export interface Look extends Omit<Drawn, 'frame'> {
  /** By the best figures there are: what picks go by, whatever is drawn. */
  readonly best: FrontReport;
  readonly axes: readonly FrontAxis[];
  readonly frames: readonly [Range, Range];
  readonly verdict: Verdict;
}

/** Null before the dense model is measured. */
export function lookOf({ fronts, kinds, dominated, beyond }: FrontAnswer, state: UrlState): Look | null {
  if (!fronts) return null;
  const { best } = fronts;
  const report = state.get('figures') === 'search' ? fronts.search : best;
  const axes = axesFor(kinds, report.objectives);
  const [x, y] = [axisOf(axes, state.get('x'), 'latency'), axisOf(axes, state.get('y'), 'accuracy')];
  const shown = { dominated: showsDominated(state) ? dominated : null, beyond: showsBeyond(state) ? beyond : null };
  const dots = [shown.dominated, shown.beyond].filter(each => each !== null);
  const frames = [frameOf(report, x), frameOf(report, y)] as const;
  const limits = limitsOf(best, kinds, state);
  const verdict = verdictOf(best, limits);
  return {
    ...shown,
    ...{ report, best, axes, x, y, frames, verdict },
    whole: [wholeOf(report, dots, x, frames[0]), wholeOf(report, dots, y, frames[1])],
    picked: verdict.picked.state === 'picked' ? verdict.picked.point.trial : null,
    chosen: chosenIn(state),
    limits: frontMarks(limits, report),
  };
}

export const showsDominated = (state: UrlState): boolean => state.get('dominated', 'yes') === 'yes';
export const showsBeyond = (state: UrlState): boolean => state.get('beyond', 'no') === 'yes';

const limitsOf = (best: FrontReport, kinds: readonly string[], state: UrlState): PickLimits =>
  limitsIn(slidersFor(best, kinds), state);

const chosenIn = (state: UrlState): number | null =>
  /^\d{1,15}$/.test(state.get('trial')) ? Number(state.get('trial')) : null;

function axisOf(axes: readonly FrontAxis[], asked: string, usual: string): FrontAxis {
  const found = axes.find(({ key }) => key === asked) ?? axes.find(({ key }) => key === usual);
  if (!found) throw new Error(`no axis ${usual}`);
  return found;
}
