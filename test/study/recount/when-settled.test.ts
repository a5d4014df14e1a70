/** Looking again while another writes. */
import { expect, test } from 'vitest';
import { memoryStore } from '../../../src/store/memory-store.ts';
import { whenSettled } from '../../../src/study/recount/when-settled.ts';
import { toyStudy } from '../twins.ts';

async function lookedAt(looks: readonly (() => string)[], writes: number) {
  const store = memoryStore();
  const study = await store.studies.create(toyStudy);
  let looked = 0;
  const seen = whenSettled(
    store,
    study,
    async () => {
      if (looked < writes) await store.studies.setState(study.id, looked % 2 === 0 ? 'stopped' : 'complete');
      const look = looks[Math.min(looked, looks.length - 1)] as () => string;
      looked++;
      return look();
    },
    text => text === 'agrees',
  );
  return { seen, times: () => looked };
}

const fails = (): string => {
  throw new Error('half of it');
};

test('what disagrees, or fails, is looked at again when something was written meanwhile', async () => {
  const { seen, times } = await lookedAt([() => 'disagrees', fails, () => 'agrees'], 2);
  expect(await seen).toBe('agrees');
  expect(times()).toBe(3);
});

test('it is believed when nothing was written', async () => {
  const disagreeing = await lookedAt([() => 'disagrees', () => 'agrees'], 0);
  expect(await disagreeing.seen).toBe('disagrees');
  const failing = await lookedAt([fails, () => 'agrees'], 0);
  await expect(failing.seen).rejects.toThrow('half of it');
});

test('somebody who never stops writing does not keep a reader for ever', async () => {
  const { seen, times } = await lookedAt([fails], 1000);
  await expect(seen).rejects.toThrow('half of it');
  expect(times()).toBeLessThan(50);
});
