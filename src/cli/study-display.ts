/** How a search, or confirming, is shown while it runs: lines and a progress line on a terminal, JSON lines for programs. */
import { eventLine, type StudyEvent } from '../report/event.ts';
import { eventText } from '../report/event-text.ts';
import { advance, noProgress, progressLine } from '../report/progress.ts';
import type { Console } from './command.ts';

export interface StudyDisplay {
  /** Whether every event is a line of JSON. */
  readonly json: boolean;
  readonly event: (event: StudyEvent) => void;
  readonly statistics: (done: number, total: number) => void;
  readonly factors: (done: number, total: number) => void;
  readonly sweep: (done: number, total: number) => void;
  readonly close: () => void;
}

export const studyDisplay = (console: Console, { json }: { readonly json: boolean }): StudyDisplay =>
  json || !console.progress ? jsonDisplay(console) : textDisplay(console);

const jsonDisplay = (console: Console): StudyDisplay => ({
  json: true,
  event: event => console.out(eventLine(event)),
  statistics: () => {},
  factors: () => {},
  sweep: () => {},
  close: () => {},
});

/** One line per event; on a terminal also a line at the bottom that is kept up to date. */
function textDisplay(console: Console): StudyDisplay {
  let progress = noProgress;
  const tick = (): void => {
    if (progress !== noProgress) console.progress?.(progressLine(progress, performance.now()));
  };
  const timer = console.progress ? setInterval(tick, 1000) : undefined;
  timer?.unref();
  const told = (): void => console.note('Finishing the trial that runs; press Ctrl-C again to stop at once.');
  console.finish.addEventListener('abort', told);
  return {
    json: false,
    event: event => {
      progress = advance(progress, event, performance.now());
      const text = eventText(event);
      if (text) console.note(text);
      tick();
    },
    statistics: (done, total) => console.progress?.(`calibration images ${done}/${total}`),
    factors: (done, total) => console.progress?.(`factors ${done}/${total}`),
    sweep: (done, total) => console.progress?.(`single sites ${done}/${total}`),
    close: () => {
      clearInterval(timer);
      console.finish.removeEventListener('abort', told);
    },
  };
}
