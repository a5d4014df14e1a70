/**
 * What early stopping saves: `npm run bench -- early-stopping [TRIALS] [SEEDS] [resnet20 | resnet56]`.
 *
 * For every seed a study without it is searched. Then the same proposals are judged again as if it had been on (what is saved, and
 * what the front loses by it), and the search is run with it (its own proposals follow from what was seen). Latencies are those of
 * the roofline device, so that nothing but the images differs. Needs the networks and images beside the checkout.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { looks } from '../src/evaluate/open.ts';
import { randomOrder } from '../src/evaluate/scoring.ts';
import { stoppingRule } from '../src/evaluate/stopping-rule.ts';
import { frontFor } from '../src/objectives/front.ts';
import { referencePoint } from '../src/objectives/objectives.ts';
import { seededRng, shuffled } from '../src/random/rng.ts';
import { ladderLengths } from '../src/space/configuration.ts';
import { memoryStore } from '../src/store/memory-store.ts';
import type { NewStudy } from '../src/store/study.ts';
import type { CompleteResult, RunningTrial, TrialResult } from '../src/store/trial.ts';
import type { Evaluator } from '../src/study/measure/evaluate.ts';
import { patienceOf } from '../src/study/measure/patience.ts';
import { inlineAsker } from '../src/study/propose/asker.ts';
import { sweepSites } from '../src/study/propose/site-sweep.ts';
import { tunerPrior } from '../src/study/propose/tuner-prior.ts';
import { runLoop } from '../src/study/search/loop.ts';
import { hopeBelow } from '../src/study/work/stopping.ts';
import { chancesOf, dropEstimate } from '../src/tuner/early-stopping.ts';
import type { TunerPrior } from '../src/tuner/prior.ts';
import { createStrategy } from '../src/tuner/strategies.ts';
import { readLines } from './tuner/memo.ts';
import { openReal, type RealName, workFolder } from './tuner/real.ts';

const objectives = ['latency', 'top1'];
const frontOf = frontFor(objectives);

interface Scored {
  readonly configuration: readonly number[];
  readonly values: readonly [number, number];
  readonly standardErrors: readonly number[];
  /** One character per image, 1 where it is right. */
  readonly correct: string;
}

interface Front {
  readonly number: number;
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
}

/** Orders of the images that the replay is averaged over. */
const orders = 10;
const never = new AbortController().signal;

export async function bench([trials = '60', seeds = '3', network = 'resnet56']: string[]): Promise<void> {
  const real = await openReal(network as RealName);
  try {
    const evaluator = await real.evaluator();
    const score = scorerWith(evaluator, join(workFolder, `images-${network}.jsonl`));
    const prior = await priorOf(evaluator);
    const rows: Row[] = [];
    for (let seed = 0; seed < Number(seeds); seed++) {
      rows.push(await compare(evaluator, prior, score, Number(trials), seed));
      report(network, Number(trials), rows);
    }
  } finally {
    await real.close();
  }
}

type Score = (configuration: readonly number[]) => Promise<Scored>;

/** Every configuration is scored on all images once, whatever is asked of it afterwards. */
function scorerWith(evaluator: Evaluator, path: string): Score {
  const known = new Map(readLines<Scored>(path).map(each => [String(each.configuration), each]));
  return async configuration => {
    const found = known.get(String(configuration));
    if (found) return found;
    const result = await evaluator.evaluate(configuration);
    if (result.state !== 'complete') throw new Error(result.detail);
    const accuracy = result.observations.find(each => each.kind === 'accuracy');
    const [ratio = Number.NaN, error = Number.NaN] = result.values;
    const { standardErrors } = result;
    const correct = accuracy?.kind === 'accuracy' ? accuracy.correct.join('') : '';
    const scored: Scored = { configuration, values: [ratio, error], standardErrors, correct };
    known.set(String(configuration), scored);
    mkdirSync(workFolder, { recursive: true });
    appendFileSync(path, `${JSON.stringify(scored)}\n`);
    return scored;
  };
}

