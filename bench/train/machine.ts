/** What a figure was measured on. */
import { availableParallelism, cpus, loadavg } from 'node:os';

export const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  node: process.version,
  /** Processes that wanted to run when the measurement ended, over the last minute; above `cores` others were in the way. */
  load: loadavg()[0] ?? 0,
});
