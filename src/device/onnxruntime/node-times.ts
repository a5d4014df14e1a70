/** Where the time of a model goes, node by node, from ONNX Runtime's own profiler. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attempt, complete, failed } from '../../errors/failure.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import type { Node } from '../../onnx/graph.ts';
import { median } from '../../stats/robust.ts';
import { type NodeTimings, nodeTiming } from '../node-times.ts';
import type { Profiled, Request, TimedSettings } from './messages.ts';
import { nodesOfKernels, readTrace } from './trace.ts';

const warmup = 5;

export interface ProfiledModel {
  readonly path: string;
  readonly nodes: readonly Node[];
  readonly settings: TimedSettings;
}

/** @param ask sends the request to the child process */
export async function profiledNodeTimes(
  { path, nodes, settings }: ProfiledModel,
  runs: number,
  ask: (request: Request) => Promise<Attempt<Profiled>>,
): Promise<Attempt<NodeTimings>> {
  const folder = scratchFolder();
  try {
    const answer = await ask({ do: 'profile', path, settings, warmup, runs, tracePrefix: join(folder.path, 'trace') });
    if (answer.state === 'failed') return answer;
    const [trace] = globSync('trace*.json', { cwd: folder.path });
    if (!trace) return failed('runtime-rejected', 'the runtime wrote no profile');
    return complete(timingsOf(readFileSync(join(folder.path, trace), 'utf8'), nodes, median(answer.value.runsMs)));
  } finally {
    folder.remove();
  }
}

/** From the text of a trace to times by node. */
function timingsOf(trace: string, nodes: readonly Node[], runMs: number): NodeTimings {
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
    return ms === undefined ? [] : [nodeTiming(node, index, ms)];
  });
  return { nodes: timings, overhead, runMs };
}
