/** The trainings of a trial, for `show`. */
import type { TrainingEpoch, TrainingPhase, TrainingRun } from '../store/training.ts';
import { formatDuration } from '../units/duration.ts';
import { formatMs, formatPercent, formatPoints } from '../units/format.ts';
import { textTable } from './text-table.ts';

export interface TrainingView {
  readonly run: TrainingRun;
  readonly epochs: readonly TrainingEpoch[];
  readonly phases: readonly TrainingPhase[];
}

/** Two lines and a table per training; none where the trial was never trained. */
export function trainingsLines(trainings: readonly TrainingView[]): string[] {
  if (trainings.length === 0) return [];
  return ['Trainings', ...trainings.flatMap(training => [opening(training), ...phaseLines(training.phases)])];
}

function opening({ run, epochs }: TrainingView): string {
  const { state, top1, beforeTop1, denseTop1, identity, detail } = run;
  const otherEngine = identity['--engine'] === 'onnxruntime' ? [] : ['--engine'];
  const asked = ['--epochs', '--lr', '--freeze', '--distil', ...otherEngine].flatMap(name =>
    identity[name] === undefined ? [] : [`${name} ${identity[name]}`],
  );
  const scores =
    top1 === null
      ? `${formatPercent(beforeTop1)} before`
      : `${formatPercent(beforeTop1)} to ${formatPercent(top1)} (${formatPoints(top1 - denseTop1)} against dense)`;
  const wallMs = epochs.at(-1)?.wallMs;
  const took = wallMs === undefined ? '' : `, ${epochs.length} epochs in ${formatDuration(wallMs)}`;
  return `  ${state}: ${scores}${took}; ${asked.join(' ')}${detail === '' ? '' : `. ${detail}`}`;
}

function phaseLines(phases: readonly TrainingPhase[]): string[] {
  if (phases.length === 0) return [];
  const table = textTable<TrainingPhase>(
    [
      { header: 'epochs', align: 'left', cell: ({ firstEpoch, lastEpoch }) => `${firstEpoch}-${lastEpoch}` },
      { header: 'frozen', align: 'right', cell: ({ frozenShare }) => formatPercent(frozenShare, 1) },
      { header: 'steps', align: 'right', cell: ({ steps }) => String(steps) },
      { header: 'ms per step', align: 'right', cell: ({ stepMs }) => formatMs(stepMs).replace(' ms', '') },
      {
        header: 'of unfrozen',
        align: 'right',
        cell: ({ stepMs, unfrozenStepMs }) =>
          unfrozenStepMs === null ? '-' : `${(stepMs / unfrozenStepMs).toFixed(2)}x`,
      },
    ],
    phases,
  );
  return table.map(line => `    ${line}`);
}
