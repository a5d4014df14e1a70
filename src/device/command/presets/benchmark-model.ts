/**
 * TensorFlow Lite's benchmark_model, in microseconds: `count=50 first=... avg=1.24027e+06 std=... p5=... median=... p95=...` per series, the one with the
 * warm-up first, and `Inference timings in us: ... Inference (avg): ...` at the end. Older versions print no median. Its app for Android
 * writes the same lines to the log of the device, each behind what logcat puts there.
 */
import { inMs, lastMatch, numberOf, numberPattern, summary, unread } from '../timings.ts';
import type { Preset } from './preset.ts';

export const benchmarkModel: Preset = {
  parse: text => {
    const end = lastMatch(text, new RegExp(`Inference timings in us: .*Inference \\(avg\\): (${numberPattern})`));
    if (!end) return unread('expected a line "Inference timings in us: ... Inference (avg): ..."');
    // Only the series before that line: a log that is not emptied may hold others.
    const series = lastMatch(text.slice(0, end.index), /\bcount=(\d+)(?: [^=\n]+=[^\n]*)?$/);
    const calls = series ? Number(series[1]) : null;
    const median = series ? new RegExp(`\\bmedian=(${numberPattern})`).exec(series[0]) : null;
    return median
      ? summary('median', inMs(numberOf(median[1]), 'us'), calls)
      : summary('mean', inMs(numberOf(end[1]), 'us'), calls);
  },
  resolutionMs: 1e-3,
};
