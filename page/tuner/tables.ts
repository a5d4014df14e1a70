/** How well the tuner predicts, and which layers matter to it, in numbers. */
import type { TunerRecord } from '../../src/serve/api/tuner.ts';
import { formatPercent } from '../../src/units/format.ts';
import { table } from '../table.ts';
import { changeUnit, sortedLayers, type Told } from './charts.ts';

export const calibrationTable = ({ objectives, coverage }: TunerRecord, told: Told): HTMLElement =>
  table(
    'Quality of predictions by objective',
    [
      { header: 'Objective', cell: ({ objective }) => objective.words },
      { header: 'Trials', align: 'right', cell: ({ quality }) => quality.trials },
      {
        header: 'Error (rms)',
        align: 'right',
        cell: ({ quality, objective }) => `${(100 * quality.rmse).toFixed(2)} ${changeUnit(objective.kind)}`,
      },
      {
        header: 'Spread (rms)',
        align: 'right',
        cell: ({ quality, objective }) => `${(100 * quality.spread).toFixed(2)} ${changeUnit(objective.kind)}`,
      },
      ...coverage.map(({ said, seen }) => ({
        header: `In ${formatPercent(said, 0)}`,
        align: 'right' as const,
        cell: ({ k }: { readonly k: number }) => formatPercent(seen[k] ?? Number.NaN, 0),
      })),
    ],
    objectives.flatMap((objective, k) => {
      const quality = told.calibration?.[k];
      return quality ? [{ objective, quality, k }] : [];
    }),
  );

export const importanceTable = (record: TunerRecord, told: Told): HTMLElement =>
  table(
    'How far the choice of rung moves each objective around the front',
    [
      { header: 'Layer', cell: ({ site }) => site },
      ...record.objectives.map(({ words, kind }, k) => ({
        header: `${words}, ${changeUnit(kind)}`,
        align: 'right' as const,
        cell: ({ byObjective }: { readonly byObjective: readonly number[] }) =>
          (100 * (byObjective[k] ?? 0)).toFixed(2),
      })),
    ],
    sortedLayers(record, told),
  );
