/** Loads a metric module, in the process that scores. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import type { Metric } from '../metric/metric.ts';
import { factsOf, gradesOfWhole, metricFault, type OwnMetric, qualityOfFigure } from '../metric/own-metric.ts';
import type { GradedImages, ImageOutputs } from './grade-messages.ts';

export async function loadMetric(path: string): Promise<Attempt<OwnMetric<unknown>>> {
  try {
    const found = ((await import(pathToFileURL(resolve(path)).href)) as { readonly default?: unknown }).default;
    const fault = metricFault(found);
    return fault
      ? failed('runtime-rejected', `"${path}" is no metric: ${fault}`)
      : complete(found as OwnMetric<unknown>);
  } catch (error) {
    return failed('runtime-rejected', `the metric "${path}" cannot be loaded: ${firstLine(error)}`);
  }
}

export async function describeMetric(path: string): Promise<Attempt<Metric>> {
  const loaded = await loadMetric(path);
  return loaded.state === 'failed' ? loaded : complete(factsOf(loaded.value));
}

export interface MetricRun {
  readonly add: (outputs: ImageOutputs) => Promise<Attempt<null>>;
  /** One grade per image that was added. */
  readonly finish: () => Attempt<readonly number[]>;
}

/** @param outputs the names of the outputs of the network */
export function runMetric(own: OwnMetric<unknown>, outputs: readonly string[], images: GradedImages): MetricRun {
  const facts = factsOf(own);
  const parts: unknown[] = [];
  const nameAt = (i: number): string => images.names[i] ?? '';
  return {
    add: async given => {
      const at = parts.length;
      const named = outputs.map(
        (name, i) => [name, { data: given[i]?.data ?? [], dims: given[i]?.sizes ?? [] }] as const,
      );
      try {
        const label = images.labels ? (images.labels[at] ?? null) : null;
        parts.push(await own.image({ outputs: Object.fromEntries(named), label, name: nameAt(at) }));
      } catch (error) {
        return failed('crashed', `the metric ${own.label} threw for "${nameAt(at)}": ${firstLine(error)}`);
      }
      return own.whole || Number.isFinite(parts[at])
        ? complete(null)
        : failed(
            'not-finite',
            `the metric ${own.label} gave ${shown(parts[at])} for "${nameAt(at)}" in place of a number`,
          );
    },
    finish: () => {
      try {
        const { whole } = own;
        const grades = whole
          ? gradesOfWhole(parts.length, places => qualityOfFigure(facts, whole(places.map(place => parts[place]))))
          : parts.map(part => qualityOfFigure(facts, part));
        const wrong = grades.some(grade => !Number.isFinite(grade));
        if (wrong) return failed('not-finite', `the metric ${own.label} gave no number for the images together`);
        return complete(grades.map(Math.fround));
      } catch (error) {
        return failed('crashed', `the metric ${own.label} threw for the images together: ${firstLine(error)}`);
      }
    },
  };
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? 'without a word';

const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : `a ${typeof value}`);
