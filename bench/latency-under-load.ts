/**
 * Does a ratio that is called good hold, whatever else runs on the machine? The quiet ratio of three candidates first, then
 * measurements beside loads of six kinds. To be run on a machine that is quiet but for these loads.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { PairedLatency } from '../src/device/device.ts';
import { openDevice } from '../src/device/open.ts';
import { latencyBudget, parseHardwareProfile } from '../src/device/profile.ts';
import { currentEnvironment } from '../src/host/environment.ts';
import { type Pair, pairFor } from './latency-under-load/candidates.ts';
import { type Kept, keptOf, type Row, rowOf, type Truth, truthOf } from './latency-under-load/figures.ts';
import { loads } from './latency-under-load/loads.ts';

const root = join(import.meta.dirname, '..');
const models = join(root, '..', 'shared', 'assets', 'models');
const networks: Readonly<Record<string, string>> = {
  resnet18: join(models, 'resnet18-hybrid.bn.onnx'),
  mobilenet: join(models, 'mobilenet_v1_0.75_224.bn.onnx'),
  resnet56: join(models, 'resnet56.bn.onnx'),
};
/** The quiet ratio must be had, however long that takes. */
const patientMs = 3_600_000;

/**
 * `[--networks resnet18,...] [--model M.onnx] [--loads one,...] [--repeats 20] [--times 10] [--wait 5000] [--hardware H.yaml]
 * [--out F.json]`; `--model` is measured in place of the networks beside the checkout, and is what the loads run.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      networks: { type: 'string', default: Object.keys(networks).join(',') },
      model: { type: 'string' },
      loads: { type: 'string', default: loads.map(({ name }) => name).join(',') },
      repeats: { type: 'string', default: '20' },
      times: { type: 'string', default: '10' },
      wait: { type: 'string', default: '5000' },
      hardware: { type: 'string', default: join(root, 'hardware-profiles', 'cpu-2-threads.yaml') },
      out: { type: 'string' },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-bench-'));
  const profile = parseHardwareProfile(readFileSync(values.hardware, 'utf8'), values.hardware);
  const device = await openDevice(profile, { scratchDir: folder });
  const { cpuModel } = currentEnvironment();
  let seed = 0;
  const measure = async (
    { candidate, dense }: Pair,
    quietMs: number | null,
    waitMs: number,
  ): Promise<PairedLatency> => {
    const budget = {
      ...latencyBudget(profile, seed++),
      waitMs,
      quietReferenceMs: quietMs === null ? {} : { [cpuModel]: quietMs },
    };
    const answer = await device.latency(candidate, dense, budget);
    if (answer.state === 'failed') throw new Error(answer.detail);
    return answer.value;
  };
  const results: { network: string; truth: Truth; rows: Row[]; measured: Record<string, Kept[]> }[] = [];
  try {
    const wanted = values.model ? { model: values.model } : only(networks, values.networks);
    for (const [name, path] of Object.entries(wanted)) {
      const pair = await pairFor(name, path, values.hardware, folder);
      if (!pair) continue;
      const quiet: PairedLatency[] = [];
      for (let i = 0; i < Number(values.repeats); i++) quiet.push(await measure(pair, null, patientMs));
      const truth = truthOf(quiet);
      const quietMs = [...quiet].sort((a, b) => a.referenceMs - b.referenceMs)[quiet.length >> 1]?.referenceMs ?? null;
      console.log(truthLine(truth));
      const rows: Row[] = [];
      const kept: Record<string, Kept[]> = { quiet: quiet.map(keptOf) };
      for (const load of loads.filter(each => values.loads.split(',').includes(each.name))) {
        const running = await load.start(values.model ?? networks.resnet18 ?? path);
        const measured: PairedLatency[] = [];
        try {
          for (let i = 0; i < Number(values.times); i++)
            measured.push(await measure(pair, quietMs, Number(values.wait) * (load.name === 'bursts' ? 6 : 1)));
        } finally {
          await running.stop();
        }
        rows.push(rowOf(load.name, measured, truth));
        kept[load.name] = measured.map(keptOf);
        console.log(rowLine(rows.at(-1)!));
      }
      results.push({ network: name, truth, rows, measured: kept });
    }
  } finally {
    await device.close();
    rmSync(folder, { recursive: true, force: true });
  }
  report(results);
  if (values.out) {
    const { wait, repeats, times } = values;
    const record = { command: { wait, repeats, times }, environment: currentEnvironment(), results };
    writeFileSync(values.out, `${JSON.stringify(record, null, 2)}\n`);
  }
}

const only = (all: Readonly<Record<string, string>>, names: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => names.split(',').includes(name)));

const percent = (share: number | null): string => (share === null ? '-' : `${(100 * share).toFixed(1)} %`);

const truthLine = ({ ratio, standardError, spread, repeats, held }: Truth): string =>
  `  quiet: ${ratio.toFixed(4)} (standard error ${percent(standardError)}, single ones spread by ${percent(spread)}); ${held} of ${repeats} intervals hold it`;

const rowLine = (row: Row): string =>
  [
    `  ${row.load.padEnd(8)}`,
    `good ${String(row.good).padStart(2)}, bias ${percent(row.biasGood)}, interval holds ${row.heldGood}`,
    `disturbed ${String(row.disturbed).padStart(2)}, bias ${percent(row.biasDisturbed)} (at worst ${percent(row.worstDisturbed)}), interval holds ${row.heldDisturbed}`,
    `waited ${(row.meanWaitedMs / 1000).toFixed(1)} s`,
  ].join('; ');

function report(results: readonly { readonly truth: Truth; readonly rows: readonly Row[] }[]): void {
  const quiet = results.map(({ truth }) => truth);
  const rows = results.flatMap(each => each.rows);
  const total = (key: 'good' | 'disturbed' | 'heldGood' | 'heldDisturbed'): number =>
    rows.reduce((sum, row) => sum + row[key], 0);
  const held = quiet.reduce((sum, truth) => sum + truth.held, 0);
  const repeats = quiet.reduce((sum, truth) => sum + truth.repeats, 0);
  console.log(`\nquiet: ${held} of ${repeats} intervals hold the mean of their network`);
  console.log(`beside loads: ${total('heldGood')} of ${total('good')} good ones hold the quiet ratio`);
  console.log(`disturbed: ${total('disturbed')}, of which ${total('heldDisturbed')} wide intervals hold it`);
}
