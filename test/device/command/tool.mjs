// A benchmark tool as others have them, in forty lines: times one model with ONNX Runtime and tells every call.
//   node tool.mjs MODEL SHAPE RUNS WARMUP [OUT]      writes OUT/times.json, or prints, {"version": .., "times": [microseconds]}
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.env.ORT_DISABLE_TELEMETRY = '1';
const { default: ort } = await import('onnxruntime-node');
const [model, shape, runs, warmup, out] = process.argv.slice(2);
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 4 });
const sizes = shape.split(',').map(Number);
const length = sizes.reduce((product, size) => product * size, 1);
const feeds = { [session.inputNames[0]]: new ort.Tensor('float32', new Float32Array(length).fill(0.5), sizes) };
for (let i = 0; i < Number(warmup); i++) await session.run(feeds);
const times = [];
for (let i = 0; i < Number(runs); i++) {
  const start = performance.now();
  await session.run(feeds);
  times.push(Math.round(1e6 * (performance.now() - start)) / 1000);
}
const text = JSON.stringify({ version: 1, times });
if (out) writeFileSync(join(out, 'times.json'), text);
else console.log(`tool 1.0\n${text}`);
