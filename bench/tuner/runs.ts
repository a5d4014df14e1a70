/** Runs that are finished, one line each in a file beside the evaluations, so that none is made twice. */
import { join } from 'node:path';
import type { Contender } from './contenders.ts';
import { appendLine, readLines } from './memo.ts';
import { workFolder } from './real.ts';
import type { BenchProblem, Step } from './run.ts';

interface StoredRun {
  readonly strategy: string;
  readonly seed: number;
  readonly evaluations: number;
  readonly steps: readonly Step[];
}

/** The run from the file, or made now and added to it. */
export async function storedRun(
  problem: BenchProblem,
  strategy: string,
  contender: Contender,
  evaluations: number,
  seed: number,
): Promise<readonly Step[]> {
  const path = join(workFolder, 'runs', `${problem.name}.jsonl`);
  const known = readLines<StoredRun>(path).find(
    each => each.strategy === strategy && each.seed === seed && each.evaluations === evaluations,
  );
  if (known) return known.steps;
  const steps = await contender(problem, evaluations, seed);
  appendLine(path, { strategy, seed, evaluations, steps });
  return steps;
}
