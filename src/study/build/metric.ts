/** What a study is judged by, as it remembers it. */
import { UserError } from '../../errors/user-error.ts';
import { type MetricChoice, metricText, parseMetric } from '../../metric/choice.ts';
import { metricOf } from '../../metric/metric.ts';
import type { Study } from '../../store/study.ts';

/** Beside the input transform where the name of the objective does not say all. */
export const rememberedMetric = (choice: MetricChoice | null, objective: string): { readonly metric?: string } => {
  const text = choice ? metricText(choice) : objective;
  return text === objective ? {} : { metric: text };
};

/** @throws UserError where this version knows no such metric */
export function metricOfStudy({ data, objectives }: Pick<Study, 'data' | 'objectives'>): MetricChoice {
  metricOf(objectives);
  const [named = ''] = objectives.filter(name => !['latency', 'size', 'memory'].includes(name));
  return parseMetric(remembered(data.transform) ?? named);
}

function remembered(transform: string): string | null {
  try {
    const read: unknown = JSON.parse(transform);
    return typeof read === 'object' && read !== null && 'metric' in read && typeof read.metric === 'string'
      ? read.metric
      : null;
  } catch {
    return null;
  }
}

/**
 * What a search that goes on is judged by.
 *
 * @throws UserError where another metric is asked for than that of the study
 */
export function sameMetric(asked: MetricChoice | undefined, study: Study): MetricChoice {
  const has = metricOfStudy(study);
  if (!asked || metricText(asked) === metricText(has)) return has;
  throw new UserError(
    `Study "${study.name}" is judged by ${metricText(has)}, and --metric asks for ${metricText(asked)}.`,
    'Leave --metric out, or give another --study name.',
  );
}
