/**
 * What the accuracy of a network means in a study: a name, a unit, and the figures that are best and worst. What is stored of an image or of
 * a set is its quality q, a share: 1 is the best figure b, 0 the worst one w, and the figure itself is w + q (b - w). So whatever reads
 * accuracies as shares reads every metric, be it one that is better when it is higher or lower.
 */
import { UserError } from '../errors/user-error.ts';
import { significant } from '../units/format.ts';

export interface Metric {
  /** As people call it: `top-1`, `IoU`. */
  readonly label: string;
  /** Of its figure; `%` is a share that is written in hundredths, and the empty text is a bare number. */
  readonly unit: string;
  readonly best: number;
  /** The figure of a network that is of no use; it may be worse. */
  readonly worst: number;
  /** Whether an image is right or wrong and nothing between. */
  readonly counts: boolean;
}

const share = (label: string, counts: boolean): Metric => ({ label, unit: '%', best: 1, worst: 0, counts });

/** Those of our own, by the names that studies store. */
const ours: Readonly<Record<string, Metric>> = {
  top1: share('top-1', true),
  top5: share('top-5', true),
  agreement: share('agree', true),
  fidelity: share('fidelity', false),
};

export const ownMetrics: readonly string[] = Object.keys(ours);

/** `RMSE [px, 0 to 12]`: label, unit, best and worst figure, as a study names a metric that a user brought. */
const stored = /^(.+) \[(.*), (-?[\d.e+-]+) to (-?[\d.e+-]+)\]$/;

/** The metric that a study names; null for the name of anything else. */
export function metricNamed(name: string): Metric | null {
  if (Object.hasOwn(ours, name)) return ours[name] ?? null;
  const [, label, unit, best, worst] = stored.exec(name) ?? [];
  if (label === undefined || unit === undefined) return null;
  return { label, unit, best: Number(best), worst: Number(worst), counts: false };
}

/** How a study names it. */
export const nameOf = ({ label, unit, best, worst }: Omit<Metric, 'counts'>): string =>
  `${label} [${unit}, ${best} to ${worst}]`;

/** The metric among the objectives of a study. */
export function metricOf(objectives: readonly string[]): Metric {
  for (const name of objectives) {
    const metric = metricNamed(name);
    if (metric) return metric;
  }
  throw new UserError(
    `Cannot read the objectives ${objectives.join(', ')}: none of them is a metric that this version knows.`,
    'Use the version that made the study, or a later one.',
  );
}

export const lowerIsBetter = ({ best, worst }: Pick<Metric, 'best' | 'worst'>): boolean => best < worst;

/** The figure of a quality, and the other way round. */
export const figureOf = ({ best, worst }: Pick<Metric, 'best' | 'worst'>, quality: number): number =>
  worst === 0 && best === 1 ? quality : worst + quality * (best - worst);

export const qualityOf = ({ best, worst }: Pick<Metric, 'best' | 'worst'>, figure: number): number =>
  worst === 0 && best === 1 ? figure : (figure - worst) / (best - worst) + 0;

const isShare = ({ unit }: Pick<Metric, 'unit'>): boolean => unit === '%';

/** `91.73 %`, `0.412 px` */
export const figureText = (metric: Metric, quality: number): string => {
  const figure = figureOf(metric, quality);
  if (!Number.isFinite(figure)) return '-';
  return isShare(metric) ? `${(100 * figure).toFixed(2)} %` : withUnit(significant(figure), metric);
};

const withUnit = (text: string, { unit }: Pick<Metric, 'unit'>): string => (unit === '' ? text : `${text} ${unit}`);

/** The same for a table whose heading names the unit. */
export const figureCell = (metric: Metric, quality: number): string =>
  isShare(metric) ? (100 * figureOf(metric, quality)).toFixed(2) : significant(figureOf(metric, quality));

/** With its interval, ascending in the unit of the metric, also where less is better. */
export function figureWithEnds(metric: Metric, quality: number, interval: readonly [number, number]): string {
  const ends = (lowerIsBetter(metric) ? [...interval].reverse() : interval).map(each => figureCell(metric, each));
  return `${figureCell(metric, quality)} [${ends.join(', ')}]`;
}

/** Half an interval of a quality, in the unit of the figure. */
export const widthText = (metric: Metric, width: number): string => {
  const own = Math.abs(metric.best - metric.worst) * width;
  return isShare(metric) ? (100 * own).toFixed(2) : significant(own);
};

/** As a heading of a column: `top-1 %`, `error px`. */
export const columnOf = ({ label, unit }: Pick<Metric, 'label' | 'unit'>): string => `${label} ${unit}`.trim();

/** As people call it in a sentence. */
export const metricTitle = ({ label, counts }: Metric): string =>
  label === 'agree' ? 'agreement' : counts ? `${label} accuracy` : label;

/** Of an axis that shows qualities in per cent, and what they are where the figure is no share. */
export function axisTitle(metric: Metric): string {
  const { best, worst, label } = metric;
  if (label === 'agree') return 'agreement with the dense model (%)';
  if (isShare(metric) && best === 1 && worst === 0) return `${metricTitle(metric)} (%)`;
  return `${label} as quality (%): 100 is ${figureText(metric, 1)}, 0 is ${figureText(metric, 0)}`;
}
