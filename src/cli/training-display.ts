/** How a training is shown while it runs: lines and a progress line on a terminal, JSON lines elsewhere. */
import { advanceTraining, noTrainingProgress, trainingLine, trainingText } from '../report/training-text.ts';
import type { TrainingEvent } from '../train/loop/event.ts';
import type { TrainResult } from '../train/loop/train.ts';
import { formatPercent } from '../units/format.ts';
import type { Console, ExitStatus } from './command.ts';

export function trainingDisplay(
  console: Console,
  { json, restart }: { readonly json: boolean; readonly restart: boolean },
): (event: TrainingEvent) => void {
  if (json || !console.progress) return event => console.out(JSON.stringify(event));
  let progress = noTrainingProgress;
  return event => {
    progress = advanceTraining(progress, event);
    const text = trainingText(event, restart);
    if (text) console.note(text);
    const line = trainingLine(progress);
    if (line !== '') console.progress?.(line);
  };
}

/** The last word on a training, and the exit status: 1 where the file does not score as training said. */
export function trainingEnd(console: Console, json: boolean, { written, endedBy }: TrainResult): ExitStatus {
  if (endedBy === 'interrupted' || !written) return 130;
  const { path, bytes, epoch, top1, images } = written;
  const reported = epoch.validation?.top1 ?? Number.NaN;
  const agrees = Math.abs(top1 - reported) <= 1.5 / images;
  if (json || !console.progress) {
    const { weights } = epoch.validation ?? { weights: 'last' };
    console.out(
      JSON.stringify({ kind: 'written', path, bytes, epoch: epoch.epoch, weights, top1, reported, images, agrees }),
    );
  } else {
    console.out(
      `Wrote ${path} (${(bytes / 1e6).toFixed(1)} MB): epoch ${epoch.epoch}, ${formatPercent(top1)} of ${images} validation images, scored from the file.`,
    );
  }
  if (agrees) return 0;
  console.note(
    `warning: the file scores ${formatPercent(top1)}, training reported ${formatPercent(reported)}. Do not use it; please report this.`,
  );
  return 1;
}
