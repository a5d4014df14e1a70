/** The command line that starts the Python side. */
import { join } from 'node:path';
import type { TorchChoice } from '../runner/engine-choice.ts';

/**
 * One process is started as it is; several by PyTorch's own starter (torchrun), which gives each its rank and ends all when one dies.
 * Its rendezvous is at a free port of this machine, unless `torchrun` says otherwise.
 *
 * @param version of PyTorch, as far as it is known
 * @param folder that of the plan
 */
export function commandOf(
  python: string,
  { devices, torchrun }: Pick<TorchChoice, 'devices' | 'torchrun'>,
  version: string,
  folder: string,
): string[] {
  const module = ['rankfront_torch', 'serve', folder];
  if (devices === 1 && torchrun === null) return [python, '-m', ...module];
  const own = [
    '--nproc_per_node',
    String(devices),
    '--rdzv_backend',
    'c10d',
    '--rdzv_endpoint',
    'localhost:0',
    '--monitor_interval',
    '0.2',
  ];
  return [python, '-m', 'torch.distributed.run', ...(torchrun ?? own), ...spelt(version, folder), '-m', ...module];
}

/** Before 2.1 the starter fails on Python 3.11 at its own default for where the output of the processes goes; said by rank, it works. */
const spelt = (version: string, folder: string): string[] =>
  /^(1\.|2\.0)/.test(version) ? ['--redirects', '0:1', '--tee', '0:1', '--log_dir', join(folder, 'log')] : [];
