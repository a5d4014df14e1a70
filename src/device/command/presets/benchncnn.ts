/** ncnn's benchncnn (benchmark/benchncnn.cpp), on standard error: `NAME  min =  5.43  max =  6.01  avg =  5.62`, in milliseconds. */
import { lastMatch, numberOf, numberPattern, summary, unread } from '../timings.ts';
import type { Preset } from './preset.ts';

export const benchncnn: Preset = {
  parse: text => {
    const line = lastMatch(
      text,
      new RegExp(`\\bmin = +${numberPattern} +max = +${numberPattern} +avg = +(${numberPattern})`),
    );
    if (!line) return unread('expected a line "min = ... max = ... avg = ..."');
    const loops = lastMatch(text, /\bloop_count = (\d+)/);
    return summary('mean', numberOf(line[1]), loops ? Number(loops[1]) : null);
  },
  resolutionMs: 1e-2,
};
