/** Runs that are finished, one line each in a file beside the evaluations, so that none is made twice. */
import { join } from 'node:path';
import { contenderVersion, runContender } from './contenders.ts';
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
  name: string,
  evaluations: number,
  seed: number,
): Promise<readonly Step[]> {
  const strategy = contenderVersion(name);
  const path = join(workFolder, 'runs', `${problem.name}.jsonl`);
  const known = readLines<StoredRun>(path).find(
    each => each.strategy === strategy && each.seed === seed && each.evaluations >= evaluations,
  );
  if (known) return known.steps.slice(0, evaluations);
  const steps = await runContender(name, problem, evaluations, seed);
  appendLine(path, { strategy, seed, evaluations, steps });
  return steps;
}

/** How many seeds, counted from 1, a strategy has runs of. */
export function storedSeeds(problem: BenchProblem, name: string, evaluations: number): number {
  const strategy = contenderVersion(name);
  const runs = readLines<StoredRun>(join(workFolder, 'runs', `${problem.name}.jsonl`));
  let seed = 0;
  while (runs.some(each => each.strategy === strategy && each.seed === seed + 1 && each.evaluations >= evaluations))
    seed++;
  return seed;
}
