/** How a search, or confirming, is shown while it runs: lines for people, timed in a log; JSON lines for programs. */
import { eventLine, type StudyEvent } from '../events/event.ts';
import type { StageReached } from '../events/stage.ts';
import { eventText } from '../report/event-text.ts';
import { added, joined, type LiveFront, liveFrontLines } from '../report/live-front.ts';
import { advance, noProgress, type Progress, progressLine } from '../report/progress.ts';
import { stageEndText } from '../report/stage-text.ts';
import { noWarnings, warned, warningsLeft } from '../report/warnings.ts';
import { atStore } from './at-store.ts';
import type { Console } from './command.ts';
import { logEveryMs, logLine } from './log-line.ts';

export interface StudyDisplay {
  /** Whether every event is a line of JSON. */
  readonly json: boolean;
  readonly event: (event: StudyEvent) => void;
  readonly close: () => void;
}

export const studyDisplay = (
  console: Console,
  { json, store }: { readonly json: boolean; readonly store: string },
  earlier: EarlierFront = async () => [],
): StudyDisplay => (json ? jsonDisplay(console) : textDisplay(console, store, earlier));

/** What is on the front of a study that a run goes on with. */
export type EarlierFront = (study: string) => Promise<LiveFront>;

const jsonDisplay = (console: Console): StudyDisplay => ({
  json: true,
  event: event => console.out(eventLine(event)),
  close: () => {},
});

/** One line per event, and how far it is: at the bottom of a terminal, kept up to date; in a log now and then, with the time. */
function textDisplay(console: Console, store: string, earlier: EarlierFront): StudyDisplay {
  let front: LiveFront = [];
  const live = (): string[] => {
    const size = console.size?.();
    return size && !progress.confirm ? liveFrontLines(front, liveRows(size.rows), size.columns) : [];
  };
  let progress = noProgress;
  let warnings = noWarnings;
  let loggedMs = Number.NEGATIVE_INFINITY;
  let latestMs = 0;
  const now = (): number => Math.max(latestMs, Date.now());
  const line = logLine(console);
  const state = (text: string): void => {
    if (console.progress) console.progress(text, live());
    else if (now() - loggedMs >= logEveryMs) {
      loggedMs = now();
      line(text);
    }
  };
  const tick = (): void => {
    if (progress !== noProgress) state(progressLine(progress, now()));
  };
  /** Of a stage that is over soon there is only its end. */
  const logStage = (event: StageReached, before: Progress): void => {
    const sinceMs = before.stage?.stage === event.stage ? before.stage.sinceMs : latestMs;
    if (event.done >= event.total) {
      const text = stageEndText(event, latestMs - sinceMs);
      if (text) line(text);
    } else if (latestMs - sinceMs >= logEveryMs) tick();
  };
  /** Where it cannot be read, the front begins anew: it is only looked at. */
  const recall = (study: string): void =>
    void earlier(study).then(
      points => {
        front = points.reduce(added, front);
        tick();
      },
      () => {},
    );
  const timer = console.progress ? setInterval(tick, 1000) : undefined;
  timer?.unref();
  const told = (): void => line('Finishing the trial that runs; press Ctrl-C again to stop at once.');
  console.finish.addEventListener('abort', told);
  return {
    json: false,
    event: event => {
      latestMs = event.atMs;
      const before = progress;
      progress = advance(progress, event);
      front = joined(front, event);
      if (console.progress && event.kind === 'study-started' && event.resumedFrom > 0) recall(event.study);
      if (event.kind === 'stage' && !console.progress) return logStage(event, before);
      const { counts, tell } = warned(warnings, event);
      warnings = counts;
      const text = tell ? eventText(event) : null;
      if (text) line('study' in event ? atStore(text, event.study, store) : text);
      tick();
    },
    close: () => {
      clearInterval(timer);
      console.finish.removeEventListener('abort', told);
      for (const text of warningsLeft(warnings)) line(text);
    },
  };
}

/** A small part of the terminal, since lines above it scroll. */
const liveRows = (rows: number): number => Math.max(0, Math.min(8, Math.floor(rows / 3)));
