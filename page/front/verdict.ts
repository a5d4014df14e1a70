/** What the limits come to: the pick, what it gains and costs, and what a wider limit would give. */
import { changeWords, limitWords } from '../../src/report/change.ts';
import { effectiveFront } from '../../src/report/front/effective-front.ts';
import type { FrontReport } from '../../src/report/front/front.ts';
import { gainAmong } from '../../src/report/front/gain.ts';
import { type Picked, pick } from '../../src/report/front/pick.ts';
import { enoughOf, type PickLimits, ruleFor } from '../../src/report/front/pick-rule.ts';
import { formatMs, formatPercent, formatSpeedup } from '../numbers.ts';

export interface Verdict {
  readonly picked: Picked;
  /** What the pick gains and costs against the dense model; empty where nothing is picked. */
  readonly bargain: string;
  /** What more would be had for more; empty where nothing is. */
  readonly next: string;
}

let last: { readonly report: FrontReport; readonly key: string; readonly verdict: Verdict } | null = null;

/** By the rule of `rankfront pick` with the same limits. The last one is kept: a chart asks for it at each drawing. */
export function verdictOf(report: FrontReport, limits: PickLimits): Verdict {
  const key = JSON.stringify(limits);
  if (last?.report !== report || last.key !== key) last = { report, key, verdict: judged(report, limits) };
  return last.verdict;
}

function judged(report: FrontReport, limits: PickLimits): Verdict {
  const picked = pick(report, ruleFor(limits));
  return { picked, bargain: bargainOf(report, picked), next: nextOf(report, limits, picked) };
}

function bargainOf({ dense }: FrontReport, picked: Picked): string {
  if (picked.state === 'none') return '';
  const { point } = picked;
  if (point.trial === 0) return 'It gains nothing and costs nothing: this is the dense model.';
  const savedMs = dense.latencyMs - point.latencyMs;
  const saved = savedMs >= 0 ? `${formatMs(savedMs)} less` : `${formatMs(-savedMs)} more`;
  const share = formatPercent(Math.abs(savedMs) / dense.latencyMs, 0);
  return `Against the dense model, each call takes ${saved} (${share}), and accuracy changes by ${changeWords(point.judged)}.`;
}

/** The least wider drop at which something faster is picked: by what `pick` goes by, without its words for each. */
function nextOf(report: FrontReport, limits: PickLimits, picked: Picked): string {
  const now = picked.state === 'picked' ? picked.point.speedup : 0;
  const drop = limits.drop ?? 0;
  const fast = effectiveFront(report).filter(point => enoughOf(point, limits));
  const wider = fast
    .flatMap(({ judged }) => [judged.drop, judged.drop + judged.halfWidth])
    .filter(each => each > drop)
    .sort((a, b) => a - b);
  for (const each of wider) {
    // Up to the next hundredth of a point, as a slider or a command would say it.
    const rounded = Math.ceil(each * 1e4) / 1e4;
    const gain = gainAmong(fast, rounded);
    if (gain.kind === 'gained' && gain.point.speedup > now + 1e-9)
      return `Losing at most ${limitWords(rounded)} would give trial ${gain.point.trial}, ${formatSpeedup(gain.point.speedup)} as fast as the dense model.`;
  }
  return '';
}
