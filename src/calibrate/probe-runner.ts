/** The parent's side of the child that runs models over calibration images. */
import type { Attempt } from '../errors/failure.ts';
import { entryUrl } from '../host/entry.ts';
import { startChild } from '../runtime/child.ts';
import type { SessionSettings } from '../runtime/session.ts';
import type { CalibrationImages } from './images.ts';
import type { ProbeAnswer, ProbeRequest } from './probe-messages.ts';

export interface ProbeRunner {
  /** Runs the ONNX file at `model` over `images` and gives `outputs` back, batch by batch. */
  run(
    model: string,
    images: CalibrationImages,
    outputs: readonly string[],
    timeoutMs: number,
  ): Promise<Attempt<ProbeAnswer>>;
  close(): Promise<void>;
}

/** What the native side leaks is bounded by a new process after this many models. */
const recycleAfter = 50;

export function startProbeRunner({ threads }: Pick<SessionSettings, 'threads'>): ProbeRunner {
  const child = startChild({ entry: entryUrl('probe-child', import.meta.url), recycleAfter });
  // Statistics are taken in full precision on the CPU, whatever the device is.
  const session: SessionSettings = { provider: 'cpu', threads, graphOptimization: 'all' };
  return {
    run: (model, { inputs, positions, reading, batch }, outputs, timeoutMs) => {
      const images = inputs.source(positions, reading);
      const request: ProbeRequest = { kind: 'run', model, session, images, batch, outputs };
      return child.request(request, timeoutMs);
    },
    close: () => child.close(),
  };
}
