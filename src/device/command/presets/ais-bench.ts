/**
 * Ascend's ais_bench (`ais_bench/infer/summary.py` of the tools by Huawei): a file `*_summary.json` with the time on the device of every loop,
 * in milliseconds. With several threads the list holds pairs of start and end instead.
 */
import { isRecord, lastMatch, numberOf, numberPattern, parseJson, samples, summary, unread } from '../timings.ts';
import type { Preset } from './preset.ts';

export const aisBench: Preset = {
  file: {
    ending: '_summary.json',
    parse: text => {
      const read = parseJson(text);
      if ('why' in read) return unread(read.why);
      const record = isRecord(read.value) ? read.value : {};
      const list = record.npu_compute_time_list;
      if (Array.isArray(list) && list.length > 0) return samples(list.map(durationOf));
      const { median, count } = isRecord(record.NPU_compute_time) ? record.NPU_compute_time : {};
      if (median === undefined) return unread('expected npu_compute_time_list or NPU_compute_time');
      return summary('median', numberOf(median), typeof count === 'number' ? count : null);
    },
  },
  parse: text => {
    const line = lastMatch(text, new RegExp(`NPU_compute_time \\(ms\\): .*median = (${numberPattern})`));
    if (line) return summary('median', numberOf(line[1]));
    // Newer versions draw a table whose columns are min, max, mean, median and P99.
    const cells = lastMatch(text, /[│|]\s*NPU_compute_time \(ms\)\s*[│|](.*)$/);
    const median = cells?.[1]?.split(/[│|]/)[3];
    return median === undefined
      ? unread('expected a line "NPU_compute_time (ms): ... median = ..."')
      : summary('median', numberOf(median));
  },
  resolutionMs: 1e-3,
};

const durationOf = (each: unknown): number =>
  Array.isArray(each) ? numberOf(each[1]) - numberOf(each[0]) : numberOf(each);
