/**
 * What a store costs when studies grow: studies of 1,000, 10,000 and 100,000 trials with the samples of a real search, read as `front` and
 * `studies` read them, gone on with as a run does, and one more trial finished.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openStore } from '../src/store/open.ts';
import type { Store } from '../src/store/store.ts';
import type { Study } from '../src/store/study.ts';
import { readFront } from '../src/study/read/read-front.ts';
import { studyRows } from '../src/study/read/study-rows.ts';
import { fillStudy, frontOf, nextResult, nextTrial, studyOf } from './store/fill.ts';

interface Timed {
  readonly what: string;
  /** Median of `runs`, milliseconds. */
  readonly ms: number;
  readonly runs: number;
}

/** `[--sizes 100,1000,10000] [--front-up-to 10000] [--keep]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: 'string', default: '100,1000,10000,100000' },
      /** A front of more trials than this is not read: it would take minutes and gigabytes. */
      'front-up-to': { type: 'string', default: '10000' },
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
        times: await timesOf(path, size <= Number(values['front-up-to'])),
      });
      console.error(`${size} trials: done`);
    }
  } finally {
    if (!values.keep) rmSync(folder, { recursive: true });
    else console.error(`kept in ${folder}`);
  }
  print(columns);
}

async function timesOf(path: string, withFront: boolean): Promise<readonly Timed[]> {
  const store = await openStore(path);
  try {
    const study = await store.studies.get(studyOf().name);
    if (!study) throw new Error('the study that was filled is not there');
    return [
      ...(withFront ? [await timed('front (readFront)', 3, () => readFront(store, study, 'best'))] : []),
      await timed('trials.list, all', 3, () => store.trials.list(study.id)),
      await timed('trials.figures', 5, () => store.trials.figures(study.id)),
      await timed('trials.observations', 3, () => store.trials.observations(study.id)),
      await timed('trials.front', 9, () => store.trials.front(study.id)),
      ...(withFront ? [await timed('studies (studyRows)', 1, () => studyRows(store))] : []),
      await timed('studies.list', 9, () => store.studies.list()),
      await timed('revision', 99, () => store.studies.revision(study.id)),
      await timed('resume', 3, () => resume(store, study)),
      ...(await finishing(store, study)),
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

/** Trials begun and finished one after the other; each call is timed by itself. */
async function finishing(store: Store, study: Study): Promise<readonly Timed[]> {
  const begins: number[] = [];
  const finishes: number[] = [];
  for (let i = 0; i < 60; i++) {
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
