/** Optuna's samplers as peers: Python proposes, we evaluate, in the JSON lines of `rankfront evaluate --stdin`. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Configuration } from '../../src/tuner/strategy.ts';
import type { BenchProblem, Step } from './run.ts';

export const optunaSamplers = ['nsga2', 'tpe', 'gp'] as const;
export type OptunaSampler = (typeof optunaSamplers)[number];

const python = (): string => process.env.PYTHON || 'python3';
const oneThread = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

/** The version of Optuna, or null where there is none. */
export function optunaVersion(): string | null {
  const { status, stdout } = spawnSync(python(), ['-c', 'import optuna; print(optuna.__version__)'], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : null;
}

export async function runOptuna(
  { problem, given, evaluate }: BenchProblem,
  sampler: OptunaSampler,
  evaluations: number,
  seed: number,
  rng: Parameters<BenchProblem['evaluate']>[1],
): Promise<Step[]> {
  const script = join(import.meta.dirname, 'optuna_peer.py');
  const child = spawn(python(), [script, sampler, String(seed), String(evaluations)], {
    env: { ...process.env, ...oneThread },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => {}); // it ended: so do its lines
  const say = (line: object): void => void child.stdin.write(`${JSON.stringify(line)}\n`);
  say({
    kind: 'problem',
    ladderLengths: problem.ladderLengths,
    objectives: Array.from({ length: problem.objectives }, (_, i) => ({ name: `f${i}`, goal: 'minimise' })),
    ...(given ? { dense: given } : {}),
  });
  const steps: Step[] = [];
  let asked = performance.now();
  for await (const line of createInterface({ input: child.stdout })) {
    const { id, configuration } = JSON.parse(line) as { id: number; configuration: Configuration };
    const askMs = performance.now() - asked;
    const { values, standardErrors } = await evaluate(configuration, rng);
    steps.push({ configuration, values, standardErrors, askMs });
    asked = performance.now();
    say(values ? { id, state: 'complete', values, standardErrors } : { id, state: 'failed' });
  }
  if (steps.length < evaluations)
    throw new Error(`${python()} with the sampler ${sampler} ended after ${steps.length} of ${evaluations} trials`);
  return steps;
}
