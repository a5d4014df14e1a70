/**
 * OpenVINO's benchmark_app. `-json_stats -report_type no_counters -report_folder {out}` writes `benchmark_report.json`, with a median and no single times.
 * The Python tool (PyPI `openvino`) writes texts under `latency (ms)`, the C++ sample numbers under `latency_median` (statistics_report.cpp).
 */
import { isRecord, lastMatch, numberOf, numberPattern, parseJson, summary, unread } from '../timings.ts';
import type { Preset } from './preset.ts';

export const openvino: Preset = {
  file: {
    ending: 'benchmark_report.json',
    parse: text => {
      const read = parseJson(text);
      if ('why' in read) return unread(read.why);
      const results =
        isRecord(read.value) && isRecord(read.value.execution_results) ? read.value.execution_results : {};
      if (typeof results.error === 'string') return unread(results.error);
      const median = results['latency (ms)'] ?? results.latency_median;
      if (median === undefined) return unread('expected execution_results with the latency in it');
      const calls = numberOf(results['total number of iterations'] ?? results.total_num_iterations);
      return summary('median', numberOf(median), Number.isFinite(calls) ? calls : null);
    },
  },
  parse: text => {
    const median = lastMatch(text, new RegExp(`\\bMedian: +(${numberPattern}) ms`));
    if (!median) return unread('expected a line "Median: ... ms"');
    const count = lastMatch(text, /\bCount: +(\d+) iterations/);
    return summary('median', numberOf(median[1]), count ? Number(count[1]) : null);
  },
  resolutionMs: 1e-2,
};
