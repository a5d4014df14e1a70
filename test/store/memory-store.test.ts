import { expect, test } from 'vitest';
import { currentOwner } from '../../src/host/process-identity.ts';
import { memoryContent, memoryStore } from '../../src/store/memory-store.ts';
import { storeContract } from './contract.ts';
import { kindsContract } from './kinds-contract.ts';
import { completed, frontOf, newStudy, newTrial } from './samples.ts';

storeContract('in memory', async () => {
  const content = memoryContent();
  return { open: async () => memoryStore({ content }), remove: async () => {} };
});

kindsContract('in memory', async () => {
  const content = memoryContent();
  return { open: async options => memoryStore({ content, ...options }), remove: async () => {} };
});

test('the same calls give the same records', async () => {
  const run = async () => {
    const store = memoryStore();
    const study = await store.studies.create(newStudy());
    const trial = await store.queue.begin(study.id, newTrial(0));
    await store.queue.finish(trial!.id, completed(0), frontOf);
    return [await store.studies.list(), await store.trials.list(study.id)];
  };
  expect(await run()).toEqual(await run());
});

test('a trial whose process is gone goes back in the queue', async () => {
  const content = memoryContent();
  const gone = { ...currentOwner(), startTime: 'never' };
  const first = memoryStore({ content, owner: gone });
  const study = await first.studies.create(newStudy());
  await first.queue.begin(study.id, newTrial(0));
  const second = memoryStore({ content });
  expect(await second.queue.requeueLost(study.id)).toBe(1);
  expect(await second.queue.claim(study.id)).toMatchObject({ number: 0, requeues: 1 });
});
