import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', './scripts/closing-line.ts'],
    pool: 'forks',
    maxWorkers: 2,
    env: {
      // Tests load ONNX Runtime as an oracle: its telemetry is as far off as in the program (src/runtime/no-telemetry.ts).
      ORT_DISABLE_TELEMETRY: '1',
      // Hundreds of processes run the command line from its sources: stripped and compiled once, each starts in half the time.
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'compiled'),
    },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
