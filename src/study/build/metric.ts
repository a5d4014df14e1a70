/** What a study is judged by, as it remembers it. */
import { readFileSync } from 'node:fs';
import { UserError } from '../../errors/user-error.ts';
import { sha256Of } from '../../host/model-file.ts';
import { type MetricChoice, metricText, parseMetric } from '../../metric/choice.ts';
import { metricOf } from '../../metric/metric.ts';
import type { Study } from '../../store/study.ts';

interface Remembered {
  /** As `--metric` takes it. */
  readonly metric?: string;
  /** SHA-256 (hexadecimal) of the file of a module; what that imports is not in it. */
  readonly metricSha256?: string;
}

/** Beside the input transform where the name of the objective does not say all. */
export const rememberedMetric = (choice: MetricChoice | null, objective: string): Remembered => {
  const text = choice ? metricText(choice) : objective;
  if (text === objective) return {};
  const sha256 = choice?.kind === 'module' ? moduleHash(choice.path) : null;
  return { metric: text, ...(sha256 === null ? {} : { metricSha256: sha256 }) };
};

/** Null where the file cannot be read: the scorer says so. */
function moduleHash(path: string): string | null {
  try {
    return sha256Of(readFileSync(path));
  } catch {
    return null;
  }
}

/**
 * That the metric of a study is still the one that it was judged by. Studies of before the hash was kept pass.
 *
 * @throws UserError that names a module that is another one now
 */
export function demandSameModule({ name, data }: Pick<Study, 'name' | 'data'>): void {
  const { metric, metricSha256 } = remembered(data.transform);
  if (metric === undefined || metricSha256 === undefined) return;
  const choice = parseMetric(metric);
  if (choice.kind !== 'module') return;
  const now = moduleHash(choice.path);
  if (now === metricSha256) return;
  throw new UserError(
    now === null
      ? `Study "${name}" is judged by the metric "${choice.path}", and there is no such file here.`
      : `Study "${name}" was judged by another "${choice.path}": the metric was changed since (SHA-256 ${metricSha256.slice(0, 12)}... then, ${now.slice(0, 12)}... now).`,
    now === null
      ? 'Run the command where the module lies, as the search did.'
      : 'Restore the module, or give another --study name to search by the new one.',
  );
}

/** @throws UserError where this version knows no such metric */
export function metricOfStudy({ data, objectives }: Pick<Study, 'data' | 'objectives'>): MetricChoice {
  metricOf(objectives);
  const [named = ''] = objectives.filter(name => !['latency', 'size', 'memory'].includes(name));
  return parseMetric(remembered(data.transform).metric ?? named);
}

function remembered(transform: string): Remembered {
  try {
    const read = JSON.parse(transform) as Readonly<Record<string, unknown>> | null;
    const textOf = (key: string): string | undefined => (typeof read?.[key] === 'string' ? read[key] : undefined);
    const [metric, metricSha256] = [textOf('metric'), textOf('metricSha256')];
    return { ...(metric === undefined ? {} : { metric }), ...(metricSha256 === undefined ? {} : { metricSha256 }) };
  } catch {
    return {};
  }
}

/**
 * What a search that goes on is judged by.
 *
 * @throws UserError where another metric is asked for than that of the study
 */
export function sameMetric(asked: MetricChoice | undefined, study: Study): MetricChoice {
  const has = metricOfStudy(study);
  if (!asked || metricText(asked) === metricText(has)) {
    demandSameModule(study);
    return has;
  }
  throw new UserError(
    `Study "${study.name}" is judged by ${metricText(has)}, and --metric asks for ${metricText(asked)}.`,
    'Leave --metric out, or give another --study name.',
  );
}
