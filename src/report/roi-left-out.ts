/** What an answer leaves out, so that nobody takes it for all there is. */
import type { Given } from '../money/figures.ts';
import type { Reckoning } from '../money/reckon.ts';

/** One sentence each; those come first that depend on what was given. */
export function leftOut({ figures, options }: Reckoning, { hours, inputs }: Pick<Given, 'hours' | 'inputs'>): string[] {
  const { devices } = figures;
  const held = devices.filter(({ price }) => price.kind !== 'metered');
  const bought = devices.some(({ price }) => price.kind === 'purchase');
  const said = (condition: boolean, sentence: string): string[] => (condition ? [sentence] : []);
  return [
    ...said(
      held.some(({ energy }) => energy === null),
      'Electricity and cooling, where no power is given.',
    ),
    ...said(
      figures.lostPointPerMonth === null && options.some(({ kind }) => kind === 'factorised'),
      'What the lost accuracy costs.',
    ),
    ...said(
      held.some(({ spare }) => spare === 0n),
      'Spare machines against failures.',
    ),
    ...said(
      devices.some(({ callsAtOnce }) => callsAtOnce > 1n),
      'That calls served at once slow each other: one was measured at a time.',
    ),
    ...said(hours !== null && inputs.peakFactor === undefined, 'Peaks within an hour.'),
    ...said(bought, 'What a freed machine could be sold for, and the end of the life of those that are owned.'),
    ...said(held.length > 0, 'Machines that are switched off outside the peak: all are held day and night.'),
    'Waiting in queues, but for the utilisation that is allowed; times are typical ones, not the slowest.',
    'Interest, taxes, and prices that change.',
    'Network traffic, storage, licences and upkeep.',
  ];
}
