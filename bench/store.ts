/**
 * What a store costs when studies grow: studies of 1,000, 10,000 and 100,000 trials with the samples of a real search, read as `front` and
 * `studies` read them, gone on with as a run does, and one more trial finished.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { openStore } from '../src/store/open.ts';
import type { Store } from '../src/store/store.ts';
import type { Study } from '../src/store/study.ts';
import { readFront } from '../src/study/read/read-front.ts';
import { studyRows } from '../src/study/read/study-rows.ts';
import { fillStudy, frontOf, nextResult, nextTrial, studyOf } from './store/fill.ts';
import { searched } from './store/search.ts';

interface Timed {
  readonly what: string;
  /** Median of `runs`, milliseconds. */
  readonly ms: number;
  readonly runs: number;
}

/** `[--sizes 100,1000,10000] [--keep]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: 'string', default: '100,1000,10000,100000' },
      keep: { type: 'boolean', default: false },
    },
  });
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-bench-'));
  const sizes = values.sizes.split(',').map(Number);
  const columns: { readonly size: number; readonly bytes: number; readonly times: readonly Timed[] }[] = [];
  try {
    for (const size of sizes) {
      const path = join(folder, `${size}.sqlite`);
      await (await openStore(path)).close();
      fillStudy(path, size);
      columns.push({
        size,
        bytes: statSync(path).size,
        times: [...(await commandsOf(path)), ...(await timesOf(path, size))],
      });
      console.error(`${size} trials: done`);
    }
  } finally {
    if (!values.keep) rmSync(folder, { recursive: true });
    else console.error(`kept in ${folder}`);
  }
  print(columns);
}

/** Whole commands, as a user waits for them: from the start of the process to its end. They need `npm run build`. */
async function commandsOf(path: string): Promise<readonly Timed[]> {
  const command = async (...args: string[]): Promise<void> => {
    await promisify(execFile)(process.execPath, ['bin/rankfront.js', ...args], { maxBuffer: 2 ** 30 });
  };
  const study = ['--store', path, '--study', studyOf().name];
  return [
    await timed('rankfront --version', 5, () => command('--version')),
    await timed('rankfront front', 5, () => command('front', ...study)),
    await timed('rankfront pick', 5, () => command('pick', '--max-drop', '100pp', ...study)),
    await timed('rankfront show 7', 5, () => command('show', '7', ...study)),
    await timed('rankfront studies', 5, () => command('studies', '--store', path)),
  ];
}

async function timesOf(path: string, size: number): Promise<readonly Timed[]> {
  const store = await openStore(path);
  try {
    const study = await store.studies.get(studyOf().name);
    if (!study) throw new Error('the study that was filled is not there');
    return [
      await timed('readFront', 5, () => readFront(store, study, 'best')),
      await timed('trials.list, all', 3, () => store.trials.list(study.id)),
      await timed('trials.figures', 5, () => store.trials.figures(study.id)),
      await timed('trials.observations', 3, () => store.trials.observations(study.id)),
      await timed('trials.front', 9, () => store.trials.front(study.id)),
      await timed('studyRows', 5, () => studyRows(store)),
      await timed('studies.list', 9, () => store.studies.list()),
      await timed('revision', 99, () => store.studies.revision(study.id)),
      await timed('resume', 3, () => resume(store, study)),
      ...(await finishing(store, study)),
      ...(await searching(store, study, size + finished)),
    ];
  } finally {
    await store.close();
  }
}

/** What a run does of the store before its first trial. */
async function resume(store: Store, study: Study): Promise<void> {
  await store.queue.requeueLost(study.id);
  await store.trials.list(study.id, { states: ['waiting', 'running'] });
  await store.trials.list(study.id, { states: ['complete', 'failed', 'pruned'], finishedAfter: 0 });
  await store.tuning.latestSetup(study.id);
  await store.tuning.siteTable(study.id);
}

/** So many. */
const finished = 60;

/** Trials begun and finished one after the other; each call is timed by itself. */
async function finishing(store: Store, study: Study): Promise<readonly Timed[]> {
  const begins: number[] = [];
  const finishes: number[] = [];
  for (let i = 0; i < finished; i++) {
    const start = performance.now();
    const trial = await store.queue.begin(study.id, nextTrial(i));
    if (!trial) throw new Error('the configuration was taken');
    const middle = performance.now();
    await store.queue.finish(trial.id, nextResult(trial.number), frontOf);
    begins.push(middle - start);
    finishes.push(performance.now() - middle);
  }
  return [
    { what: 'begin one more', ms: median(begins), runs: begins.length },
    { what: 'finish one more', ms: median(finishes), runs: finishes.length },
  ];
}

/** A run goes on with the study: until its first trial, and then from one trial to the next, all of its own work included. */
async function searching(store: Store, study: Study, trials: number): Promise<readonly Timed[]> {
  const { resumeMs, trialMs } = await searched(store, study, trials, 40);
  return [
    { what: 'search, to first trial', ms: resumeMs, runs: 1 },
    { what: 'search, each trial', ms: median(trialMs), runs: trialMs.length },
  ];
}

async function timed(what: string, runs: number, work: () => Promise<unknown>): Promise<Timed> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return { what, ms: median(times), runs };
}

const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

function print(columns: readonly { size: number; bytes: number; times: readonly Timed[] }[]): void {
  const names = [...new Set(columns.flatMap(({ times }) => times.map(({ what }) => what)))];
  const row = (head: string, cells: readonly string[]): string =>
    `${head.padEnd(24)}${cells.map(cell => cell.padStart(14)).join('')}`;
  console.log(
    row(
      'ms, median',
      columns.map(({ size }) => `${size} trials`),
    ),
  );
  for (const name of names) {
    const cells = columns.map(({ times }) => times.find(({ what }) => what === name)?.ms.toFixed(2) ?? '-');
    console.log(row(name, cells));
  }
  console.log(
    row(
      'MB of the file',
      columns.map(({ bytes }) => (bytes / 2 ** 20).toFixed(1)),
    ),
  );
}
