/**
 * A device of your own: a command that runs a model and prints how many milliseconds each call took.
 * `node docs/examples/device.ts MODEL.onnx cifar10:DIR HARDWARE.yaml STORE.sqlite TRIALS COMMAND...`
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Attempt, LatencyBudget, ModelFile, PairedLatency, Pairs } from 'rankfront';
import { complete, currentEnvironment, currentLoad, failed, latencyFromSessions, search } from 'rankfront';

const run = promisify(execFile);

function commandDevice(command: string, given: readonly string[]) {
  /** One process for one model, so that every session loads it anew. */
  const timesOf = async ({ path }: ModelFile): Promise<number[]> => {
    const { stdout } = await run(command, [...given, path], { timeout: 60_000 });
    const times = stdout.trim().split(/\s+/).map(Number);
    if (times.every(ms => ms > 0)) return times;
    throw new Error(`expected milliseconds, one a line, found ${JSON.stringify(stdout.slice(0, 40))}`);
  };
  /** Both models in turn, now the one first and now the other. */
  const sessionOf = async (candidate: ModelFile, dense: ModelFile, number: number): Promise<Pairs> => {
    const early = number % 2 === 0 ? await timesOf(candidate) : null;
    const denseMs = await timesOf(dense);
    const candidateMs = early ?? (await timesOf(candidate));
    const pairs = Math.min(candidateMs.length, denseMs.length);
    return { candidateSamplesMs: candidateMs.slice(0, pairs), referenceSamplesMs: denseMs.slice(0, pairs) };
  };
  return {
    driver: 'my-command',
    exact: false,
    latency: async (
      candidate: ModelFile,
      dense: ModelFile,
      { sessions: least = 5, minPairs }: LatencyBudget,
    ): Promise<Attempt<PairedLatency>> => {
      const startedMs = performance.now();
      const sessions: Pairs[] = [];
      try {
        for (let pairs = 0; sessions.length < least || pairs < minPairs; ) {
          const session = await sessionOf(candidate, dense, sessions.length);
          sessions.push(session);
          pairs += session.candidateSamplesMs.length;
        }
      } catch (error) {
        return failed('runtime-rejected', `"${command}" did not time a model: ${(error as Error).message}`);
      }
      // Where it was measured: for a board elsewhere, say what that board is.
      const where = { environment: currentEnvironment(), load: currentLoad() };
      const wallMs = performance.now() - startedMs;
      const circumstances = { endedBy: 'time', warnings: [], causes: [], wallMs, ...where } as const;
      return complete(latencyFromSessions(sessions, circumstances));
    },
    close: async () => {},
  };
}

const [model = '', data = '', hardware = '', store = '', trials = '40', command = '', ...given] =
  process.argv.slice(2);
const device = commandDevice(command, given);
const { report } = await search({
  model,
  data,
  hardware,
  store,
  trials: Number(trials),
  device,
  acceptDense: true,
});
for (const { trial, speedup } of report?.points ?? []) console.log(`trial ${trial}: ${speedup.toFixed(2)}x`);
