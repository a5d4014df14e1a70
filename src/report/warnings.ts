/** Warnings that many trials raise are told once each, and counted. */
import type { Happening } from '../events/event.ts';

/** How often each kind was raised. */
export type WarningCounts = ReadonlyMap<string, number>;

export const noWarnings: WarningCounts = new Map();

/** Whether an event is to be told: of warnings about one thing, only the first. */
export function warned(
  counts: WarningCounts,
  event: Happening,
): { readonly counts: WarningCounts; readonly tell: boolean } {
  if (event.kind !== 'warning' || event.about === undefined) return { counts, tell: true };
  const before = counts.get(event.about) ?? 0;
  return { counts: new Map([...counts, [event.about, before + 1]]), tell: before === 0 };
}

/** One line for each kind that was raised more than once. */
export const warningsLeft = (counts: WarningCounts): string[] =>
  [...counts].flatMap(([about, count]) =>
    count > 1 ? [`Warned of ${words[about] ?? about} in ${count} trials; "rankfront show N" has each.`] : [],
  );

const words: Readonly<Record<string, string>> = {
  noisy: 'noisy calls',
  'other-load': 'other load',
  'clock-drift': 'a changing clock',
  'coarse-timer': 'a coarse timer',
  'no-samples': 'a tool that prints no single times',
};
