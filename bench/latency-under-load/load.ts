/** A process that keeps the machine busy until it is ended: node load.ts inference MODEL | memory | bursts MODEL. */
import { InferenceSession, Tensor } from '../../src/runtime/onnxruntime.ts';

const [kind = '', model = ''] = process.argv.slice(2);
/** Larger than any cache, so that every pass goes to memory. */
const movedBytes = 256 * 2 ** 20;
const burstMs = 5000;

process.on('disconnect', () => process.exit(0));

switch (kind) {
  case 'inference': {
    const run = await inference(model);
    for (;;) await turn(run);
  }
  case 'bursts': {
    const run = await inference(model);
    for (;;) {
      const end = performance.now() + burstMs;
      while (performance.now() < end) await turn(run);
      await new Promise(resolve => setTimeout(resolve, burstMs));
    }
  }
  case 'memory': {
    const from = new Uint8Array(movedBytes).fill(1);
    const to = new Uint8Array(movedBytes);
    for (;;) await turn(async () => to.set(from));
  }
  default:
    throw new Error(`there is no load "${kind}"`);
}

/** One network on one thread, as a neighbour would run it. */
async function inference(path: string): Promise<() => Promise<void>> {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds: Record<string, Tensor> = {};
  for (const each of session.inputMetadata) {
    if (!each.isTensor) throw new Error(`"${each.name}" is no tensor`);
    const shape = each.shape.map(size => (typeof size === 'number' ? size : 1));
    feeds[each.name] = new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
  }
  return async () => {
    await session.run(feeds);
  };
}

/** The end of the parent is heard between two turns. */
async function turn(work: () => Promise<void>): Promise<void> {
  await work();
  await new Promise(resolve => setImmediate(resolve));
}
