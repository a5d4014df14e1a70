/** A training under way on PyTorch: the plan is written, the processes are started, and each command is a message to them. */
import { type Attempt, complete } from '../../errors/failure.ts';
import { UserError } from '../../errors/user-error.ts';
import { loadModel } from '../../host/model-file.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import { decodeSafetensors, encodeSafetensors } from '../../onnx/safetensors.ts';
import { floatsOf, floatTensor } from '../../onnx/tensor.ts';
import { prepareNetwork, requireSameClassifier } from '../network/prepare.ts';
import { decayOf } from '../optimiser/decay.ts';
import { optimiserOf } from '../optimiser/optimiser.ts';
import type { TorchChoice } from '../runner/engine-choice.ts';
import type { RunnerInfo, RunnerSetup, StepReport, TrainingRunner, ValidationScore } from '../runner/runner.ts';
import { requireSameLayout } from '../state/check-state.ts';
import { initialState } from '../state/initial-state.ts';
import { requireTrainable } from '../trainable-set.ts';
import type { Counters, TrainableSet, TrainingState } from '../trainer.ts';
import { commandOf } from './command.ts';
import type { Message } from './link.ts';
import { pythonWithTorch } from './package.ts';
import { writePlan } from './plan.ts';
import { startTorchProcess, type TorchProcess } from './process.ts';

/** @throws UserError when Python, the network or the data cannot be used */
export async function startTorchRunner(setup: RunnerSetup, choice: TorchChoice): Promise<Attempt<TrainingRunner>> {
  const network = prepareNetwork(loadModel(setup.modelPath).model);
  const teacher = setup.teacherPath === null ? null : prepareNetwork(loadModel(setup.teacherPath).model, 'the teacher');
  if (teacher) requireSameClassifier(teacher, network);
  requireSockets();
  requireShares(setup, choice);
  const { python, probe } = await pythonWithTorch(choice.python);
  const { training } = setup;
  const { slots } = optimiserOf(training.optimiser, decayOf(training, network), training.clipNorm);
  const template = initialState(network, {
    slots,
    average: training.emaDecay !== null,
    scaledLoss: training.precision === 'float16',
  });
  const folder = scratchFolder();
  let running: TorchProcess | null = null;
  try {
    const { device, threads, compile } = choice;
    await writePlan(folder.path, { setup, network, teacher, decodes: probe.pillow !== null, device, threads, compile });
    running = startTorchProcess(commandOf(python, choice, probe.torch ?? '', folder.path));
    const opened = await running.opened;
    if (opened.state === 'complete')
      return complete(runnerOn(running, infoOf(opened.value, choice), template, folder.remove));
    await running.close();
    folder.remove();
    return opened;
  } catch (error) {
    await running?.close();
    folder.remove();
    throw error;
  }
}

/** @throws UserError on Windows, whose Python has no Unix sockets */
function requireSockets(): void {
  if (process.platform === 'win32')
    throw new UserError(
      'Cannot train with torch on Windows: its Python cannot be spoken to here.',
      'Run it in WSL, or give --engine onnxruntime.',
    );
}

/** @throws UserError where the processes of this machine cannot share a batch; those of `torchrun` say so themselves */
function requireShares({ training: { batchSize, accumulation } }: RunnerSetup, { devices }: TorchChoice): void {
  const batch = batchSize * accumulation;
  const fits = 2 * devices * accumulation;
  if (devices === 1 || batch % fits === 0) return;
  throw new UserError(
    `Cannot share a batch of ${batch} images among ${devices} devices in ${accumulation} ${accumulation === 1 ? 'part' : 'parts'} each: it is no multiple of ${fits}.`,
    `Give --batch ${Math.max(1, Math.round(batch / fits)) * fits}.`,
  );
}

function infoOf({ head }: Message, { device }: TorchChoice): RunnerInfo {
  const { stepSize, batchesPerEpoch, weights, ...found } = head.value as RunnerInfo & {
    readonly device: string;
    readonly world: number;
  };
  const processes = found.world === 1 ? '1 process' : `${found.world} processes`;
  const slow = found.device === 'cpu' && device === 'auto';
  const notes = slow ? [`PyTorch finds no GPU here and trains on the CPU, in ${processes}.`] : [];
  return { stepSize, batchesPerEpoch, weights, notes };
}

function runnerOn(
  running: TorchProcess,
  info: RunnerInfo,
  template: TrainingState,
  remove: () => void,
): TrainingRunner {
  const ask = async <T>(head: object, read: (message: Message) => T, data?: Uint8Array): Promise<Attempt<T>> => {
    const answer = await running.request(head, data);
    return answer.state === 'complete' ? complete(read(answer.value)) : answer;
  };
  const value = <T>({ head }: Message): T => head.value as T;
  const nothing = (): null => null;
  const trainable = (set: TrainableSet): readonly string[] => {
    requireTrainable(set, info.weights);
    return [...set.trainable];
  };
  return {
    info,
    begin: ({ epoch, batch }, epochs) => ask({ do: 'begin', epoch, batch, epochs }, nothing),
    steps: hypers => ask({ do: 'steps', hypers }, message => value<StepReport[]>(message).map(numbersOf)),
    setTrainable: async set => ask({ do: 'setTrainable', trainable: trainable(set) }, nothing),
    evaluate: choice =>
      ask({ do: 'evaluate', choice }, message => {
        const score = value<ValidationScore>(message);
        return { ...score, loss: numberOf(score.loss) };
      }),
    state: () => ask({ do: 'state' }, stateOf),
    load: async state => {
      requireSameLayout(state, template);
      return ask({ do: 'load', counters: state.counters }, nothing, bytesOf(state));
    },
    time: async (set, repeats) => ask({ do: 'time', trainable: trainable(set), repeats }, value<number[]>),
    unreadable: () => ask({ do: 'unreadable' }, value<ValidationScore['unreadable']>),
    close: async () => {
      await running.close();
      remove();
    },
  };
}

/** JSON has neither infinity nor NaN: such numbers come as Python writes them. */
function numbersOf(report: StepReport): StepReport {
  const { loss, gradientNorm } = report.metrics;
  return { ...report, metrics: { ...report.metrics, loss: numberOf(loss), gradientNorm: numberOf(gradientNorm) } };
}

const numberOf = (value: number | string): number =>
  value === 'inf' ? Number.POSITIVE_INFINITY : value === '-inf' ? Number.NEGATIVE_INFINITY : Number(value);

function stateOf({ head, data }: Message): TrainingState {
  const tensors = [...decodeSafetensors(data, 'the state')].map(
    ([name, tensor]) => [name, { dims: tensor.dims, data: floatsOf({ ...tensor, name }) }] as const,
  );
  const { counters } = head.value as { readonly counters: Counters };
  return { tensors: new Map(tensors), counters };
}

const bytesOf = ({ tensors }: TrainingState): Uint8Array =>
  encodeSafetensors([...tensors].map(([name, { dims, data }]) => [name, floatTensor(name, dims, data)] as const));
