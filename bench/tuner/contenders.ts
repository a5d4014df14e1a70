/** Who is compared: our strategies, and the tools that people use today. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRng } from '../../src/random/rng.ts';
import type { SiteTable, TunerPrior } from '../../src/tuner/prior.ts';
import { createStrategy } from '../../src/tuner/strategies.ts';
import { runGreedy } from './greedy.ts';
import { optunaSamplers, optunaVersion, runOptuna } from './optuna.ts';
import { type BenchProblem, runStrategy, type Step } from './run.ts';

type Contender = (problem: BenchProblem, evaluations: number, seed: number) => Promise<Step[]>;

const ours =
  (name: string, known: (problem: BenchProblem) => TunerPrior | null = () => null): Contender =>
  (problem, evaluations, seed) =>
    runStrategy(
      problem,
      createStrategy(name, problem.problem, { seed, reference: problem.reference, prior: known(problem) }),
      evaluations,
      seed,
    );

const noiseRng = (seed: number) => seededRng(seed + 1_000_003);

/** What others offer, by name; `random` and `nsga2` are ours, with nothing known beforehand. */
const peers: Readonly<Record<string, Contender>> = {
  random: ours('random'),
  nsga2: ours('nsga2'),
  greedy: (problem, evaluations, seed) => runGreedy(problem, evaluations, noiseRng(seed)),
  ...Object.fromEntries(
    optunaSamplers.map(sampler => [
      `optuna-${sampler}`,
      (problem: BenchProblem, evaluations: number, seed: number) =>
        runOptuna(problem, sampler, evaluations, seed, noiseRng(seed)),
    ]),
  ),
};

const bayesian: Readonly<Record<string, Contender>> = {
  bayesian: ours('bayesian'),
  'bayesian-prior': ours('bayesian', ({ prior }) => prior ?? null),
  'bayesian-false-prior': ours('bayesian', ({ prior }) => (prior ? falsePrior(prior) : null)),
};

export const peerNames = Object.keys(peers);
export const oursNames = Object.keys(bayesian);

/** Those that can run here: Optuna's need a Python that has it. */
export const availablePeers = (): string[] => {
  const hasOptuna = optunaVersion() !== null;
  return peerNames.filter(name => hasOptuna || !name.startsWith('optuna-'));
};

export function runContender(name: string, problem: BenchProblem, evaluations: number, seed: number): Promise<Step[]> {
  const contender = bayesian[name] ?? peers[name];
  if (!contender) throw new Error(`no strategy "${name}": expected one of ${[...oursNames, ...peerNames].join(', ')}`);
  return contender(problem, evaluations, seed);
}

/** A run that is kept belongs to the code that made it: ours changes, the others do not. */
export function contenderVersion(name: string): string {
  if (!(name in bayesian)) return name;
  const folder = join(import.meta.dirname, '..', '..', 'src', 'tuner');
  const hash = createHash('sha256');
  for (const file of globSync('**/*.ts', { cwd: folder }).sort()) hash.update(readFileSync(join(folder, file)));
  return `${name}@${hash.digest('hex').slice(0, 10)}`;
}

/** The table of the last site for the first and so on, with the sign turned, and the losses of the smallest ranks for the largest. */
export function falsePrior({ tables, losses }: TunerPrior): TunerPrior {
  const turned = (table: SiteTable): SiteTable => ({
    ...table,
    changes: stretched(table.changes, ladder => ladder.map(change => -change)),
  });
  return {
    tables: tables.map(table => table && turned(table)),
    losses: losses && stretched(losses, ladder => [...ladder.slice(0, -1).reverse(), 0]),
  };
}

/** Every site gets the ladder of the site at the other end, as long as its own. */
const stretched = (
  ladders: readonly (readonly number[])[],
  change: (ladder: readonly number[]) => readonly number[],
): number[][] =>
  ladders.map(({ length }, site) => {
    const other = change(ladders[ladders.length - 1 - site]!);
    return Array.from({ length }, (_, rung) =>
      length === 1 ? 0 : other[Math.round((rung * (other.length - 1)) / (length - 1))]!,
    );
  });
