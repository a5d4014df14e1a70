/**
 * How well devices are kept busy, and what is lost by asking ahead: fleets of devices that only wait share a toy study on a PostgreSQL of their own.
 * Trials a minute over the ideal, the hypervolume against a study that one worker made, connections, and the memory of the coordinator.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openFleet } from '../src/fleet/open.ts';
import { replay } from '../src/study/read/replay.ts';
import { coordinate, openToy } from '../test/fleet/toy.ts';
import { type Databases, openDatabases } from '../test/store/postgres/databases.ts';

/** So many workers share a process, and its connections. */
const perProcess = 8;

interface Measured {
  readonly workers: number;
  readonly trials: number;
  readonly seconds: number;
  /** Of the ideal, between the first and the last end of a trial. */
  readonly share: number;
  readonly hypervolume: number;
  readonly connections: number;
  readonly coordinatorMiB: number;
  readonly replayed: boolean;
}

/** `[--workers 1,4,16,64] [--ms 1000] [--trials 200] [--strategy nsga2]` */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      workers: { type: 'string', default: '1,4,16,64' },
      ms: { type: 'string', default: '1000' },
      trials: { type: 'string', default: '200' },
      strategy: { type: 'string', default: 'nsga2' },
    },
  });
  const databases = await openDatabases();
  const rows: Measured[] = [];
  try {
    const trials = Number(values.trials);
    // One worker at no time at all: what a single machine finds.
    const alone = await measured(databases, 1, 0, trials, values.strategy);
    for (const workers of values.workers.split(',').map(Number)) {
      // One worker alone for as long as the others take is enough to see its share.
      const wanted = workers === 1 ? Math.min(trials, 40) : trials;
      rows.push(await measured(databases, workers, Number(values.ms), wanted, values.strategy));
      console.error(`${workers} workers: done`);
    }
    console.log(
      `${values.strategy}, ${values.ms} ms a trial; alone, the hypervolume after ${trials} trials is ${alone.hypervolume.toFixed(4)}`,
    );
    console.log('workers  trials  seconds  of the ideal  hypervolume  connections  coordinator  replay');
    for (const row of rows)
      console.log(
        [
          `${row.workers}`.padStart(7),
          `${row.trials}`.padStart(6),
          row.seconds.toFixed(1).padStart(7),
          row.share.toFixed(3).padStart(12),
          (row.trials < trials ? '-' : `${((row.hypervolume / alone.hypervolume - 1) * 100).toFixed(2)} %`).padStart(
            11,
          ),
          `${row.connections}`.padStart(11),
          `${row.coordinatorMiB.toFixed(0)} MiB`.padStart(11),
          row.replayed ? 'same' : 'DIFFERS',
        ].join('  '),
      );
  } finally {
    await databases.close();
  }
}

async function measured(
  databases: Databases,
  workers: number,
  ms: number,
  trials: number,
  strategy: string,
): Promise<Measured> {
  const url = await databases.create();
  const fleet = await openFleet(url);
  const children: ChildProcess[] = [];
  try {
    const study = await openToy(fleet);
    for (let started = 0; started < workers; started += perProcess) {
      const count = Math.min(perProcess, workers - started);
      const path = join(import.meta.dirname, 'fleet', 'workers.ts');
      const flags = ['--disable-warning=ExperimentalWarning', path, url, `p${started}`, `${count}`, `${ms}`];
      children.push(spawn(process.execPath, flags, { stdio: ['pipe', 'inherit', 'inherit'] }));
    }
    while ((await fleet.workers.list()).length < workers) await delay(50);
    let connections = 0;
    const watch = setInterval(() => {
      databases.run(url, `select count(*)::int as n from pg_stat_activity where datname = current_database()`).then(
        ([row]) => {
          connections = Math.max(connections, Number(row?.n) - 1);
        },
        () => {},
      );
    }, 1000);
    await coordinate(fleet, study, { trials, strategy });
    clearInterval(watch);
    const done = (await fleet.store.trials.list(study.id)).flatMap(trial =>
      trial.state === 'complete' && trial.number > 0 ? [trial] : [],
    );
    // The dense model is measured by one, while the others wait.
    const from = Math.min(...done.map(({ startedAtMs }) => startedAtMs));
    const seconds = (Math.max(...done.map(({ finishedAtMs }) => finishedAtMs)) - from) / 1000;
    const ideal = (Math.ceil(done.length / workers) * ms) / 1000;
    const last = done.toSorted((a, b) => b.finishedSequence - a.finishedSequence)[0];
    return {
      workers,
      trials: done.length,
      seconds,
      share: ideal / seconds,
      hypervolume: last?.hypervolume ?? 0,
      connections,
      coordinatorMiB: process.memoryUsage().rss / 2 ** 20,
      replayed: (await replay(fleet.store, study)).difference === null,
    };
  } finally {
    const ended = children.map(child => once(child, 'close'));
    for (const child of children) child.stdin?.end();
    await Promise.all(ended);
    await fleet.close();
    await databases.drop(url);
  }
}