async function priorOf({ plan: { space }, instruments }: Evaluator): Promise<TunerPrior> {
  const swept = await sweepSites({ space, instruments, seed: 0, patience: patienceOf(0), quietReferenceMs: {} });
  if ('state' in swept) throw new Error(swept.detail);
  return tunerPrior(objectives, { space, latency: swept.table, loss: instruments.loss, denseBytes: Number.NaN });
}

interface Row {
  readonly seed: number;
  /** Share of trials that do not enter the front: what a rule would save that knew it before the first image. */
  readonly offFront: number;
  /** Mean over orders of the images. */
  readonly replayed: Figures;
  /** The least hypervolume ratio of these. */
  readonly worstReplay: number;
  readonly closedLoop: Figures;
}

interface Figures {
  /** Share of image evaluations that early stopping saves. */
  readonly saved: number;
  readonly pruned: number;
  /** Final hypervolume over that of the study without early stopping. */
  readonly hypervolumeRatio: number;
}

async function compare(
  evaluator: Evaluator,
  prior: TunerPrior,
  score: Score,
  trials: number,
  seed: number,
): Promise<Row> {
  const whole = await study(evaluator, prior, score, trials, seed, false);
  const [dense, ...others] = whole.scored;
  if (!dense) throw new Error('the dense model is missing');
  const all = others.length * dense.correct.length;
  const replays = Array.from({ length: orders }, (_, i) => {
    let front = [memberOf(dense, 0)];
    let [images, pruned] = [0, 0];
    others.forEach((each, at) => {
      const seen = imagesSeen(each, dense, front, orderOf(dense.correct.length, i));
      images += seen;
      if (seen < each.correct.length) pruned++;
      else front = frontWith(front, memberOf(each, at + 1));
    });
    return { saved: 1 - images / all, pruned, hypervolumeRatio: frontOf(front).hypervolume / whole.hypervolume };
  });
  const mean = (of: keyof Figures): number => replays.reduce((sum, each) => sum + each[of], 0) / orders;
  const closed = await study(evaluator, prior, score, trials, seed, true);
  return {
    seed,
    offFront: shareOffFront(dense, others),
    replayed: { saved: mean('saved'), pruned: mean('pruned'), hypervolumeRatio: mean('hypervolumeRatio') },
    worstReplay: Math.min(...replays.map(each => each.hypervolumeRatio)),
    closedLoop: {
      saved: 1 - closed.images / all,
      pruned: closed.pruned,
      hypervolumeRatio: closed.hypervolume / whole.hypervolume,
    },
  };
}

/** The first order is the scorer's own. */
const orderOf = (count: number, i: number): Int32Array =>
  i === 0
    ? randomOrder(count)
    : Int32Array.from(
        shuffled(
          Array.from({ length: count }, (_, at) => at),
          seededRng(count + i),
        ),
      );

function shareOffFront(dense: Scored, others: readonly Scored[]): number {
  let front = [memberOf(dense, 0)];
  let off = 0;
  others.forEach((each, i) => {
    front = frontWith(front, memberOf(each, i + 1));
    if (!front.some(({ number }) => number === i + 1)) off++;
  });
  return off / others.length;
}

const memberOf = ({ values, standardErrors }: Scored, number: number): Front => ({ number, values, standardErrors });

function frontWith(front: readonly Front[], point: Front): Front[] {
  const all = [...front, point];
  const members = new Set(frontOf(all).members);
  return all.filter(({ number }) => members.has(number));
}

/** How many images are looked at before it is given up, in batches as the scorer takes them. */
function imagesSeen({ values, correct }: Scored, dense: Scored, front: readonly Front[], order: Int32Array): number {
  const at = (text: string): Uint8Array => Uint8Array.from(order, place => Number(text[place]));
  const rights = at(correct);
  const chances = chancesOf(front, [{ objective: 0, value: values[0], standardError: 0 }], 1, []);
  const truth = { classes: new Uint8Array(rights.length).fill(1), labelRanks: null, further: [] };
  const said = { predictions: Uint16Array.from(rights), labelRanks: null, further: [] };
  const hopeless = stoppingRule({ truth, dense: at(dense.correct), chances, below: hopeBelow });
  const batch = Math.min(64, Math.ceil(rights.length / looks));
  for (let seen = batch; seen < rights.length; seen += batch) if (hopeless(said, seen)) return seen;
  return rights.length;
}

