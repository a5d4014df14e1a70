/** What the benchmark of the tuners keeps: one figure per problem, strategy and metric. */
import { hypervolume } from '../../src/tuner/pareto/hypervolume.ts';
import type { BenchProblem, Step } from './run.ts';

export interface Figure {
  readonly problem: string;
  readonly strategy: string;
  /** The evaluations that it was given. */
  readonly evaluations: number;
  readonly metric: 'log10HvGap' | 'hypervolume' | 'evaluationsToPeer200' | 'askSecondsP95';
  readonly mean: number;
  /** Of the mean, over seeds; null with one seed. */
  readonly standardError: number | null;
  readonly seeds: number;
  /** Runs that had not reached the peers' volume when they ended; they count with their length, so that the mean is a lower bound. */
  readonly notReached?: number;
}

export function figure(
  about: Pick<Figure, 'problem' | 'strategy' | 'evaluations' | 'metric'>,
  values: readonly number[],
): Figure {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const standardError = values.length > 1 ? Math.sqrt(variance / values.length) : null;
  return { ...about, mean, standardError, seeds: values.length };
}

/** The volume after each evaluation, what was given beforehand included. */
export function volumes({ given, reference }: BenchProblem, steps: readonly Step[]): number[] {
  const known = given ? [given.values] : [];
  const seen = steps.map(({ values }) => values);
  return steps.map((_, at) => {
    const until = seen.slice(0, at + 1).filter(values => values !== null);
    return hypervolume([...known, ...until], reference);
  });
}

/** The number of the first evaluation at which the volume is at least `target`; null when it never is. */
export function evaluationsTo(target: number, volume: readonly number[]): number | null {
  const at = volume.findIndex(value => value >= target);
  return at < 0 ? null : at + 1;
}

/** The value that 95 % of all are not above (nearest rank). */
export function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN;
}

export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ problem, strategy, evaluations, metric, mean, standardError, seeds, notReached }) => [
    problem,
    strategy,
    String(evaluations),
    metric,
    `${notReached ? '>= ' : ''}${mean.toFixed(3)}`,
    standardError === null ? '' : `± ${standardError.toFixed(3)}`,
    String(seeds),
  ]);
  const all = [['problem', 'strategy', 'evaluations', 'metric', 'mean', 'se', 'seeds'], ...rows];
  const widths = all[0]!.map((_, c) => Math.max(...all.map(row => row[c]!.length)));
  return all
    .map(row =>
      row
        .map((cell, c) => cell.padEnd(widths[c]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
