/** Where the time of a model goes, node by node, from ONNX Runtime's own profiler. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attempt, complete, failed } from '../errors/failure.ts';
import { UserError } from '../errors/user-error.ts';
import { acquireDeviceLock } from '../host/device-lock.ts';
import { entryUrl } from '../host/entry.ts';
import { loadModel } from '../host/model-file.ts';
import { scratchFolder } from '../host/scratch-folder.ts';
import type { Model, Node } from '../onnx/graph.ts';
import { startChild } from '../runtime/child.ts';
import { median } from '../stats/robust.ts';
import type { OpenOptions } from './driver.ts';
import { sessionSettings } from './onnxruntime/driver.ts';
import type { ProfileAnswer, Request } from './onnxruntime/messages.ts';
import type { HardwareProfile } from './profile.ts';
import { rooflineNodeTimes } from './roofline.ts';
import { nodesOfKernels, readTrace } from './trace.ts';

export interface NodeTiming {
  /** Where the node stands in `graph.nodes`, and how it is found again: by the name of its first output. */
  readonly index: number;
  readonly output: string;
  readonly name: string;
  readonly opType: string;
  /** Median over the runs of the time in its kernels, with what the runtime fused into them. */
  readonly ms: number;
}

export interface NodeTimings {
  /** In the order of the graph; nodes that were fused into another one or folded away are not here. */
  readonly nodes: readonly NodeTiming[];
  /** Kernels that are no node of the model: changes of layout, casts, copies between devices. */
  readonly overhead: readonly { readonly name: string; readonly opType: string; readonly ms: number }[];
  /** Median wall time of a run under the profiler, which makes it somewhat slower. */
  readonly runMs: number;
}

const warmup = 5;
const timeoutMs = 600_000;

/** Throws a UserError when the file is no model or does not fit the profile. */
export async function profileModel(
  path: string,
  profile: HardwareProfile,
  runs: number,
  options: Pick<OpenOptions, 'onWait' | 'lockDir'> & { readonly model?: Model } = {},
): Promise<Attempt<NodeTimings>> {
  const model = options.model ?? loadModel(path).model;
  const { nodes } = model.graph;
  if (profile.driver === 'roofline') {
    const times = rooflineNodeTimes(model, profile);
    const timings = nodes.map((node, index) => timing(node, index, times.get(node.outputs[0] ?? '') ?? 0));
    return complete({ nodes: timings, overhead: [], runMs: timings.reduce((sum, { ms }) => sum + ms, 0) });
  }
  const folder = scratchFolder();
  const child = startChild({ entry: entryUrl('onnxruntime/entry', import.meta.url) });
  const lock = await acquireDeviceLock(profile.provider, {
    ...(options.onWait ? { onWait: options.onWait } : {}),
    ...(options.lockDir ? { folder: options.lockDir } : {}),
  });
  try {
    const settings = sessionSettings(profile);
    const request: Request = { do: 'profile', path, settings, warmup, runs, tracePrefix: join(folder.path, 'trace') };
    const answer = await child.request<ProfileAnswer>(request, timeoutMs);
    if (answer.state === 'failed') return answer;
    if (answer.value.kind === 'misfit') throw new UserError(answer.value.problem, answer.value.wayOut);
    const [trace] = globSync('trace*.json', { cwd: folder.path });
    if (!trace) return failed('runtime-rejected', 'the runtime wrote no profile');
    return complete(timingsOf(readFileSync(join(folder.path, trace), 'utf8'), nodes, median(answer.value.runsMs)));
  } finally {
    lock?.release();
    await child.close();
    folder.remove();
  }
}

/** From the text of a trace to times by node. */
export function timingsOf(trace: string, nodes: readonly Node[], runMs: number): NodeTimings {
  const kernels = readTrace(trace, warmup);
  const owners = nodesOfKernels(kernels, nodes);
  const totals = new Map<number, number>();
  const overhead: NodeTimings['overhead'][number][] = [];
  for (const [i, { name, opType, runsMs }] of kernels.entries()) {
    if (runsMs.length === 0) continue;
    const ms = median(runsMs);
    const owner = owners[i] ?? null;
    if (owner === null) overhead.push({ name, opType, ms });
    else totals.set(owner, (totals.get(owner) ?? 0) + ms);
  }
  const timings = nodes.flatMap((node, index) => {
    const ms = totals.get(index);
    return ms === undefined ? [] : [timing(node, index, ms)];
  });
  return { nodes: timings, overhead, runMs };
}

const timing = (node: Node, index: number, ms: number): NodeTiming => ({
  index,
  output: node.outputs[0] ?? '',
  name: node.name,
  opType: node.opType,
  ms,
});
