/**
 * What every rung of every site changes in the latency by itself, from a few measured ones.
 *
 * Notation: site i, rung j; m_ij the multiply-accumulates that the rung saves, as a share of all that the sites have; y_ij the
 * measured ratio less 1, with standard error e_ij. Rungs that were not measured lie on the line between their neighbours in m.
 * Short measurements say little of small sites, so they are drawn towards what the saved work predicts, y = a m, as far as they
 * are noisier than sites differ from that line (empirical Bayes, Efron and Morris 1973):
 *
 *   a = sum (y m / e²) / sum (m² / e²),   tau² = max(0, sum ((y - a m)² - e²) / sum m²),   v = 1 / sum (m² / (e² + tau² m²)),
 *   w = tau² m² / (tau² m² + e²),   change = w y + (1 - w) a m,   standard error² = w e² + (1 - w)² m² v.
 *
 * A site of which nothing was measured lies on that line, with standard error² = m² (max(tau², (a / 2)²) + v): from few measurements
 * tau is not known, and sites are known to differ from the line by half of it.
 */
import type { Rung } from '../../decompose/method.ts';
import { rungMacs } from '../../decompose/ranks.ts';
import type { Space } from '../../space/space.ts';
import type { SiteTable } from '../../tuner/prior.ts';

/** One rung of one site by itself. */
export interface SweptRung {
  readonly site: number;
  readonly rung: number;
  /** m. */
  readonly saved: number;
  /** y: latency ratio to the dense model, less 1. */
  readonly change: number;
  readonly standardError: number;
}

/** m_ij by site and rung. */
export function savedShares({ sites }: Space): number[][] {
  const dense: Rung = { method: 'dense' };
  const all = sites.reduce((sum, { site }) => sum + rungMacs(site, dense), 0);
  return sites.map(({ site, ladder }) => ladder.map(rung => (rungMacs(site, dense) - rungMacs(site, rung)) / all));
}

/** The line y = a m, how far sites differ from it, and how well it is known. */
interface Line {
  readonly slope: number;
  /** tau². */
  readonly spread: number;
  /** v. */
  readonly variance: number;
}

function lineThrough(swept: readonly SweptRung[]): Line {
  const sum = (of: (each: SweptRung) => number): number => swept.reduce((total, each) => total + of(each), 0);
  const squares = sum(({ saved, standardError: e }) => saved ** 2 / e ** 2);
  const slope = squares > 0 ? sum(({ saved, change, standardError: e }) => (saved * change) / e ** 2) / squares : 0;
  const work = sum(({ saved }) => saved ** 2);
  const excess = sum(({ saved, change, standardError: e }) => (change - slope * saved) ** 2 - e ** 2);
  const spread = work > 0 ? Math.max(0, excess / work) : 0;
  const known = sum(({ saved, standardError: e }) => saved ** 2 / (e ** 2 + spread * saved ** 2));
  return { slope, spread, variance: known > 0 ? 1 / known : 0 };
}

/** The shrinkage above. */
export function drawnTogether(swept: readonly SweptRung[], line = lineThrough(swept)): SweptRung[] {
  const { slope, spread, variance } = line;
  return swept.map(each => {
    const own = spread * each.saved ** 2;
    const w = own + each.standardError ** 2 > 0 ? own / (own + each.standardError ** 2) : 1;
    return {
      ...each,
      change: w * each.change + (1 - w) * slope * each.saved,
      standardError: Math.sqrt(w * each.standardError ** 2 + ((1 - w) * each.saved) ** 2 * variance),
    };
  });
}

/** From measurements with noise: drawn together, and sites without one on the line. */
export function noisySiteTable(space: Space, swept: readonly SweptRung[]): SiteTable {
  const line = lineThrough(swept);
  const { slope, spread, variance } = line;
  const measured = new Set(swept.map(({ site }) => site));
  const error = Math.sqrt(Math.max(spread, (slope / 2) ** 2) + variance);
  const unseen = savedShares(space).flatMap((shares, site) =>
    measured.has(site)
      ? []
      : shares.map((saved, rung) => ({
          site,
          rung,
          saved,
          change: slope * saved,
          standardError: error * Math.abs(saved),
        })),
  );
  return siteTable(space, [...drawnTogether(swept, line), ...unseen]);
}

/** All rungs from the measured ones, of every site at least one: between two of a site on the line in what they save, dense being 0. */
export function siteTable(space: Space, swept: readonly SweptRung[]): SiteTable {
  const rows = savedShares(space).map((shares, index) => {
    const knots = [...swept.filter(({ site }) => site === index), { saved: 0, change: 0, standardError: 0 }].sort(
      (a, b) => a.saved - b.saved,
    );
    return shares.map((saved, rung, { length }) =>
      rung === length - 1 ? { change: 0, standardError: 0 } : between(knots, saved),
    );
  });
  return {
    dense: 1,
    changes: rows.map(row => row.map(({ change }) => change)),
    standardErrors: rows.map(row => row.map(({ standardError }) => standardError)),
  };
}

type Knot = Pick<SweptRung, 'saved' | 'change' | 'standardError'>;

function between(knots: readonly Knot[], saved: number): Omit<Knot, 'saved'> {
  const last: Knot = knots[knots.length - 1] ?? { saved: 0, change: 0, standardError: 0 };
  const right = knots.find(each => each.saved >= saved) ?? last;
  const left = knots[knots.indexOf(right) - 1] ?? right;
  const span = right.saved - left.saved;
  const t = span > 0 ? (saved - left.saved) / span : 1;
  return {
    change: (1 - t) * left.change + t * right.change,
    standardError: Math.hypot((1 - t) * left.standardError, t * right.standardError),
  };
}
