/** A line for people: as it is above the progress line of a terminal, with its time in a log. */
import type { Console } from './command.ts';

export const logLine =
  ({ note, progress }: Pick<Console, 'note' | 'progress'>): ((text: string) => void) =>
  text =>
    note(progress ? text : `${clock(new Date())}  ${text}`);

/** In a log, how far it is stands in a line of its own, at most so often. */
export const logEveryMs = 60_000;

/** `2030-01-02 03:04:05`, local time. */
const clock = (now: Date): string => {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  return `${day} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(':')}`;
};
