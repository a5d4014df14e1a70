/** One model held against the dense one, without any study: its loss of accuracy and, where that is asked, its speed. */
import { availableParallelism } from 'node:os';
import type { NormalizationName } from '../../data/normalize.ts';
import type { Device, LatencyBudget } from '../../device/device.ts';
import { openDevice } from '../../device/open.ts';
import { type HardwareProfile, latencyBudget } from '../../device/profile.ts';
import { UserError } from '../../errors/user-error.ts';
import { type OpenScorer, openScorer } from '../../evaluate/open.ts';
import type { TellStage } from '../../events/stage.ts';
import { type LoadedModel, loadModel } from '../../host/model-file.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import { outputsOf } from '../../onnx/outputs.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { type DropVerdict, dropVerdict, type Holds, type SpeedVerdict, speedVerdict } from '../../report/gate.ts';
import type { SessionSettings } from '../../runtime/session.ts';
import { openData } from '../build/open-data.ts';
import { confirmBudget } from './confirm-budget.ts';
import { judgeDense } from './judge-dense.ts';
import { scoreTimeoutMs } from './run-budget.ts';
import { scorerPlace } from './scorer-place.ts';

export interface GateOptions {
  readonly model: string;
  readonly dense: string;
  readonly data: string;
  readonly normalize: NormalizationName | undefined;
  /** A share: 0.005 is half a point. */
  readonly maxDrop: number;
  /** A share: 0.95. */
  readonly margin: number;
  /** Null: speed does not matter. */
  readonly minSpeedup: number | null;
  /** Needed where speed matters; else its `host` scores, where it is given. */
  readonly hardware: HardwareProfile | null;
  /** Sizes of the dynamic dimensions of the inputs where no hardware profile says them. */
  readonly inputShape?: Readonly<Record<string, number>>;
  readonly acceptDense: boolean;
  readonly warn: (message: string) => void;
  readonly stage: TellStage;
  readonly stop: AbortSignal;
}

export interface GateAnswer {
  readonly holds: Holds;
  readonly model: { readonly path: string; readonly sha256: string };
  readonly dense: { readonly path: string; readonly sha256: string };
  /** SHA-256 of the data, and what its images are judged by. */
  readonly data: { readonly spec: string; readonly sha256: string; readonly judgedBy: string };
  /** Null where the model cannot be scored as the dense model is. */
  readonly drop: DropVerdict | null;
  readonly speed: SpeedVerdict | null;
  /** Why the model was not scored or timed to the end. */
  readonly failure: { readonly reason: string; readonly detail: string } | null;
}

/** @throws UserError for models or images that cannot be read, and where the dense model itself cannot be scored or timed */
export async function gate(options: GateOptions): Promise<GateAnswer> {
  const { hardware, minSpeedup, stop } = options;
  if (minSpeedup !== null && hardware === null)
    throw new UserError('Cannot check the speed: expected a device, found none.', 'Name one with --hardware.');
  const [candidate, dense] = [loadModel(options.model), loadModel(options.dense)];
  const sizes = hardware?.inputShape ?? options.inputShape;
  const dataset = await openData(options.data, options.normalize);
  const { graph, opsets } = dense.model;
  const opened = closers(stop);
  try {
    const device = hardware?.scorer === 'device' ? await openedDevice(hardware, options, opened) : null;
    const scorer = await openScorer({
      ...(device && hardware ? scorerPlace(hardware, device, null) : { host: hardware?.host ?? wholeHost }),
      modelPath: dense.path,
      heads: outputsOf(graph, inferShapes(graph, opsets)).judged,
      dataset,
      seed: 0,
      inputShape: sizes,
      prepare: { onProgress: (done, total) => options.stage('images', done, total) },
    });
    opened.add(() => scorer.close());
    for (const note of scorer.info.notes) options.warn(note);
    await judgeDense(scorer, options.acceptDense, options.warn);
    const drop = await dropOf(scorer, candidate, options);
    const speed =
      minSpeedup === null || hardware === null
        ? null
        : await speedOf(
            candidate,
            dense,
            device ?? (await openedDevice(hardware, options, opened)),
            latencyBudget(hardware, 0),
            minSpeedup,
          );
    const failure = [drop, speed].find(each => each !== null && 'detail' in each) ?? null;
    const dropFound = 'detail' in drop ? null : drop;
    const speedFound = speed === null || 'detail' in speed ? null : speed;
    return {
      holds: failure ? 'no' : overall([dropFound?.holds, speedFound?.holds]),
      model: named(candidate),
      dense: named(dense),
      data: { spec: options.data, sha256: dataset.hash, judgedBy: scorer.objective },
      drop: dropFound,
      speed: speedFound,
      failure: failure && 'detail' in failure ? { reason: failure.reason, detail: failure.detail } : null,
    };
  } finally {
    await opened.close();
  }
}

const wholeHost: SessionSettings = { provider: 'cpu', threads: availableParallelism(), graphOptimization: 'all' };

interface Closers {
  readonly add: (close: () => unknown) => void;
  readonly close: () => Promise<void>;
}

/** What was opened is closed in the opposite order, at the end or when it is stopped. */
function closers(stop: AbortSignal): Closers {
  const all: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    stop.removeEventListener('abort', close);
    for (const each of all.splice(0).reverse()) await each();
  };
  stop.addEventListener('abort', close);
  return { add: each => all.push(each), close };
}

async function openedDevice(hardware: HardwareProfile, { warn }: GateOptions, opened: Closers): Promise<Device> {
  const scratch = scratchFolder();
  opened.add(scratch.remove);
  const device = await openDevice(hardware, { scratchDir: scratch.path, onWait: warn });
  opened.add(() => device.close());
  return device;
}

const named = ({ path, sha256 }: LoadedModel) => ({ path, sha256 });

/** What is known not to hold decides; then what cannot be told. */
const overall = (all: readonly (Holds | undefined)[]): Holds =>
  all.includes('no') ? 'no' : all.includes('cannot-tell') ? 'cannot-tell' : 'yes';

async function dropOf(scorer: OpenScorer, candidate: LoadedModel, { maxDrop, margin, dense }: GateOptions) {
  const budget = { images: 'all', timeoutMs: scoreTimeoutMs } as const;
  const before = await scorer.dense(budget);
  if (before.state === 'failed')
    throw new UserError(
      `Cannot score the dense model "${dense}": ${before.detail}.`,
      'Check that onnxruntime runs it: rankfront profile.',
    );
  const after = await scorer.accuracy(candidate.path, budget);
  return after.state === 'failed' ? after : dropVerdict(before.value.correct, after.value.correct, maxDrop, margin);
}

async function speedOf(
  candidate: LoadedModel,
  dense: LoadedModel,
  device: Device,
  budget: LatencyBudget,
  minSpeedup: number,
) {
  const found = await device.latency(candidate, dense, confirmBudget(budget));
  return found.state === 'failed' ? found : speedVerdict(found.value, minSpeedup);
}
