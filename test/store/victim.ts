/** A process that runs trials until it is killed: argv is the store and the seed of its configurations. Says what is stored. */
import { writeSync } from 'node:fs';
import { seededRng } from '../../src/random/rng.ts';
import { openStore } from '../../src/store/open.ts';
import { completed, crashed, frontOf, newStudy } from './samples.ts';

const [path = '', seed = ''] = process.argv.slice(2);
/** Straight to the pipe: what is written before the kill is read after it. */
const say = (what: string, n: number): void => {
  writeSync(1, `${what} ${n}\n`);
};

const rng = seededRng(Number(seed));
const store = await openStore(path);
const study = await store.studies.create(newStudy());
await store.queue.requeueLost(study.id);
say('open', 0);
for (;;) {
  const rngBefore = rng.state();
  const configuration = [rng.integer(1000), rng.integer(1000)];
  const trial =
    (await store.queue.claim(study.id)) ??
    (await store.queue.begin(study.id, {
      configuration,
      assignment: { a: { method: 'svd', rank: 8 } },
      strategy: 'random',
      rngBefore,
      rngAfter: rng.state(),
      asked: null,
    }));
  if (!trial) continue;
  say('begun', trial.number);
  const n = trial.number;
  const values = trial.configuration.map(ordinal => ordinal / 1000);
  await store.queue.finish(trial.id, n % 9 === 8 ? crashed : completed(n, { values }), frontOf);
  say('finished', n);
  if (n % 5 === 4 && n % 9 !== 8) {
    await store.queue.confirm(trial.id, completed(n).observations);
    say('confirmed', n);
  }
}
