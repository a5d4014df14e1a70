/** How a training is shown while it runs: lines for people, timed in a log; JSON lines for programs. */
import { advanceTraining, noTrainingProgress, trainingLine, trainingText } from '../report/training-text.ts';
import type { TrainingEvent } from '../train/loop/event.ts';
import type { TrainResult } from '../train/loop/train.ts';
import { formatPercent } from '../units/format.ts';
import type { Console, ExitStatus } from './command.ts';
import { logEveryMs, logLine } from './log-line.ts';

/** One line of JSON: what happened, and when, in milliseconds since 1970. */
export const jsonLine = ({ out }: Pick<Console, 'out'>, record: object, atMs = Date.now()): void =>
  out(JSON.stringify({ ...record, atMs }));

/** @param now milliseconds since 1970 */
export function trainingDisplay(
  console: Console,
  { json, restart }: { readonly json: boolean; readonly restart: boolean },
  now: () => number = Date.now,
): (event: TrainingEvent) => void {
  if (json) return event => jsonLine(console, event, now());
  const line = logLine(console);
  let progress = noTrainingProgress;
  let loggedMs = now();
  const state = (text: string): void => {
    if (console.progress) console.progress(text);
    else if (now() - loggedMs >= logEveryMs) {
      loggedMs = now();
      line(text);
    }
  };
  return event => {
    progress = advanceTraining(progress, event);
    const text = trainingText(event, restart);
    if (text) line(text);
    const far = trainingLine(progress);
    if (far !== '') state(far);
  };
}

/** The last word on a training, and the exit status: 1 where the file does not score as training said. */
export function trainingEnd(console: Console, json: boolean, { written, endedBy }: TrainResult): ExitStatus {
  if (endedBy === 'interrupted' || !written) return 130;
  const { path, bytes, epoch, top1, images, mayDiffer, test } = written;
  const reported = epoch.validation?.top1 ?? Number.NaN;
  const agrees = Math.abs(top1 - reported) <= mayDiffer / images;
  if (json) {
    const { weights } = epoch.validation ?? { weights: 'last' };
    const scored = { top1, reported, images, agrees, ...(test ? { test } : {}) };
    jsonLine(console, { kind: 'written', path, bytes, epoch: epoch.epoch, weights, ...scored });
  } else {
    const chose = test ? 'held-out training images' : 'validation images';
    console.out(
      `Wrote ${path} (${(bytes / 1e6).toFixed(1)} MB): epoch ${epoch.epoch}, ${formatPercent(top1)} of ${images} ${chose}, scored from the file.`,
    );
    if (test) console.out(`On ${test.images} test images, which chose nothing, it scores ${formatPercent(test.top1)}.`);
  }
  if (agrees) return 0;
  console.note(
    `warning: the file scores ${formatPercent(top1)}, training reported ${formatPercent(reported)}. Do not use it; please report this.`,
  );
  return 1;
}
