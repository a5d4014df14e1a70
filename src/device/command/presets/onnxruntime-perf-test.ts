/**
 * ONNX Runtime's own benchmark. Its result file has a line `model,seconds,peak working set,processor %,run` per call, and statistics behind
 * them with `-s` (onnxruntime/test/perftest/performance_runner.h). It appends: what is read is the last series of runs from 0.
 */
import { inMs, lastMatch, numberOf, numberPattern, samples, summary, unread } from '../timings.ts';
import type { Preset } from './preset.ts';

const row = new RegExp(`^(?:.*),(${numberPattern}),\\d+,-?\\d+,(\\d+)$`);

export const onnxruntimePerfTest: Preset = {
  file: {
    ending: 'result.csv',
    parse: text => {
      const rows = text.split(/\r?\n/).flatMap(line => {
        const [, seconds, run] = row.exec(line.trim()) ?? [];
        return seconds === undefined ? [] : [{ ms: inMs(numberOf(seconds), 's'), run: Number(run) }];
      });
      const from = rows.findLastIndex(({ run }) => run === 0);
      if (from < 0) return unread('expected lines such as model,0.0123,123456,98,0');
      return samples(rows.slice(from).map(({ ms }) => ms));
    },
  },
  parse: text => {
    // "P50 Latency: 0.0123 s", and "P50 Latency is 0.0123sec" as it stands in the file.
    const median = lastMatch(text, new RegExp(`P50 Latency(?::| is) ?(${numberPattern}) ?s(?:ec)?\\b`));
    if (median) return summary('median', inMs(numberOf(median[1]), 's'), runsOf(text));
    const mean = lastMatch(text, new RegExp(`Average inference time cost(?: total)?: (${numberPattern}) ms`));
    return mean ? summary('mean', numberOf(mean[1]), runsOf(text)) : unread('expected a line "P50 Latency: ... s"');
  },
  resolutionMs: 1e-4,
};

function runsOf(text: string): number | null {
  const found = lastMatch(text, /Total inference requests: (\d+)/);
  return found ? Number(found[1]) : null;
}
