/**
 * NVIDIA's trtexec. `--exportTimes` writes one record per query (samples/common/sampleReporting.cpp): times since the start, and
 * `latencyMs`, which is copying to the device, computing and copying back. The queries of the warm-up are among them; they are
 * those that began to compute before `--warmUp` milliseconds, 200 unless it says otherwise (samples/trtexec/tracer.py, `--start`).
 */
import {
  type Called,
  isRecord,
  lastMatch,
  numberOf,
  numberPattern,
  parseJson,
  samples,
  summary,
  unread,
} from '../timings.ts';
import type { Preset } from './preset.ts';

const usualWarmUpMs = 200;

export const trtexec: Preset = {
  file: {
    ending: 'times.json',
    parse: (text, called) => {
      const read = parseJson(text);
      if ('why' in read) return unread(read.why);
      if (!Array.isArray(read.value)) return unread('expected the list of --exportTimes');
      const warmUpMs = warmUpOf(called);
      const rows = read.value.filter(isRecord).filter(row => !(numberOf(row.startComputeMs) < warmUpMs));
      if (rows.length === 0) return unread(`all of its ${read.value.length} queries were made while it warmed up`);
      return samples(rows.map(latencyOf));
    },
  },
  parse: text => {
    // "[I] Latency: min = .. ms, ..., median = .. ms", but not "H2D Latency:" nor "End-to-End Host Latency:".
    const line = lastMatch(text, new RegExp(`^(?:\\[.*\\])?\\s*Latency: .*median = (${numberPattern}) ms`));
    // Before version 8: a heading "Host Latency", then one line for each figure.
    const block = lastMatch(text, new RegExp(`Host Latency$[^]*?\\bmedian: (${numberPattern}) ms`));
    const found = line ?? block;
    return found ? summary('median', numberOf(found[1])) : unread('expected a line "Latency: ... median = ... ms"');
  },
  resolutionMs: 1e-3,
};

function warmUpOf({ argv }: Called): number {
  const said = argv.map(each => /^--warmUp=(\d+(?:\.\d+)?)$/.exec(each)?.[1]).findLast(each => each !== undefined);
  return said === undefined ? usualWarmUpMs : Number(said);
}

/** Older versions call the copies `inMs` and `outMs`. */
function latencyOf(row: Readonly<Record<string, unknown>>): number {
  if (row.latencyMs !== undefined) return numberOf(row.latencyMs);
  return numberOf(row.h2dMs ?? row.inMs) + numberOf(row.computeMs) + numberOf(row.d2hMs ?? row.outMs);
}
