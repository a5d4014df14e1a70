/**
 * What retraining wins back, and what freezing saves on the way: a trial of a study is retrained by `rankfront retrain` once per
 * policy, everything else alike. Reported are top-1 before, after and of the dense model, and what it took to come within half a point
 * of the dense model: epochs, wall time, and the processor time of the training process, which other programs do not stretch.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open.ts';
import { readFront } from '../src/study/read/read-front.ts';

/** Points of top-1 below the dense model that count as won back. */
const near = 0.005;

interface Epoch {
  readonly epoch: number;
  readonly top1: number;
  readonly trainLoss: number;
  readonly frozenShare: number;
  readonly imagesPerSecond: number;
  readonly waitingShare: number;
  readonly stepMs: number;
  readonly wallMs: number;
  /** Of the training process since its start; null where the system does not say. */
  readonly cpuMs: number | null;
}

interface Recovery {
  readonly policy: string;
  readonly command: string;
  readonly denseTop1: number;
  readonly beforeTop1: number;
  readonly afterTop1: number;
  readonly validationImages: number;
  readonly epochs: readonly Epoch[];
  readonly phases: readonly unknown[];
  /** The first epoch within `near` of the dense model; null when none was. */
  readonly reached: Pick<Epoch, 'epoch' | 'wallMs' | 'cpuMs'> | null;
  readonly load: number;
}

/** `--store FILE --study S --trial N [--policies none,...] [--label TEXT] [--out FILE] [-- OPTIONS OF retrain]` */
export async function bench(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      store: { type: 'string', default: 'results/demo/store.sqlite' },
      study: { type: 'string', default: 'demo' },
      trial: { type: 'string', default: '1' },
      policies: { type: 'string', default: 'none,first-factor,sequential,progressive' },
      label: { type: 'string', default: '' },
      out: { type: 'string', default: join(import.meta.dirname, '../results/reference/train/recovery.json') },
    },
  });
  const { store, study, trial, policies, label, out } = values;
  const origin = await originOf(store, study, Number(trial));
  const runs: Recovery[] = [];
  for (const policy of policies.split(',')) {
    const options = ['--store', store, '--study', study, '--trial', trial, '--freeze', policy, ...positionals];
    runs.push(await retrain(policy, options));
    console.log(line(runs.at(-1) as Recovery));
    save(out, { label: label || study, study, trial: Number(trial), ...origin, runs });
  }
}

/** How the study was searched, and how fast the trial was measured to be; confirmed figures where there are. */
async function originOf(storePath: string, name: string, number: number) {
  const store = await openStore(storePath, { readOnly: true });
  try {
    const study = await store.studies.get(name);
    const trial = study && (await store.trials.get(study.id, number));
    if (!study || trial?.state !== 'complete') throw new Error(`"${name}" has no complete trial ${number}`);
    const { points } = await readFront(store, study, 'best');
    const point = points.find(each => each.trial === number);
    const { speedup = null, speedupCi = null } = point?.confirm ?? point ?? {};
    const macs = { candidate: trial.macs, dense: study.dense.macs };
    return {
      search: ['rankfront', ...study.commandLine].join(' '),
      speedup,
      speedupCi,
      confirmed: Boolean(point?.confirm),
      macs,
    };
  } finally {
    await store.close();
  }
}

async function retrain(policy: string, options: readonly string[]): Promise<Recovery> {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-recovery-'));
  const main = new URL('../src/cli/main.ts', import.meta.url).href;
  const program = `import { main } from ${JSON.stringify(main)}; process.exitCode = await main(process.argv.slice(1));`;
  const file = join(folder, 'out.onnx');
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      program,
      '--',
      'retrain',
      ...options,
      '--out',
      file,
      '--json',
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<number | null>(resolve => child.on('close', resolve));
  const [epochs, phases]: [Epoch[], unknown[]] = [[], []];
  let [before, after]: [Told | null, Told | null] = [null, null];
  try {
    for await (const text of createInterface({ input: child.stdout })) {
      const event = JSON.parse(text) as Told;
      if (event.kind === 'before') before = event;
      else if (event.kind === 'written') after = event;
      else if (event.kind === 'phase-finished') phases.push(event);
      else if (event.kind === 'epoch') epochs.push(epochOf(event, cpuMsOf(child.pid)));
    }
    const status = await ended;
    if (status !== 0 || !before || !after) throw new Error(`retrain --freeze ${policy} ended with ${status}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const denseTop1 = Number(before.denseTop1);
  return {
    policy,
    command: `rankfront retrain ${options.join(' ')} --out FILE`,
    denseTop1,
    beforeTop1: Number(before.beforeTop1),
    afterTop1: Number(after.top1),
    validationImages: Number(before.validationImages),
    epochs,
    phases,
    reached: epochs.find(({ top1 }) => top1 >= denseTop1 - near) ?? null,
    load: loadavg()[0] ?? 0,
  };
}

type Told = Readonly<Record<string, unknown>> & { readonly kind: string };

function epochOf(event: Told, cpuMs: number | null): Epoch {
  const { epoch, train, validation, frozenShare, imagesPerSecond, waitingShare, stepMs, wallMs } =
    event as unknown as Omit<Epoch, 'cpuMs'> & {
      readonly train: { readonly loss: number };
      readonly validation: { readonly top1: number } | null;
    };
  const top1 = validation?.top1 ?? Number.NaN;
  return { epoch, top1, trainLoss: train.loss, frozenShare, imagesPerSecond, waitingShare, stepMs, wallMs, cpuMs };
}

/** Processor time of the children of `pid`, of which the training is the one that lives. Linux only. */
function cpuMsOf(pid: number | undefined): number | null {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const ticks = children.map(each => {
      const fields = readFileSync(`/proc/${each}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return Number(fields[11]) + Number(fields[12]);
    });
    return 10 * Math.max(...ticks);
  } catch {
    return null;
  }
}

/** One entry per study and trial; a new run of the same takes the place of the old. */
function save(
  out: string,
  entry: { readonly study: string; readonly trial: number; readonly [key: string]: unknown },
): void {
  mkdirSync(dirname(out), { recursive: true });
  const kept = read(out).filter(({ study, trial }) => study !== entry.study || trial !== entry.trial);
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), node: process.version };
  writeFileSync(out, `${JSON.stringify([...kept, { ...entry, machine }], null, 1)}\n`);
}

function read(path: string): readonly { readonly study: string; readonly trial: number }[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return [];
  }
}

const percent = (share: number): string => (100 * share).toFixed(2);
const seconds = (ms: number | null | undefined): string => (ms == null ? '-' : `${(ms / 1000).toFixed(0)} s`);

function line({ policy, denseTop1, beforeTop1, afterTop1, epochs, reached, load }: Recovery): string {
  const last = epochs.at(-1);
  return [
    policy.padEnd(14),
    `dense ${percent(denseTop1)}`,
    `before ${percent(beforeTop1)}`,
    `after ${percent(afterTop1)}`,
    `whole ${seconds(last?.wallMs)} wall, ${seconds(last?.cpuMs)} processor`,
    reached
      ? `within half a point after epoch ${reached.epoch}: ${seconds(reached.wallMs)} wall, ${seconds(reached.cpuMs)} processor`
      : 'not within half a point',
    `load ${load.toFixed(1)}`,
  ].join('  ');
}
