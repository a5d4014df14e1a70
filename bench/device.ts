/**
 * What measuring through an agent costs, and whether it says the same: the candidates of a study of ResNet-18 are sent to an agent on this machine
 * (bytes, time beside the measurement), and one of them is measured again and again, here and through the agent in turn. Wants a quiet machine.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Device, ModelFile, PairedLatency } from '../src/device/device.ts';
import { openDevice } from '../src/device/open.ts';
import { latencyBudget, parseHardwareProfile } from '../src/device/profile.ts';
import { median } from '../src/stats/robust.ts';
import { benchAgent } from './device/agent.ts';
import { type BuiltTrial, builtTrials } from './device/candidates.ts';

const root = join(import.meta.dirname, '..');
const dense = join(root, '..', 'shared', 'assets', 'models', 'resnet18-hybrid.bn.onnx');

interface Sent {
  readonly trial: number;
  readonly modelBytes: number;
  readonly sentBytes: number;
  readonly share: number;
  readonly wallMs: number;
  /** Of that, what was not the measurement itself. */
  readonly besideMs: number;
}

/** `[--hardware H.yaml] [--times 20] [--trial 12] [--out F.json]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      hardware: { type: 'string', default: join(root, 'hardware-profiles', 'cpu-2-threads.yaml') },
      times: { type: 'string', default: '20' },
      trial: { type: 'string', default: '12' },
      out: { type: 'string' },
    },
  });
  if (!existsSync(dense)) {
    console.log(`Skipped: there is no model at ${dense}.`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-bench-'));
  const trials = await builtTrials(join(root, 'results', 'reference', 'resnet18', 'study.sqlite'), 'resnet18');
  const agent = await benchAgent(folder, values.hardware);
  const text = readFileSync(values.hardware, 'utf8');
  const local = parseHardwareProfile(text, values.hardware);
  const remote = {
    ...local,
    driver: {
      kind: 'remote',
      address: `127.0.0.1:${agent.port}`,
      tokenFile: agent.tokenFile,
      reconnectMs: 60_000,
      exact: false,
    },
  } as const;
  const onWait = (message: string): void => console.log(message);
  const here = await openDevice(local, { scratchDir: folder, onWait });
  const there = await openDevice(remote, { scratchDir: folder, onWait });
  try {
    const files = trials.map(trial => ({ ...trial, file: written(folder, trial) }));
    const [reference, ...candidates] = files;
    if (!reference) throw new Error('the study has no dense model');
    const timed = async (device: Device, trial: (typeof files)[number], seed: number) => {
      const beganMs = performance.now();
      const { uncorrected } = trial;
      const plain = uncorrected ? () => uncorrected : undefined;
      const answer = await device.latency(trial.file, reference.file, latencyBudget(local, seed), plain);
      if (answer.state === 'failed') throw new Error(answer.detail);
      return { latency: answer.value, wallMs: performance.now() - beganMs };
    };
    const sent: Sent[] = [];
    for (const trial of files) {
      const before = agent.sent();
      const { latency, wallMs } = await timed(there, trial, trial.number);
      const sentBytes = agent.sent() - before;
      const modelBytes = trial.bytes.length;
      const each = { trial: trial.number, modelBytes, sentBytes, share: sentBytes / modelBytes };
      sent.push({ ...each, wallMs, besideMs: wallMs - latency.wallMs });
      console.log(sentLine(sent.at(-1)));
    }
    const later = sent.slice(2);
    console.log(`after the first candidate, the median one sends ${percent(median(later.map(({ share }) => share)))}`);
    const overhead = median(later.map(({ besideMs, wallMs }) => besideMs / wallMs));
    console.log(`beside the measurement, the median one takes ${percent(overhead)} of its time`);

    const chosen = candidates.find(({ number }) => number === Number(values.trial)) ?? candidates.at(-1) ?? reference;
    const taken: { readonly where: 'here' | 'there'; readonly latency: PairedLatency; readonly wallMs: number }[] = [];
    for (let i = 0; i < Number(values.times); i++) {
      const order = i % 2 === 0 ? (['here', 'there'] as const) : (['there', 'here'] as const);
      for (const where of order) {
        const found = await timed(where === 'here' ? here : there, chosen, 1000 + i);
        taken.push({ where, ...found });
        console.log(
          `${where.padEnd(5)} ${found.latency.ratio.toFixed(4)} ${found.latency.quality} ${(found.wallMs / 1000).toFixed(1)} s`,
        );
      }
    }
    const ratios = (where: string): number[] =>
      taken.filter(each => each.where === where).map(({ latency }) => latency.ratio);
    const [a, b] = taken.length > 0 ? [median(ratios('here')), median(ratios('there'))] : [Number.NaN, Number.NaN];
    console.log(`median ratio here ${a.toFixed(4)}, through the agent ${b.toFixed(4)}: ${percent(b / a - 1)} apart`);
    if (values.out)
      writeFileSync(
        values.out,
        `${JSON.stringify(
          {
            environment: taken.at(-1)?.latency.environment ?? null,
            trial: chosen.number,
            sent,
            medianShare: median(later.map(({ share }) => share)),
            medianOverhead: overhead,
            ratios: { here: ratios('here'), there: ratios('there') },
            disturbed: taken.filter(({ latency }) => latency.quality === 'disturbed').length,
            medians: { here: a, there: b },
          },
          null,
          1,
        )}\n`,
      );
  } finally {
    await there.close();
    await here.close();
    agent.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function written(folder: string, { number, bytes, sha256 }: BuiltTrial): ModelFile {
  const path = join(folder, `${number}.onnx`);
  writeFileSync(path, bytes);
  return { path, sha256 };
}

const sentLine = (each: Sent | undefined): string =>
  each
    ? [
        `trial ${String(each.trial).padStart(3)}`,
        `${(each.modelBytes / 1e6).toFixed(1).padStart(6)} MB`,
        `sent ${(each.sentBytes / 1e6).toFixed(2).padStart(6)} MB (${percent(each.share)})`,
        `${(each.wallMs / 1000).toFixed(1)} s, ${(each.besideMs / 1000).toFixed(2)} s beside the measurement`,
      ].join('  ')
    : '';

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
