/**
 * Every tool's output in its documented form, written by hand after the sources named below; the figures are chosen, so that what must come out is known.
 */
import { describe, expect, test } from 'vitest';
import { presets } from '../../../../src/device/command/presets/presets.ts';
import type { Timings } from '../../../../src/device/command/timings.ts';

const called = { argv: [] };
const file = (name: keyof typeof presets, text: string, argv: readonly string[] = []): Timings => {
  const preset = presets[name];
  if (!preset.file) throw new Error(`${name} writes no file`);
  return preset.file.parse(text, { argv });
};
const printed = (name: keyof typeof presets, text: string): Timings => presets[name].parse(text, called);
const whyNot = (read: Timings): string => (read.kind === 'unread' ? read.why : `read as ${read.kind}`);

// NVIDIA/TensorRT, samples/common/sampleReporting.cpp (exportJSONTrace, printPerformanceReport); samples/trtexec/tracer.py
describe('trtexec', () => {
  const query = (startMs: number, h2d: number, compute: number, d2h: number) => ({
    startEnqMs: startMs - 0.1,
    endEnqMs: startMs + 0.4,
    startH2dMs: startMs - h2d,
    endH2dMs: startMs,
    startComputeMs: startMs,
    endComputeMs: startMs + compute,
    startD2hMs: startMs + compute,
    endD2hMs: startMs + compute + d2h,
    h2dMs: h2d,
    computeMs: compute,
    d2hMs: d2h,
    latencyMs: h2d + compute + d2h,
  });
  const times = JSON.stringify([
    query(12, 1, 9, 1),
    query(199.9, 1, 8, 1),
    query(200, 0.5, 2, 0.25),
    query(503, 0.5, 4, 0.5),
  ]);

  test('--exportTimes: queries of the warm-up are left out, 200 ms of it unless the command says otherwise', () => {
    expect(file('trtexec', times)).toEqual({ kind: 'samples', samplesMs: [2.75, 5] });
    expect(file('trtexec', times, ['trtexec', '--warmUp=500'])).toEqual({ kind: 'samples', samplesMs: [5] });
    expect(file('trtexec', times, ['trtexec', '--warmUp=0'])).toMatchObject({ samplesMs: [11, 10, 2.75, 5] });
    expect(whyNot(file('trtexec', times, ['--warmUp=900']))).toBe('all of its 4 queries were made while it warmed up');
  });

  test('the names that older versions have for the copies', () => {
    const old = [
      {
        startInMs: 300,
        endInMs: 301,
        startComputeMs: 301,
        endComputeMs: 304,
        startOutMs: 304,
        endOutMs: 304.5,
        inMs: 1,
        computeMs: 3,
        outMs: 0.5,
      },
    ];
    expect(file('trtexec', JSON.stringify(old))).toEqual({ kind: 'samples', samplesMs: [4.5] });
    expect(file('trtexec', JSON.stringify(old.map(row => ({ ...row, latencyMs: 4.5, endToEndMs: 6 }))))).toMatchObject({
      samplesMs: [4.5],
    });
  });

  test('half a file, and another one', () => {
    expect(whyNot(file('trtexec', times.slice(0, -40)))).toMatch(/not whole JSON/);
    expect(whyNot(file('trtexec', ''))).toBe('its file is empty');
    expect(whyNot(file('trtexec', '{}'))).toBe('expected the list of --exportTimes');
  });

  test('standard output: the latency with its copies, and not one part of it', () => {
    const text = `[05/27/2026-12:05:31] [I] === Performance summary ===
[05/27/2026-12:05:31] [I] Throughput: 120.699 qps
[05/27/2026-12:05:31] [I] Latency: min = 9.11414 ms, max = 11.7442 ms, mean = 9.81005 ms, median = 9.76404 ms, percentile(90%) = 10.1075 ms
[05/27/2026-12:05:31] [I] Enqueue Time: min = 0.5 ms, max = 0.6 ms, mean = 0.5 ms, median = 0.5274 ms, percentile(90%) = 0.54 ms
[05/27/2026-12:05:31] [I] H2D Latency: min = 1.5 ms, max = 1.6 ms, mean = 1.5 ms, median = 1.5544 ms, percentile(90%) = 1.55 ms
[05/27/2026-12:05:31] [I] GPU Compute Time: min = 7.5 ms, max = 10.1 ms, mean = 8.2 ms, median = 8.19409 ms, percentile(90%) = 8.5 ms`;
    expect(printed('trtexec', text)).toEqual({ kind: 'summary', statistic: 'median', ms: 9.76404, calls: null });
    const old = `[05/09/2021-17:02:32] [I] Host Latency
[05/09/2021-17:02:32] [I] min: 2.38 ms (end to end 2.39 ms)
[05/09/2021-17:02:32] [I] median: 2.50391 ms (end to end 2.51367 ms)
[05/09/2021-17:02:32] [I] Enqueue Time
[05/09/2021-17:02:32] [I] median: 0.811768 ms
[05/09/2021-17:02:32] [I] GPU Compute
[05/09/2021-17:02:32] [I] median: 2.45142 ms`;
    expect(printed('trtexec', old)).toMatchObject({ statistic: 'median', ms: 2.50391 });
    expect(whyNot(printed('trtexec', '&&&& FAILED TensorRT.trtexec'))).toMatch(/expected a line "Latency/);
  });
});

// microsoft/onnxruntime, onnxruntime/test/perftest/performance_runner.h (DumpToFile) and README.md (sample output)
describe('onnxruntime_perf_test', () => {
  test('the result file, which it appends to: the last series counts, statistics behind it do not', () => {
    const series = (seconds: readonly (number | string)[]): string =>
      seconds.map((each, run) => `resnet,v1.5,${each},271122432,98,${run}\n`).join('');
    const behind = '\nMin Latency is 0.01sec\nMax Latency is 0.02sec\nP50 Latency is 0.0123sec\n';
    expect(
      file('onnxruntime_perf_test', `${series([9, 9, 9])}${behind}${series([0.0125, '1.5e-02', 0.013])}${behind}`),
    ).toEqual({
      kind: 'samples',
      samplesMs: [12.5, 15, 13],
    });
    expect(whyNot(file('onnxruntime_perf_test', behind))).toMatch(/expected lines such as/);
  });

  test('what it prints: seconds, with a space before the unit or without one', () => {
    const text = `Session creation time cost: 0.217932 s
First inference time cost: 196 ms
Total inference time cost: 0.49481 s
Total inference requests: 5
Average inference time cost total: 98.961997 ms
Number of inferences per second: 10.104`;
    expect(printed('onnxruntime_perf_test', text)).toEqual({
      kind: 'summary',
      statistic: 'mean',
      ms: 98.961997,
      calls: 5,
    });
    const spaced = `${text}\nMin Latency: 0.0958204 s\nP50 Latency: 0.0995086 s\nP90 Latency: 0.101519 s\n`;
    expect(printed('onnxruntime_perf_test', spaced)).toEqual({
      kind: 'summary',
      statistic: 'median',
      ms: 99.5086,
      calls: 5,
    });
    expect(printed('onnxruntime_perf_test', 'P50 Latency is 0.0123sec')).toMatchObject({ ms: 12.3 });
    expect(printed('onnxruntime_perf_test', 'P50 Latency is 9.5e-05sec')).toMatchObject({
      statistic: 'median',
      ms: 0.095,
    });
  });
});

// Ascend tools, ais-bench_workload/tool/ais_bench/ais_bench/infer/summary.py, older and newer
describe('ais_bench', () => {
  const summary = (list: unknown) =>
    JSON.stringify({
      filesinfo: {},
      NPU_compute_time: { min: 5.5, max: 6, mean: 5.7, median: 5.625, 'percentile(99%)': 6, count: 3 },
      H2D_latency: { min: 0.2, max: 0.3, mean: 0.25, median: 0.25, 'percentile(99%)': 0.3, count: 3 },
      D2H_latency: { min: 0.1, max: 0.1, mean: 0.1, median: 0.1, 'percentile(99%)': 0.1, count: 3 },
      ...(list ? { npu_compute_time_list: list } : {}),
      throughput: 175.4,
      pid: 4711,
      args: ['--model', 'x.om', '--loop', '3'],
    });

  test('the summary file', () => {
    expect(file('ais_bench', summary([6, 5.5, 5.625]))).toEqual({ kind: 'samples', samplesMs: [6, 5.5, 5.625] });
    // With several threads: starts and ends.
    expect(
      file(
        'ais_bench',
        summary([
          [10, 16],
          [16.25, 22],
        ]),
      ),
    ).toEqual({ kind: 'samples', samplesMs: [6, 5.75] });
    expect(file('ais_bench', summary(null))).toEqual({ kind: 'summary', statistic: 'median', ms: 5.625, calls: 3 });
    expect(whyNot(file('ais_bench', summary([1]).slice(0, 200)))).toMatch(/not whole JSON/);
  });

  test('what it prints: lines in older versions, a table in newer ones', () => {
    const lines = `[INFO] -----------------Performance Summary------------------
[INFO] H2D_latency (ms): min = 0.2384, max = 0.2384, mean = 0.2384, median = 0.2384, percentile(99%) = 0.2384
[INFO] NPU_compute_time (ms): min = 5.5, max = 6.1, mean = 5.8, median = 5.828554630279541, percentile(99%) = 6.0
[INFO] throughput (1000*batchsize/NPU_compute_time): 171.56`;
    expect(printed('ais_bench', lines)).toEqual({
      kind: 'summary',
      statistic: 'median',
      ms: 5.828554630279541,
      calls: null,
    });
    const table = `│ Metric                │    min │    max │   mean │ median │    P99 │
╞═══════════════════════╪════════╪════════╪════════╪════════╪════════╡
│ NPU_compute_time (ms) │ 5.5000 │ 6.1000 │ 5.8000 │ 5.8286 │ 6.0000 │`;
    expect(printed('ais_bench', table)).toMatchObject({ statistic: 'median', ms: 5.8286 });
  });
});

// Ascend tools, msame/README.md
test('msame: every loop but the first, else the mean without it', () => {
  const loops = (times: readonly number[]): string =>
    times.map(ms => `[INFO] model execute success\nInference time: ${ms}ms\n`).join('');
  const end =
    'Inference average time: 12.5 ms\nInference average time without first time: 10.25 ms\n[INFO] unload model success';
  expect(printed('msame', `${loops([30, 10.5, 10])}${end}`)).toEqual({ kind: 'samples', samplesMs: [10.5, 10] });
  expect(printed('msame', end)).toEqual({ kind: 'summary', statistic: 'mean', ms: 10.25, calls: null });
  expect(printed('msame', 'Inference average time : 2.41 ms')).toMatchObject({ ms: 2.41 });
  expect(whyNot(printed('msame', '[ERROR] load model failed'))).toMatch(/expected a line/);
});

// openvinotoolkit/openvino, tools/benchmark_tool (the Python tool writes texts) and samples/cpp/benchmark_app/statistics_report.cpp
describe('openvino', () => {
  test('the report of the Python tool, and of the C++ sample', () => {
    const python = {
      cmd_options: {},
      execution_results: {
        'first inference time (ms)': '24.26',
        'total number of iterations': '20',
        'latency (ms)': '28.97',
        'avg latency': '45.50',
        throughput: '21.90',
      },
    };
    expect(file('openvino', JSON.stringify(python))).toEqual({
      kind: 'summary',
      statistic: 'median',
      ms: 28.97,
      calls: 20,
    });
    const sample = { execution_results: { latency_median: 13.5, latency_average: 14, total_num_iterations: 64 } };
    expect(file('openvino', JSON.stringify(sample))).toEqual({
      kind: 'summary',
      statistic: 'median',
      ms: 13.5,
      calls: 64,
    });
  });

  test('a report of an error says which', () => {
    const error = { execution_results: { error: 'Input input is dynamic. Provide data shapes!' } };
    expect(whyNot(file('openvino', JSON.stringify(error)))).toBe('Input input is dynamic. Provide data shapes!');
    expect(whyNot(file('openvino', '{"execution_results": {"lat'))).toMatch(/not whole JSON/);
  });

  test('what it prints', () => {
    const text = `[ INFO ] Count:            20 iterations
[ INFO ] Duration:         913.20 ms
[ INFO ] Latency:
[ INFO ]    Median:        28.97 ms
[ INFO ]    Average:       45.50 ms`;
    expect(printed('openvino', text)).toEqual({ kind: 'summary', statistic: 'median', ms: 28.97, calls: 20 });
  });
});

// tensorflow/tensorflow, tensorflow/lite/tools/benchmark/README.md and benchmark_model.cc; the app: tools/benchmark/android/README.md
describe('benchmark_model', () => {
  const newer = `INFO: Running benchmark for at least 1 iterations and at least 0.5 seconds but terminate if exceeding 150 seconds.
INFO: count=1 curr=1357602 p5=1357602 median=1357602 p95=1357602

INFO: Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 seconds.
INFO: count=50 first=1249964 curr=1240143 min=1238588 max=1252566 avg=1.24027e+06 std=2565 p5=1238753 median=1239807 p95=1247415

INFO: Inference timings in us: Init: 5579, First inference: 1357602, Warmup (avg): 1.3576e+06, Inference (avg): 1.24027e+06
INFO: Note: as the benchmark tool itself affects memory footprint, the following is only APPROXIMATE`;
  const older = newer.replaceAll(/ p5=.*$/gm, '');

  test('microseconds, the median where there is one, numbers with an exponent', () => {
    expect(printed('benchmark_model', newer)).toEqual({
      kind: 'summary',
      statistic: 'median',
      ms: 1239.807,
      calls: 50,
    });
    const mean = printed('benchmark_model', older);
    expect(mean).toMatchObject({ kind: 'summary', statistic: 'mean', calls: 50 });
    expect(mean.kind === 'summary' && mean.ms).toBeCloseTo(1240.27, 6);
  });

  test('the log of a phone', () => {
    const log = older
      .split('\n')
      .filter(line => line !== '')
      .map(line => `11-30 02:10:11.123  4711  4711 I tflite  : ${line.replace('INFO: ', '')}`)
      .join('\r\n');
    const mean = printed('benchmark_model', `--------- beginning of main\n${log}`);
    expect(mean).toMatchObject({ kind: 'summary', statistic: 'mean', calls: 50 });
    expect(mean.kind === 'summary' && mean.ms).toBeCloseTo(1240.27, 6);
    expect(whyNot(printed('benchmark_model', log.slice(0, 300)))).toMatch(/expected a line "Inference timings/);
  });
});

// Tencent/ncnn, benchmark/benchncnn.cpp and README.md
test('benchncnn: the mean of the loops', () => {
  const text = `loop_count = 8
num_threads = 2
powersave = 0
gpu_device = -1
cooling_down = 1
          resnet18.param  min =   11.43  max =   12.01  avg =   11.62`;
  expect(printed('benchncnn', text)).toEqual({ kind: 'summary', statistic: 'mean', ms: 11.62, calls: 8 });
  expect(whyNot(printed('benchncnn', 'fopen failed'))).toMatch(/expected a line/);
});
