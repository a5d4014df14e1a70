/**
 * Peak memory by ONNX Runtime: what loading and running a model adds to the resident memory of a fresh process, at its peak.
 */
import { type Attempt, complete } from '../../errors/failure.ts';
import { entryUrl } from '../../host/entry.ts';
import { whereabouts } from '../../host/environment.ts';
import { type Child, startChild } from '../../runtime/child.ts';
import type { PeakMemory } from '../device.ts';
import type { Remembered, Request, TimedSettings } from './messages.ts';

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
    const child = startChild({ entry: entryUrl('entry', import.meta.url) });
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
