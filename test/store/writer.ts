/** A process that writes to two stores: argv is its index, a store to create, a store with waiting trials, trials to write. */
import { openStore } from '../../src/store/open.ts';
import { completed, frontOf, newStudy, newTrial } from './samples.ts';

const [index = '', fresh = '', waiting = '', count = ''] = process.argv.slice(2);
const numbers: number[] = [];
const claimed: number[] = [];

const store = await openStore(fresh);
const study = await store.studies.create(newStudy());
for (let i = 0; i < Number(count); i++) {
  const n = Number(index) * Number(count) + i;
  // Every process also asks for the one configuration that all want.
  await store.queue.begin(study.id, { ...newTrial(0), configuration: [9, 9, 9] });
  const trial = await store.queue.begin(study.id, newTrial(n));
  if (!trial) throw new Error(`configuration ${n} was taken`);
  await store.queue.finish(
    trial.id,
    completed(n, { values: [1 + ((n * 37) % 64) / 100, 1 + ((n * 53) % 64) / 100] }),
    frontOf,
  );
  numbers.push(trial.number);
}
const other = await openStore(waiting);
const shared = await other.studies.get('night');
for (;;) {
  const trial = await other.queue.claim(shared!.id);
  if (!trial) break;
  await other.queue.finish(trial.id, completed(trial.number), frontOf);
  claimed.push(trial.number);
}
await other.close();
await store.close();
process.stdout.write(JSON.stringify({ numbers, claimed }));
