/** Which of the user's figures decide: each is taken a quarter lower and a quarter higher, alone, and the saving looked at. */
import { completeFigures, type Given } from './figures.ts';
import { deviceKeys, type OptionKey } from './inputs.ts';
import type { StudyMeasured } from './options.ts';
import { compare, greatest, least, type Rational, rational, subtract, zero } from './rational.ts';
import { savingOf } from './reckon.ts';

export interface Swing {
  /** `callsPerDay`, or `devices.cloud.pricePerHour`. */
  readonly path: string;
  /** Saving over the horizon at three quarters and at five quarters of the figure. */
  readonly less: Rational;
  readonly more: Rational;
  /** Between the least and the greatest saving of the two and of the figure as it is. */
  readonly width: Rational;
  /** Whether the sign of the saving changes. */
  readonly turns: boolean;
}

/** Limits and whole numbers are not figures that are known to a quarter. */
const notVaried: readonly OptionKey[] = [
  'latencyLimitMs',
  'maxDrop',
  'trial',
  'callsAtOnce',
  'spareMachines',
  'machinesOwned',
];

/**
 * The widest first; figures that change nothing are left out. A utilisation ends at 1, an overhead of energy begins there.
 *
 * @param index of the option (options.ts) whose saving against staying dense is looked at
 */
export function swings(given: Given, measured: readonly StudyMeasured[], index: number): Swing[] {
  const at = (path: string, factor: Rational): Rational =>
    savingOf(completeFigures(given, { path, factor }), measured, index) ?? zero;
  const asIs = savingOf(completeFigures(given), measured, index) ?? zero;
  return paths(given)
    .map(path => {
      const less = at(path, rational(3n, 4n));
      const more = at(path, rational(5n, 4n));
      const [low, high] = [[less, more].reduce(least, asIs), [less, more].reduce(greatest, asIs)];
      return { path, less, more, width: subtract(high, low), turns: pays(low) !== pays(high) };
    })
    .filter(({ width }) => compare(width, zero) > 0)
    .sort((a, b) => compare(b.width, a.width));
}

const pays = (saving: Rational): boolean => compare(saving, zero) > 0;

function paths({ inputs, hours, studies }: Given): string[] {
  const isVaried = (key: string, value: unknown): boolean =>
    typeof value === 'number' && value !== 0 && !notVaried.some(each => each === key);
  const shared = Object.entries(inputs).flatMap(([key, value]) => (isVaried(key, value) ? [key] : []));
  const own = studies.flatMap(study =>
    deviceKeys.flatMap(key => (isVaried(key, inputs.devices[study]?.[key]) ? [`devices.${study}.${key}`] : [])),
  );
  return [...(hours ? ['hoursFile'] : []), ...shared, ...own];
}
