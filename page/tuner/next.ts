/** What the tuner would try next, and why. */
import { expectedWords } from '../../src/report/explain-text.ts';
import type { TunerRecord } from '../../src/serve/api/tuner.ts';
import { formatPercent } from '../../src/units/format.ts';
import { counted } from '../amounts.ts';
import { h } from '../dom.ts';
import { table, tableBehind } from '../table.ts';
import type { Told } from './charts.ts';

export function nextPart({ objectives, study }: TunerRecord, told: Told): HTMLElement {
  const { next } = told;
  const opening = `${counted(told.trials, 'trial')}, proposed by "${told.strategy}" ${told.prior ? 'from a prior of single layers' : 'without a prior'}.`;
  if (!next) return h('p', {}, `${opening} Nothing is left to try: every configuration was tried.`);
  const why = next.outlook
    ? `It enters the front with a probability of ${formatPercent(next.outlook.entersFront, 0)}. It is expected to add ${next.outlook.improvement.toPrecision(2)} to the hypervolume.`
    : 'There are too few trials to predict it: it belongs to the initial design.';
  return h(
    'div',
    {},
    h(
      'p',
      { class: 'faint' },
      opening,
      told.disturbed > 0 ? ` ${told.disturbed} with a disturbed latency, from which less is learned.` : '',
    ),
    told.outOfReach === null ? null : h('p', {}, told.outOfReach),
    h(
      'p',
      {},
      next.nearest === null
        ? 'It would try a configuration far from all others.'
        : `It would try trial ${next.nearest}${next.onFront ? ' of the front' : ''} with ${counted(next.changes.length, 'other rung')}. ${why}`,
    ),
    next.prediction
      ? h(
          'p',
          {},
          `Expected (± 95 %): ${expectedWords(
            next.prediction,
            objectives.map(({ name }) => name),
          ).join(', ')}.`,
        )
      : null,
    next.nearest === null || next.changes.length === 0
      ? null
      : tableBehind(
          'The other rungs',
          table(
            `Rungs that differ, in study ${study}`,
            [
              { header: 'Layer', cell: ({ site }) => site },
              { header: 'From', cell: ({ from }) => from },
              { header: 'To', cell: ({ to }) => to },
            ],
            next.changes,
          ),
        ),
  );
}