async function study(
  { plan: { space } }: Evaluator,
  prior: TunerPrior,
  score: Score,
  trials: number,
  seed: number,
  pruning: boolean,
) {
  const store = memoryStore();
  const opened = await store.studies.create({ ...anyStudy, seed });
  const problem = { ladderLengths: ladderLengths(space), objectives: objectives.length };
  const strategy = createStrategy('bayesian', problem, { seed, prior, reference: referencePoint(objectives) });
  const scored: Scored[] = [];
  let [images, pruned] = [0, 0];
  const observe = async (trial: RunningTrial): Promise<TrialResult> => {
    const each = await score(trial.configuration);
    scored.push(each);
    const [dense] = scored;
    if (!pruning || !dense || trial.number === 0) return completeOf(each);
    const front = await store.trials.front(opened.id);
    const seen = imagesSeen(each, dense, front, randomOrder(each.correct.length));
    images += seen;
    if (seen === each.correct.length) return completeOf(each);
    pruned++;
    return prunedOf(each, dense, seen);
  };
  const proposer = { asker: inlineAsker(strategy), setup: 1, constraints: [] };
  const parts = { store, study: opened, space, proposer, observe, emit: () => {}, finished: async () => {} };
  await runLoop(parts, { trials, timeLeft: () => true, finish: never, stop: never });
  const front = await store.trials.front(opened.id);
  return { scored, images, pruned, hypervolume: frontOf(front).hypervolume };
}

const stages = { buildMs: null, latencyMs: null, accuracyMs: null };

const completeOf = ({ values, standardErrors, configuration }: Scored): CompleteResult => ({
  state: 'complete',
  modelSha256: configuration.join('').padEnd(64, '0').slice(0, 64),
  macs: 1,
  params: 1,
  values,
  standardErrors,
  feasible: true,
  stages,
  observations: [],
});

function prunedOf({ values, correct }: Scored, dense: Scored, seen: number): TrialResult {
  const first = [...randomOrder(correct.length)].slice(0, seen);
  const lost = first.filter(at => dense.correct[at] === '1' && correct[at] === '0').length;
  const gained = first.filter(at => dense.correct[at] === '0' && correct[at] === '1').length;
  const { drop, standardError } = dropEstimate({ images: seen, lost, gained }, correct.length);
  return {
    state: 'pruned',
    detail: 'given up',
    values: [values[0], dense.values[1] + drop],
    standardErrors: [0, standardError],
    stages,
    observations: [],
  };
}

const hash = '0'.repeat(64);
const anyStudy: NewStudy = {
  name: 'early-stopping',
  model: { path: 'model.onnx', sha256: hash },
  space: { text: '', sha256: hash },
  hardware: { text: '', sha256: hash },
  data: { spec: '', sha256: hash, normalisation: '', transform: '' },
  proxy: { images: 500, seed: 0 },
  objectives: ['latency', 'top1'],
  seed: 0,
  strategy: { name: 'bayesian', options: {} },
  packageVersion: '0.0.0',
  commandLine: [],
  dense: { macs: 1, params: 1 },
};

function report(network: string, trials: number, rows: readonly Row[]): void {
  const summary = (kind: 'replayed' | 'closedLoop') =>
    Object.fromEntries(
      (['saved', 'pruned', 'hypervolumeRatio'] as const).map(key => {
        const values = rows.map(row => row[kind][key]);
        const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
        const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
        const standardError = values.length > 1 ? Math.sqrt(squares / (values.length - 1) / values.length) : null;
        return [key, { mean, standardError }];
      }),
    );
  const result = {
    network,
    images: 500,
    looks,
    orders,
    trials,
    offFront: rows.reduce((sum, each) => sum + each.offFront, 0) / rows.length,
    replayed: summary('replayed'),
    closedLoop: summary('closedLoop'),
    rows,
  };
  const folder = join(import.meta.dirname, '..', 'results', 'reference', 'early-stopping');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${network}.json`), `${JSON.stringify(result, null, 2)}\n`);
  console.log(JSON.stringify(rows.at(-1)));
}
