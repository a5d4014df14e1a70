/**
 * How far do repeated measurements of one candidate lie apart? Measures it again and again and prints every ratio, their
 * standard deviation, and what an unpaired comparison would have said.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ModelFile, PairedLatency } from '../src/device/device.ts';
import { openDevice } from '../src/device/open.ts';
import { latencyBudget, parseHardwareProfile } from '../src/device/profile.ts';
import { wordWarning } from '../src/device/wording.ts';
import { median } from '../src/stats/robust.ts';

const root = join(import.meta.dirname, '..');
const defaultModel = join(root, '..', 'shared', 'assets', 'models', 'resnet18-hybrid.bn.onnx');

/** `[--model M.onnx] [--candidate C.onnx] [--hardware H.yaml] [--times 20]`; the candidate is the model itself by default. */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      model: { type: 'string', default: defaultModel },
      candidate: { type: 'string' },
      hardware: { type: 'string', default: join(root, 'hardware-profiles', 'cpu-2-threads.yaml') },
      times: { type: 'string', default: '20' },
    },
  });
  if (!existsSync(values.model)) {
    console.log(`Skipped: there is no model at ${values.model}. Name one with --model.`);
    return;
  }
  const profile = parseHardwareProfile(readFileSync(values.hardware, 'utf8'), values.hardware);
  const scratchDir = mkdtempSync(join(tmpdir(), 'rankfront-bench-'));
  const device = await openDevice(profile, { scratchDir, onWait: message => console.log(message) });
  const reference = modelFile(values.model);
  const candidate = modelFile(values.candidate ?? values.model);
  const results: PairedLatency[] = [];
  try {
    for (let i = 0; i < Number(values.times); i++) {
      const answer = await device.latency(candidate, reference, latencyBudget(profile, i));
      if (answer.state === 'failed') throw new Error(answer.detail);
      results.push(answer.value);
      console.log(line(i + 1, answer.value));
    }
  } finally {
    await device.close();
    rmSync(scratchDir, { recursive: true, force: true });
  }
  report(results);
}

function line(number: number, latency: PairedLatency): string {
  const [low, high] = latency.interval;
  const figures = [
    String(number).padStart(3),
    `ratio ${latency.ratio.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`,
    `candidate ${latency.candidateMs.toFixed(2)} ms`,
    `dense ${latency.referenceMs.toFixed(2)} ms`,
    `${latency.candidateSamplesMs.length} pairs in ${(latency.wallMs / 1000).toFixed(1)} s`,
    `ended by ${latency.endedBy}`,
  ];
  return [figures.join('  '), ...latency.warnings.map(each => `       ${wordWarning(each).seen}`)].join('\n');
}

function report(results: readonly PairedLatency[]): void {
  const ratios = results.map(each => each.ratio);
  const centre = median(ratios);
  const held = results.filter(({ interval: [low, high] }) => low <= centre && centre <= high).length;
  const candidates = results.map(each => each.candidateMs);
  console.log(
    `\nratio: mean ${mean(ratios).toFixed(4)}, standard deviation ${percent(relativeDeviation(ratios))} of it`,
  );
  console.log(`intervals that hold the median of all ratios: ${held} of ${results.length}`);
  console.log(`unpaired, the candidate's own medians would have spread by ${percent(relativeDeviation(candidates))}`);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function relativeDeviation(values: readonly number[]): number {
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, values.length - 1)) / centre;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const modelFile = (path: string): ModelFile => ({
  path,
  sha256: createHash('sha256').update(readFileSync(path)).digest('hex'),
});
