/** PyTorch as a peer: the same network with the same weights on the same batches, one step at a time. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Attribute, Model } from '../../src/onnx/graph.ts';
import { floatsOf, intsOf } from '../../src/onnx/tensor.ts';
import { prepareNetwork } from '../../src/train/network/prepare.ts';
import type { TrainingOptions } from '../../src/train/options.ts';
import type { Batch } from '../../src/train/trainer.ts';

export interface TorchStep {
  readonly loss: number;
  readonly ms: number;
  /** Of all threads together. */
  readonly cpuMs: number;
}

export interface TorchPeer {
  readonly version: string;
  /** contiguous_format or channels_last */
  readonly layout: string;
  readonly step: () => Promise<TorchStep>;
  readonly close: () => void;
}

const python = (): string => process.env.PYTHON || 'python3';

/** Whether PYTHON, or python3, has PyTorch and NumPy. */
export const hasTorch = (): boolean => spawnSync(python(), ['-c', 'import torch, numpy']).status === 0;

/** @param batches each of one size; the peer takes them in turn */
export async function openTorch(
  options: TrainingOptions,
  batches: readonly Batch[],
  learningRate: number,
  threads: number,
  /** Whether both layouts of memory are tried, and the faster one taken. */
  fastest = false,
): Promise<TorchPeer> {
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-torch-'));
  const { model, input, scores, weights, imageDims } = prepareNetwork(options.model);
  const { optimiser } = options;
  if (optimiser.kind !== 'sgd') throw new Error('the peer trains by SGD');
  const job = {
    threads,
    fastest,
    ...describe(model, folder),
    input,
    scores,
    images: [batches.length, options.batchSize, ...imageDims],
    trained: weights.map(({ name }) => name),
    decayed: weights.filter(({ role }) => role === 'weight').map(({ name }) => name),
    weightDecay: options.weightDecay,
    learningRate,
    momentum: optimiser.momentum,
    nesterov: optimiser.nesterov,
  };
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job));
  writeFileSync(join(folder, 'images.bin'), Buffer.concat(batches.map(({ images }) => bytesOf(images))));
  const labels = batches.map(({ targets }) => (targets.kind === 'labels' ? targets.labels : new Int32Array()));
  writeFileSync(join(folder, 'labels.bin'), Buffer.concat(labels.map(bytesOf)));
  const child = spawn(python(), [join(import.meta.dirname, 'torch_peer.py'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads), OMP_WAIT_POLICY: 'passive' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${python()} ended without an answer`);
    return JSON.parse(value) as T;
  };
  const { torch: version, layout } = await answer<{ torch: string; layout: string }>();
  return {
    version,
    layout,
    step: () => {
      child.stdin.write('step\n');
      return answer<TorchStep>();
    },
    close: () => end(child, folder),
  };
}

function end(child: ChildProcess, folder: string): void {
  child.stdin?.end();
  child.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** The graph in plain words, and its weights in `weights.bin`. */
function describe({ graph }: Model, folder: string) {
  const tensors: { name: string; dims: readonly number[]; offset: number }[] = [];
  const integers: Record<string, number[]> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const tensor of graph.initializers.values()) {
    if (tensor.elementType === 'int64') integers[tensor.name] = [...intsOf(tensor)].map(Number);
    else if (tensor.elementType === 'float32') {
      const numbers = floatsOf(tensor);
      tensors.push({ name: tensor.name, dims: tensor.dims, offset });
      parts.push(bytesOf(Float32Array.from(numbers)));
      offset += numbers.length;
    }
  }
  writeFileSync(join(folder, 'weights.bin'), Buffer.concat(parts));
  const nodes = graph.nodes.map(({ opType, inputs, outputs, attributes }) => ({
    op: opType,
    inputs,
    output: outputs[0] ?? '',
    attributes: Object.fromEntries([...attributes].map(([name, attribute]) => [name, plainValue(attribute)])),
  }));
  return { nodes, tensors, integers };
}

function plainValue(attribute: Attribute): unknown {
  return attribute.kind === 'tensor' || attribute.kind === 'other' ? null : attribute.value;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
