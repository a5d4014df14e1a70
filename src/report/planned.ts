/** What the command that began a study asked for: how many trials, and how much time. */
import { parseDuration } from '../units/duration.ts';

export interface Planned {
  readonly trials: number | null;
  readonly timeMs: number | null;
}

/** Null for what was not asked for. Of an option that is given twice, the last counts. */
export function plannedIn(commandLine: readonly string[]): Planned {
  const trials = Number(valueBehind(commandLine, '--trials') ?? Number.NaN);
  return {
    trials: Number.isSafeInteger(trials) && trials > 0 ? trials : null,
    timeMs: durationOf(valueBehind(commandLine, '--time')),
  };
}

function valueBehind(words: readonly string[], option: string): string | undefined {
  const at = words.findLastIndex(word => word === option || word.startsWith(`${option}=`));
  if (at < 0) return undefined;
  return words[at]?.includes('=') ? words[at].slice(option.length + 1) : words[at + 1];
}

/** A command line that was refused began no study, but a caller of the library may write what it likes. */
function durationOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  try {
    return parseDuration(text);
  } catch {
    return null;
  }
}
