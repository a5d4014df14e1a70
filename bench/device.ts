/**
 * What measuring through an agent costs, and whether it says the same: the candidates of a study of ResNet-18 are sent to an agent on this machine
 * (bytes, time beside the measurement), and one of them is measured again and again, here and through the agent in turn. Wants a quiet machine.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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

interface Repeat {
  readonly where: 'here' | 'there';
  readonly latency: PairedLatency;
}

/** Beside other work a measurement waits no longer than this: it is to end unattended. */
const mostWaitMs = 15_000;

/**
 * Ends within `--minutes`, with fewer repeats where the machine is slow.
 *
 * `[--hardware H.yaml] [--times 20] [--trial 12] [--minutes 24] [--seed 1000] [--out F.json]`
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      hardware: { type: 'string', default: join(root, 'hardware-profiles', 'cpu-2-threads.yaml') },
      times: { type: 'string', default: '20' },
      trial: { type: 'string', default: '12' },
      minutes: { type: 'string', default: '24' },
      seed: { type: 'string', default: '1000' },
      out: { type: 'string', default: join(root, 'results', 'reference', 'devices', 'agent.json') },
    },
  });
  if (!existsSync(dense)) {
    console.log(`Skipped: there is no model at ${dense}.`);
    return;
  }
  const beganMs = performance.now();
  const leftMs = (): number => 60_000 * Number(values.minutes) - (performance.now() - beganMs);
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-bench-'));
  const trials = await builtTrials(join(root, 'results', 'reference', 'resnet18', 'study.sqlite'), 'resnet18');
  const agent = await benchAgent(folder, values.hardware);
  const local = parseHardwareProfile(readFileSync(values.hardware, 'utf8'), values.hardware);
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
      const startMs = performance.now();
      const { uncorrected } = trial;
      const plain = uncorrected ? () => uncorrected : undefined;
      const budget = latencyBudget(local, seed);
      const waitMs = Math.max(0, Math.min(mostWaitMs, budget.waitMs ?? 0, leftMs()));
      const answer = await device.latency(trial.file, reference.file, { ...budget, waitMs }, plain);
      if (answer.state === 'failed') throw new Error(answer.detail);
      return { latency: answer.value, wallMs: performance.now() - startMs };
    };
    const sent: Sent[] = [];
    const taken: Repeat[] = [];
    const chosen = candidates.find(({ number }) => number === Number(values.trial)) ?? candidates.at(-1) ?? reference;
    /** What is known so far is on disk, whatever happens next. */
    const write = (): void => {
      if (values.out)
        writeFileSync(
          values.out,
          `${JSON.stringify({ hardware: basename(values.hardware), seed: Number(values.seed), ...resultOf(), seconds: seconds() }, null, 1)}\n`,
        );
    };
    const seconds = (): number => Math.round((performance.now() - beganMs) / 1000);
    const resultOf = () => resultsOf(sent, taken, chosen.number);
    for (const trial of files) {
      const before = agent.sent();
      const { latency, wallMs } = await timed(there, trial, trial.number);
      const sentBytes = agent.sent() - before;
      const modelBytes = trial.bytes.length;
      const each = { trial: trial.number, modelBytes, sentBytes, share: sentBytes / modelBytes };
      sent.push({ ...each, wallMs, besideMs: wallMs - latency.wallMs });
      console.log(sentLine(sent.at(-1)));
    }
    let slowestMs = 0;
    for (let i = 0; i < Number(values.times) && leftMs() > 2 * slowestMs; i++) {
      const order = i % 2 === 0 ? (['here', 'there'] as const) : (['there', 'here'] as const);
      for (const where of order) {
        const { latency, wallMs } = await timed(where === 'here' ? here : there, chosen, Number(values.seed) + i);
        taken.push({ where, latency });
        slowestMs = Math.max(slowestMs, wallMs);
        console.log(
          `${where.padEnd(5)} ${latency.ratio.toFixed(4)} ${latency.quality} ${(wallMs / 1000).toFixed(1)} s`,
        );
      }
      write();
    }
    const { medianShare, medianOverhead, medians, apart, repeats, disturbed } = resultOf();
    console.log(
      `after the first candidate, the median one sends ${percent(medianShare)} of its bytes (wanted: below 10 %)`,
    );
    console.log(
      `beside the measurement, the median one takes ${percent(medianOverhead)} of its time (wanted: below 5 %)`,
    );
    console.log(
      `median ratio of ${repeats} repeats here ${medians.here.toFixed(4)}, through the agent ${medians.there.toFixed(4)}: ${percent(apart)} apart (wanted: within 1 %); ${disturbed} of ${taken.length} were disturbed`,
    );
    write();
  } finally {
    await there.close();
    await here.close();
    agent.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function resultsOf(sent: readonly Sent[], taken: readonly Repeat[], trial: number) {
  const later = sent.slice(2);
  const ratios = (where: string): number[] =>
    taken.filter(each => each.where === where).map(({ latency }) => latency.ratio);
  const medians = { here: middle(ratios('here')), there: middle(ratios('there')) };
  return {
    environment: taken.at(-1)?.latency.environment ?? null,
    load: taken.at(-1)?.latency.load ?? null,
    trial,
    sent,
    medianShare: middle(later.map(({ share }) => share)),
    medianOverhead: middle(later.map(({ besideMs, wallMs }) => besideMs / wallMs)),
    ratios: { here: ratios('here'), there: ratios('there') },
    repeats: Math.floor(taken.length / 2),
    disturbed: taken.filter(({ latency }) => latency.quality === 'disturbed').length,
    medians,
    apart: medians.there / medians.here - 1,
  };
}

const middle = (numbers: readonly number[]): number => (numbers.length === 0 ? Number.NaN : median(numbers));

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
