/** What runs the steps, as plain data. */

import type { SessionSettings } from '../../runtime/session.ts';

export type EngineChoice =
  | ({ readonly kind: 'onnxruntime' } & SessionSettings)
  /** TensorFlow.js; `package` is null for whichever of the packages with native code is installed. */
  | { readonly kind: 'tfjs'; readonly package: string | null }
  | TorchChoice;

/** PyTorch in processes of its own. */
export interface TorchChoice {
  readonly kind: 'torch';
  /** The Python that has it, a name or a path; null for the first of the usual ones that has. */
  readonly python: string | null;
  /** Processes on this machine, each with a GPU of its own where there are GPUs. */
  readonly devices: number;
  /** Arguments of torch.distributed.run in the place of our own; null for those. */
  readonly torchrun: readonly string[] | null;
  /** `auto` takes GPUs where there are some. */
  readonly device: 'auto' | 'cuda' | 'cpu';
  /** Of all processes together, on a CPU. */
  readonly threads: number;
  /** Whether the network is compiled (torch.compile) where PyTorch can. */
  readonly compile: boolean;
}
