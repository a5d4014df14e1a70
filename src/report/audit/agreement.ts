/** How alike the measures of accuracy order the same configurations. */

import type { Interval } from '../../events/event.ts';
import type { Rng } from '../../random/rng.ts';
import { bootstrapInterval, drawn } from '../../stats/bootstrap.ts';
import { kendallTau } from '../../stats/kendall.ts';
import { shareOfOnes } from '../../stats/proportion.ts';
import { topOverlap } from '../../stats/top-overlap.ts';
import type { AuditedTrial } from './input.ts';

export type Measure = 'closedForm' | 'proxy' | 'heldBack' | 'retrained';

/** From the cheapest to the dearest. */
const measures = ['closedForm', 'proxy', 'heldBack', 'retrained'] as const satisfies Measure[];

/** Two measures on the configurations that have both. */
export interface Agreement {
  readonly of: readonly [Measure, Measure];
  readonly configurations: number;
  /** Kendall's tau-b; null where a measure ties them all. */
  readonly tau: number | null;
  /** 95 %, by the bootstrap over configurations; null where it has nothing to say (`bootstrapInterval`). */
  readonly tauInterval: Interval | null;
  /** The share of the best `top` by one that is among the best by the other; `top` / `configurations` by chance. */
  readonly overlap: number;
  readonly overlapInterval: Interval | null;
  readonly top: number;
}

/** Fewer than these order nothing worth an interval. */
const fewestConfigurations = 4;

/** A quarter of the configurations, two at least. */
const topOf = (configurations: number): number => Math.max(2, Math.round(configurations / 4));

/** What is wrong by a measure, smaller is better; null where it was not measured. */
function errorBy(measure: Measure, trial: AuditedTrial): number | null {
  switch (measure) {
    case 'closedForm':
      return trial.closedForm;
    case 'retrained':
      return trial.retrained === null ? null : 1 - trial.retrained;
    default:
      return 1 - shareOfOnes(trial[measure]);
  }
}

/** Every pair of measures that `fewestConfigurations` have. */
export function agreements(trials: readonly AuditedTrial[], rng: Rng): Agreement[] {
  return measures.flatMap((second, at) =>
    measures.slice(0, at).flatMap((first): Agreement[] => {
      const pairs = trials.flatMap(trial => {
        const [x, y] = [errorBy(first, trial), errorBy(second, trial)];
        return x === null || y === null ? [] : [[x, y] as const];
      });
      return pairs.length < fewestConfigurations ? [] : [agreement([first, second], pairs, rng)];
    }),
  );
}

function agreement(of: Agreement['of'], pairs: readonly (readonly [number, number])[], rng: Rng): Agreement {
  const [x, y] = [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
  const n = pairs.length;
  const top = topOf(n);
  return {
    of,
    configurations: n,
    tau: kendallTau(x, y),
    tauInterval: bootstrapInterval(n, counts => kendallTau(drawn(x, counts), drawn(y, counts)), { rng }),
    overlap: topOverlap(x, y, top),
    overlapInterval: bootstrapInterval(n, counts => topOverlap(x, y, top, counts), { rng }),
    top,
  };
}
