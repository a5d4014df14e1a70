/** The tools whose output is known, by the name that a profile says. A new one is a file here and a line in this table. */
import { aisBench } from './ais-bench.ts';
import { benchmarkModel } from './benchmark-model.ts';
import { benchncnn } from './benchncnn.ts';
import { msame } from './msame.ts';
import { onnxruntimePerfTest } from './onnxruntime-perf-test.ts';
import { openvino } from './openvino.ts';
import type { Preset } from './preset.ts';
import { trtexec } from './trtexec.ts';

export const presetNames = [
  'openvino',
  'trtexec',
  'onnxruntime_perf_test',
  'ais_bench',
  'msame',
  'benchmark_model',
  'benchncnn',
] as const;
export type PresetName = (typeof presetNames)[number];

export const presets: Readonly<Record<PresetName, Preset>> = {
  openvino,
  trtexec,
  onnxruntime_perf_test: onnxruntimePerfTest,
  ais_bench: aisBench,
  msame,
  benchmark_model: benchmarkModel,
  benchncnn,
};
