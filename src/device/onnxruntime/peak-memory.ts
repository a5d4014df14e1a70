/**
 * Peak memory by ONNX Runtime: what loading and running a model adds to the resident memory of a fresh process, at its peak.
 *
 * It holds the file while it is read, and the weights (twice where the runtime packs them for its kernels). Further:
 * the arena that the runtime takes in powers of two for activations, inputs and outputs, and the pages of the library
 * that the model is the first to use. Of networks with many weights the peak is while they are loaded: ResNet-18 of 45
 * MiB adds 115 MiB then, and holds 57 MiB while it runs. What node and the runtime take before they see the model is
 * not in it.
 *
 * Nine processes each, on 2 busy cores: 1.2 MiB for a network of three layers, all within 0.3 MiB; 3.7 MiB for ResNet-20, within 0.3;
 * 9.5 for ResNet-56, within 0.8; 30 for MobileNet and 115 for ResNet-18, all but one within 0.5. Medians of three agree within 0.3 MiB.
 */
import { type Attempt, complete } from '../../errors/failure.ts';
import { entryUrl } from '../../host/entry.ts';
import { whereabouts } from '../../host/environment.ts';
import { type Child, startChild } from '../../runtime/child.ts';
import type { PeakMemory } from '../device.ts';
import type { Remembered, Request, TimedSettings } from './messages.ts';
import { plainHeap } from './settle-memory.ts';

/** Processes, each of which gives one sample. */
const processes = 3;
/** The first call lays out the arena of the runtime; what the next ones add to it is there after a few. */
const runs = 3;

/** @param ask sends the request to a process that has run nothing yet */
export async function peakMemoryOf(
  path: string,
  settings: TimedSettings,
  signal: AbortSignal,
  ask: (fresh: Child, request: Request) => Promise<Attempt<Remembered>>,
): Promise<Attempt<PeakMemory>> {
  const start = performance.now();
  const samplesKib: number[] = [];
  for (let i = 0; i < processes; i++) {
    const child = startChild({ entry: entryUrl('entry', import.meta.url), env: plainHeap() });
    const close = (): void => void child.close();
    signal.addEventListener('abort', close);
    try {
      const answer = await ask(child, { do: 'memory', path, settings, runs });
      if (answer.state === 'failed') return answer;
      samplesKib.push(answer.value.addedKib);
    } finally {
      signal.removeEventListener('abort', close);
      await child.close();
    }
  }
  return complete({ samplesKib, wallMs: performance.now() - start, ...whereabouts() });
}
