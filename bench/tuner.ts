/**
 * `npm run bench -- tuner`: how much of the front each tuner finds, and what an ask costs. What is finished is kept in
 * `results/bench-tuner`, so that an interrupted run goes on. PYTHON names a Python that has Optuna; without one its samplers are left out.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { askTimes } from './tuner/ask.ts';
import { availablePeers } from './tuner/contenders.ts';
import { evaluationsTo, type Figure, figure, figureTable, percentile95, volumes } from './tuner/figures.ts';
import { hasAssets, openReal, type RealName, type RealProblem, realNames } from './tuner/real.ts';
import { storedRun, storedSeeds } from './tuner/runs.ts';
import { gapFigure, syntheticNames, syntheticProblem } from './tuner/synthetic.ts';

const usage = `npm run bench -- tuner [--parts synthetic,resnet20,resnet56,resnet56-measured,ask] [--seeds 10] [--problems NAME,...] [--strategies NAME,...]
  [--peers NAME,...] [--evaluations 200] [--ours 120] [--out FILE]`;
const summaryPath = join(import.meta.dirname, '..', 'results', 'reference', 'tuner', 'summary.json');
const said = (figures: readonly Figure[]): void => console.log(figureTable(figures));

export async function bench(args: string[]): Promise<void> {
  const { values: given } = parseArgs({
    args,
    options: {
      parts: { type: 'string', default: 'synthetic,resnet20,resnet56,ask' },
      seeds: { type: 'string', default: '10' },
      problems: { type: 'string', default: syntheticNames.join(',') },
      strategies: { type: 'string' },
      peers: { type: 'string' },
      evaluations: { type: 'string', default: '200' },
      ours: { type: 'string', default: '120' },
      out: { type: 'string', default: summaryPath },
      help: { type: 'boolean', default: false },
    },
  });
  if (given.help) return console.log(usage);
  const seeds = Number(given.seeds);
  const peers = given.peers?.split(',') ?? availablePeers();
  const figures: Figure[] = [];
  for (const part of given.parts.split(',')) {
    if (part === 'synthetic') {
      const strategies = given.strategies?.split(',') ?? ['bayesian', ...peers.filter(name => name !== 'greedy')];
      figures.push(...(await synthetic(given.problems.split(','), strategies, seeds)));
    } else if (part === 'ask') {
      figures.push(askFigure(200, 54, 40), askFigure(1000, 69, 20));
    } else if (isReal(part)) {
      const ours = given.strategies?.split(',') ?? ['bayesian', 'bayesian-prior', 'bayesian-false-prior'];
      figures.push(...(await real(part, peers, ours, seeds, Number(given.evaluations), Number(given.ours))));
    } else {
      throw new Error(`no part "${part}"; ${usage}`);
    }
  }
  keep(figures, given.out);
  said(figures);
}

const isReal = (part: string): part is RealName => (realNames as readonly string[]).includes(part);

async function synthetic(names: readonly string[], strategies: readonly string[], seeds: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const name of names) {
    const problem = syntheticProblem(name);
    if (!problem) throw new Error(`no problem "${name}"; there are ${syntheticNames.join(', ')}`);
    for (const strategy of strategies) {
      figures.push(await gapFigure(problem, strategy, seeds));
      console.error(figureTable(figures.slice(-1)).split('\n')[1]);
    }
  }
  return figures;
}

function askFigure(trials: number, sites: number, asks: number): Figure {
  const perSeed = [1, 2, 3].map(seed => percentile95(askTimes(trials, sites, asks, seed).seconds));
  return figure(
    { problem: `${trials}x${sites}`, strategy: 'bayesian', evaluations: trials, metric: 'askSecondsP95' },
    perSeed,
  );
}

/** The peers first; then how soon ours have what the best of them has after all its evaluations, in the mean over its seeds. */
async function real(
  network: RealName,
  peers: readonly string[],
  ours: readonly string[],
  seeds: number,
  evaluations: number,
  ourEvaluations: number,
): Promise<Figure[]> {
  if (!hasAssets()) {
    console.error(`${network} is left out: its model and images are not beside the checkout.`);
    return [];
  }
  const problem = await openReal(network);
  try {
    const volumeFigures: Figure[] = [];
    for (const strategy of peers) {
      const runs = await runsOf(problem, strategy, evaluations, strategy === 'greedy' ? 1 : seeds);
      if (runs.length === 0) continue;
      const ends = runs.map(each => each.at(-1) ?? 0);
      volumeFigures.push(figure({ problem: network, strategy, evaluations, metric: 'hypervolume' }, ends));
      said(volumeFigures.slice(-1));
    }
    const target = Math.max(...volumeFigures.map(({ mean }) => mean));
    const reached: Figure[] = [];
    for (const strategy of ours) {
      const about = { problem: network, strategy, evaluations: ourEvaluations };
      const runs = await runsOf(problem, strategy, ourEvaluations, seeds);
      if (runs.length === 0) continue;
      const counts = runs.map(each => evaluationsTo(target, each));
      const notReached = counts.filter(each => each === null).length;
      reached.push({
        ...figure(
          { ...about, metric: 'evaluationsToPeer200' },
          counts.map(each => each ?? ourEvaluations),
        ),
        ...(notReached > 0 ? { notReached } : {}),
      });
      const ends = runs.map(each => each.at(-1) ?? 0);
      reached.push(figure({ ...about, metric: 'hypervolume' }, ends));
      said(reached.slice(-2));
    }
    return [...volumeFigures, ...reached];
  } finally {
    await problem.close();
  }
}

/** With RANKFRONT_BENCH_STORED=1 only runs that are there already: to make the summary while others still run. */
async function runsOf(problem: RealProblem, strategy: string, evaluations: number, seeds: number): Promise<number[][]> {
  const count = process.env.RANKFRONT_BENCH_STORED
    ? Math.min(seeds, storedSeeds(problem, strategy, evaluations))
    : seeds;
  const runs: number[][] = [];
  for (let seed = 1; seed <= count; seed++) {
    runs.push(volumes(problem, await storedRun(problem, strategy, evaluations, seed)));
    console.error(`${problem.name} ${strategy} seed ${seed}: ${runs.at(-1)?.at(-1)?.toFixed(4)}`);
  }
  return runs;
}

/** New figures take the place of old ones of the same problem, strategy, metric and length. */
function keep(figures: readonly Figure[], path: string): void {
  const key = ({ problem, strategy, metric, evaluations }: Figure): string =>
    [problem, strategy, metric, evaluations].join(' ');
  const fresh = new Set(figures.map(key));
  const old = readOld(path).filter(each => !fresh.has(key(each)));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify([...old, ...figures], null, 2)}\n`);
}

function readOld(path: string): Figure[] {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Figure[];
  } catch {
    return [];
  }
}
