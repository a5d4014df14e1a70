/** Choosing a trial by its point: a click on it, or near a member of the front, since fingers are wider than points. */
import type { ChartFigure } from '../chart.ts';
import { trialOf } from './drawn.ts';
import type { Look } from './look.ts';

/** How far from its middle a member is still meant, in pixels. */
const reachPx = 14;

export function onPoint({ chart }: ChartFigure, look: () => Look | null, choose: (trial: number) => void): void {
  chart.on('click', ({ data }) => {
    const trial = trialOf(data);
    if (trial !== undefined) choose(trial);
  });
  chart.getZr().on('click', ({ target, offsetX, offsetY }) => {
    const now = look();
    // What was hit is told of by the chart itself.
    if (target || !now) return;
    const near = now.report.points
      .map(point => {
        const [across = Number.NaN, up = Number.NaN] = chart.convertToPixel({ gridIndex: 0 }, [
          now.x.of(point),
          now.y.of(point),
        ]);
        return { trial: point.trial, px: Math.hypot(across - offsetX, up - offsetY) };
      })
      .filter(({ px }) => px <= reachPx)
      .sort((a, b) => a.px - b.px)[0];
    if (near) choose(near.trial);
  });
}
