/** `node scripts/write-network.ts NAME FILE`: writes a network of this project's own, with fresh weights, as an ONNX file. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { modelCost } from '../src/onnx/cost.ts';
import { writeModel } from '../src/onnx/write.ts';
import { formatMacs } from '../src/units/format.ts';
import { type Block, residualNetwork } from './residual-network.ts';

const conv = (channels: number, stride = 1): Block => ({ kind: 'conv', channels, stride });
const residual = (convolutions: number): Block => ({ kind: 'residual', convolutions });
const pool: Block = { kind: 'pool' };

/** For 32 x 32 images of ten classes. */
export const networks: Readonly<Record<string, readonly Block[]>> = {
  /** Wide enough for the latency of a CPU to follow the multiply-accumulates: for the figures of retraining. */
  wide: [conv(64), pool, conv(128), residual(1), pool, residual(2), conv(256), pool, residual(2)],
  /** Small enough for a repository, wide enough to show a front: for the demo. */
  demo: [conv(32, 2), conv(64), pool, conv(128), residual(1), pool, residual(1)],
};

if (import.meta.main) {
  const [name = '', file = '', ...more] = parseArgs({ allowPositionals: true, strict: false }).positionals;
  const blocks = networks[name];
  if (!blocks || file === '' || more.length > 0) {
    console.error(`Usage: node scripts/write-network.ts ${Object.keys(networks).join('|')} FILE`);
    process.exit(2);
  }
  const model = residualNetwork({ name, side: 32, classes: 10, blocks, seed: 0 });
  const bytes = writeModel(model);
  writeFileSync(file, bytes);
  const { macs, params } = modelCost(model, undefined);
  console.log(`${file}: ${formatMacs(macs)}, ${params} parameters, ${(bytes.length / 1e6).toFixed(2)} MB`);
}
